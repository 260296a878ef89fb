package run

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/deep"
	"github.com/deepbsde/deepbsde/bsde/methodtest"
	"github.com/deepbsde/deepbsde/bsde/network"
	"github.com/deepbsde/deepbsde/bsde/run/disk"
)

// small is a run of a few steps in a new directory.
func small(t *testing.T, seed uint64) *Run {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	set := bsde.Settings{Steps: 4, Iterations: 12, Batch: 16, Paths: 128, StartPaths: 64, ValidationPaths: 16, Seed: seed}
	if _, err := Solve(t.Context(), dir, Source{Problem: "hjb", Dim: 2}, deep.Method{Network: network.Shared{}}, &set, nil); err != nil {
		t.Fatal(err)
	}
	return open(t, dir)
}

func open(t *testing.T, dir string) *Run {
	t.Helper()
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// unfinished is the run as one that was killed before its end.
func unfinished(t *testing.T, r *Run) {
	t.Helper()
	if err := os.Remove(r.File(ResultFile)); err != nil {
		t.Fatal(err)
	}
}

// resealed writes a manifest that was changed, with the digest that it has now.
func resealed(t *testing.T, r *Run, change func(*Manifest)) {
	t.Helper()
	m := r.Manifest
	change(&m)
	text, err := m.seal()
	if err == nil {
		err = os.WriteFile(r.File(ManifestFile), text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func wants(t *testing.T, what string, err error, text string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), text) {
		t.Errorf("%s: error %v, want %q", what, err, text)
	}
}

// TestManyRecords: a run with more records than a header holds goes on from its checkpoint.
func TestManyRecords(t *testing.T) {
	const many = 800_000
	dir := filepath.Join(t.TempDir(), "run")
	set := bsde.Settings{Steps: 2, Iterations: many, ValidateEvery: 1, Paths: 64, StartPaths: 64, Gradient: bsde.Nothing}
	if _, err := Solve(t.Context(), dir, Source{Problem: "hjb", Dim: 1}, methodtest.Zero{}, &set, nil); err != nil {
		t.Fatal(err)
	}
	r := open(t, dir)
	unfinished(t, r)
	trainer, err := r.Continue(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer trainer.Close()
	if n := len(trainer.History()); n != many+1 || trainer.Iteration() != many {
		t.Errorf("%d records up to iteration %d", n, trainer.Iteration())
	}
	list, err := r.Checkpoints()
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(list[len(list)-1]); err != nil || info.Size() > trainer.CheckpointSize() {
		t.Errorf("a checkpoint of %d bytes, want %d at most, %v", info.Size(), trainer.CheckpointSize(), err)
	}
}

// TestTornMetrics: what a killed process wrote after the checkpoint does no harm, and what
// changed before it is noticed.
func TestTornMetrics(t *testing.T) {
	r := small(t, 7)
	unfinished(t, r)
	file := r.File(MetricsLinesFile)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(slices.Clone(whole), `{"iteration":13,"lo`...), 0o600); err != nil {
		t.Fatal(err)
	}
	if history, err := r.History(); err != nil || len(history) != 13 {
		t.Errorf("%d records, %v", len(history), err)
	}
	if _, err := Resume(t.Context(), r.Path(), nil); err != nil {
		t.Error(err)
	}
	if again, err := os.ReadFile(file); err != nil || !bytes.Equal(again, whole) {
		t.Errorf("after the resume %q, want %q, %v", again, whole, err)
	}
	unfinished(t, r)
	if err := os.WriteFile(file, bytes.Replace(whole, []byte(`"loss":`), []byte(`"loss":1`), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	var warned []string
	_, err = Resume(t.Context(), r.Path(), &Options{Warn: func(s string) { warned = append(warned, s) }})
	wants(t, "a changed record", err, "no checkpoint of")
	wants(t, "a changed record", errors.New(strings.Join(warned, "\n")), "metrics.jsonl was changed after the checkpoint was made")
}

// TestForeignCheckpoint: one of a run with another seed fits the network, and is refused.
func TestForeignCheckpoint(t *testing.T) {
	r, other := small(t, 7), small(t, 8)
	unfinished(t, r)
	for _, name := range []string{"checkpoint-000000012.safetensors", MetricsLinesFile} {
		text, err := os.ReadFile(other.File(name))
		if err == nil {
			err = os.WriteFile(r.File(name), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var warned strings.Builder
	_, err := r.Load(t.Context(), &Options{Warn: func(s string) { warned.WriteString(s) }})
	wants(t, "of another seed", err, "no checkpoint of")
	wants(t, "of another seed", errors.New(warned.String()), "it is of another run than run.json describes")
}

// TestOtherArithmetic: a run that was trained elsewhere goes on where that is allowed alone,
// and the checkpoints remember it.
func TestOtherArithmetic(t *testing.T) {
	r := small(t, 7)
	unfinished(t, r)
	trainer, err := r.Init(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	resealed(t, r, func(m *Manifest) { m.Arithmetic = "vax generic" })
	r = open(t, r.Path())
	for _, name := range []string{"checkpoint-000000012.safetensors", "checkpoint-000000011.safetensors"} { // as if they were of that machine
		os.Remove(r.File(name))
	}
	if err := r.Occupy(); err != nil {
		t.Fatal(err)
	}
	r.arithmetic = "vax generic"
	if err := r.checkpoint(trainer); err != nil {
		t.Fatal(err)
	}
	trainer.Close()
	r.Close()
	var other *Error
	_, err = Resume(t.Context(), r.Path(), nil)
	wants(t, "another arithmetic", err, "was trained with the arithmetic vax generic, this process has ")
	if !errors.As(err, &other) || !other.Other {
		t.Errorf("error %v", err)
	}
	var warned strings.Builder
	o := &Options{OtherArithmetic: true, Warn: func(s string) { warned.WriteString(s) }}
	if _, err := Resume(t.Context(), r.Path(), o); err != nil || !strings.Contains(warned.String(), "goes on with") {
		t.Errorf("%v, warned %q", err, warned.String())
	}
	unfinished(t, r)
	_, err = Resume(t.Context(), r.Path(), nil)
	wants(t, "a mixture", err, "was trained with the arithmetic vax generic, ")
	if trainer, err = open(t, r.Path()).Load(t.Context(), nil); err != nil { // to look at
		t.Fatal(err)
	}
	trainer.Close()
}

// TestEarlierRunGoesOn: a run of an earlier version, whose checkpoints have their history
// inside, is resumed, and what is written then is of this version.
func TestEarlierRunGoesOn(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/earlier")); err != nil {
		t.Fatal(err)
	}
	r := open(t, dir)
	if res, err := r.Result(); err != nil || res.Value == 0 {
		t.Errorf("its result is %v, %v", res, err)
	}
	unfinished(t, r)
	var warned strings.Builder
	res, err := Resume(t.Context(), dir, &Options{Warn: func(s string) { warned.WriteString(s) }})
	if err != nil || res.Iterations != 4 || !strings.Contains(warned.String(), "does not state the arithmetic") {
		t.Fatalf("%v, %v, warned %q", res, err, warned.String())
	}
	if err := os.Remove(r.File(ResultFile)); err != nil {
		t.Fatal(err)
	}
	if again, err := Resume(t.Context(), dir, nil); err != nil || again.Value != res.Value {
		t.Errorf("resumed again: %v, %v, want %v", again, err, res)
	}
}

// TestLinksAreNotFollowed: where a link, a pipe or a folder has the name of one of the run's
// files, nothing is read from it or written to it.
func TestLinksAreNotFollowed(t *testing.T) {
	for _, name := range ownFiles {
		r := small(t, 7)
		target := filepath.Join(t.TempDir(), "mine.txt")
		if text, err := os.ReadFile(r.File(name)); err == nil {
			os.WriteFile(target, text, 0o600)
		} else {
			os.WriteFile(target, []byte("mine"), 0o600)
		}
		before, _ := os.ReadFile(target)
		os.Remove(r.File(name))
		if err := os.Symlink(target, r.File(name)); err != nil {
			t.Skip(err)
		}
		again, err := Open(r.Path())
		if name != ManifestFile {
			if err != nil {
				t.Fatal(err)
			}
			if name != lockFile {
				_, err = again.Read(name)
				if name == MetricsLinesFile {
					_, err = again.History()
				}
			} else {
				err = again.Occupy()
			}
		}
		wants(t, "reading "+name, err, "is a symbolic link, want a regular file")
		if name == ManifestFile {
			continue
		}
		wants(t, "writing "+name, again.WriteOwn(name, writing([]byte("theirs"))), "is a symbolic link")
		wants(t, "training beside "+name, again.Occupy(), "is a symbolic link")
		if after, _ := os.ReadFile(target); !bytes.Equal(after, before) {
			t.Errorf("%s: the target has changed to %q", name, after)
		}
	}
	r := small(t, 7)
	os.Remove(r.File(TextFile))
	if err := os.Mkdir(r.File(TextFile), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := r.Read(TextFile)
	wants(t, "a folder", err, "is a directory, want a regular file")
	list, err := r.Checkpoints()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range list {
		os.Rename(name, name+".away")
		if err := os.Symlink(name+".away", name); err != nil {
			t.Skip(err)
		}
	}
	_, err = r.Load(t.Context(), nil)
	wants(t, "linked checkpoints", err, "no checkpoint of")
}

// TestBoundedReaders: a file that is larger than any of its kind is refused before it is read.
func TestBoundedReaders(t *testing.T) {
	for _, name := range []string{ManifestFile, ResultFile, TextFile} {
		r := small(t, 7)
		if err := os.Truncate(r.File(name), mostText+1); err != nil {
			t.Fatal(err)
		}
		again, err := Open(r.Path())
		if name != ManifestFile {
			_, err = again.Read(name)
		}
		wants(t, name, err, "is larger than")
	}
	r := small(t, 7)
	os.WriteFile(r.File(MetricsLinesFile), bytes.Repeat([]byte(" "), 10*mostLine), 0o600)
	_, err := r.History()
	wants(t, "a long line", err, "line 1: a line of more than 4096 bytes")
}

// TestResultIsSealed: result.json and result.txt are those that were written at the end of
// this run.
func TestResultIsSealed(t *testing.T) {
	change := func(r *Run, name, old, new string) {
		text, err := os.ReadFile(r.File(name))
		if err == nil {
			if !bytes.Contains(text, []byte(old)) {
				t.Fatalf("%s has no %q", name, old)
			}
			err = os.WriteFile(r.File(name), bytes.Replace(text, []byte(old), []byte(new), 1), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	r := small(t, 7)
	if _, err := r.Result(); err != nil {
		t.Fatal(err)
	}
	change(r, TextFile, "hjb", "HJB")
	_, err := r.Read(TextFile)
	wants(t, "a changed text", err, "result.txt was changed after the run ended")
	change(r, ResultFile, `"value": `, `"value": 1`)
	_, err = r.Over()
	wants(t, "a changed result", err, "result.json was changed after the run ended")
	other := small(t, 8)
	text, err := os.ReadFile(small(t, 9).File(ResultFile))
	if err == nil {
		err = os.WriteFile(other.File(ResultFile), text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	_, err = other.Result()
	wants(t, "the result of another run", err, "is the result of another run")
}

// TestNoControlCharacters: what a run from somebody else says has none that a terminal obeys.
func TestNoControlCharacters(t *testing.T) {
	const evil = "\x1b]0;x\a\x9b\u009b2J\u202e\r"
	r := small(t, 7)
	resealed(t, r, func(m *Manifest) { m.Program, m.Command, m.Processor = evil, []string{evil}, "a\\u001b"+evil })
	r = open(t, r.Path())
	if err := r.Finish(map[string]any{"status": "converged", "reasons": []string{evil}, "no_bounds": "\\u001b"}, "text"+evil); err != nil {
		t.Fatal(err)
	}
	all := r.Program + r.Command[0] + r.Processor
	for _, name := range []string{TextFile, ResultFile} {
		text, err := r.Read(name)
		if err != nil {
			t.Fatal(err)
		}
		all += string(text)
	}
	for _, bad := range []string{"\x1b", "\a", "\u009b", "\u202e", "\r", `"\u001b`, `\u202e`, `\u009b`} {
		if strings.Contains(all, bad) {
			t.Errorf("there is %q in %q", bad, all)
		}
	}
	if !strings.Contains(r.Processor, `a\u001b`) || !strings.Contains(all, `"\\u001b"`) {
		t.Errorf("%q: a backslash before a u is no character", all)
	}
}

// TestCraftedManifest: no run.json can make its reader panic, whatever it says.
func TestCraftedManifest(t *testing.T) {
	for name, change := range map[string]func(*Manifest){
		"dim 0":            func(m *Manifest) { m.Dim = 0 },
		"dim -1":           func(m *Manifest) { m.Dim = -1 },
		"kind":             func(m *Manifest) { m.Kind = "none" },
		"settings null":    func(m *Manifest) { m.Settings = []byte("null") },
		"settings list":    func(m *Manifest) { m.Settings = []byte("[]") },
		"settings empty":   func(m *Manifest) { m.Settings = []byte("{}") },
		"negative steps":   func(m *Manifest) { m.Settings = []byte(`{"steps":-3}`) },
		"negative hidden":  func(m *Manifest) { m.Settings = []byte(`{"network":"shared","hidden":[-3],"precision":"float32"}`) },
		"negative batch":   func(m *Manifest) { m.Settings = []byte(`{"batch":-3}`) },
		"odd times":        func(m *Manifest) { m.Settings = []byte(`{"steps":3,"times":[0,null,-1]}`) },
		"unknown method":   func(m *Manifest) { m.Method = "none" },
		"unknown network":  func(m *Manifest) { m.Network = "none" },
		"unknown region":   func(m *Manifest) { m.Start = "box:" },
		"no parameters":    func(m *Manifest) { m.Parameters = nil },
		"negative horizon": func(m *Manifest) { m.Parameters = map[string]float64{"horizon": -1} },
		"file":             func(m *Manifest) { m.Copy = "../../etc/passwd" },
		"later format":     func(m *Manifest) { m.Format = 99 },
	} {
		r := small(t, 7)
		resealed(t, r, change)
		again, err := Open(r.Path())
		if err == nil {
			s, err := again.Settings()
			if err == nil && (s.Steps < 1 || s.Batch < 1) {
				t.Errorf("%s: %d steps, batches of %d", name, s.Steps, s.Batch)
			}
			if trainer, err := again.Load(t.Context(), nil); err == nil {
				trainer.Close()
			}
		} else if strings.ContainsAny(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
	r := small(t, 7)
	for _, text := range []string{"null", "[]", `{"seal":null}`, `{"seal":{}}`, "", "{"} {
		os.WriteFile(r.File(ResultFile), []byte(text), 0o600)
		if _, err := r.Result(); err == nil {
			t.Errorf("the result %q is read", text)
		}
	}
}

// TestNoLocks: a file system without locks is not one in which another process trains.
func TestNoLocks(t *testing.T) {
	r := small(t, 7)
	unfinished(t, r)
	defer func(old func(*os.File) error) { takeLock = old }(takeLock)
	takeLock = func(*os.File) error { return disk.ErrNoLocks }
	var warned strings.Builder
	if _, err := Resume(t.Context(), r.Path(), &Options{Warn: func(s string) { warned.WriteString(s) }}); err != nil {
		t.Error(err)
	}
	if !strings.Contains(warned.String(), "nothing keeps other processes from training there: the file system has no locks") {
		t.Errorf("warned %q", warned.String())
	}
	unfinished(t, r)
	takeLock = func(*os.File) error { return fs.ErrPermission }
	if _, err := Resume(t.Context(), r.Path(), nil); err == nil || errors.Is(err, ErrBusy) {
		t.Errorf("error %v", err)
	}
}
