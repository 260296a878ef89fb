package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/deep"
	"github.com/deepbsde/deepbsde/bsde/estimate"
)

// TestFurtherAttempts: it takes the place of the run where it is better; stopped in the middle it goes on
// to the same bits; and the first answer stays where it is not.
func TestFurtherAttempts(t *testing.T) {
	source := Source{Problem: "allen-cahn", Dim: 2, Retry: true}
	m := deep.Method{}
	p, err := source.problem(m)
	if err != nil {
		t.Fatal(err)
	}
	set := bsde.Settings{Steps: 4, Paths: 256, StartPaths: 64, ValidationPaths: 16, Seed: 7, Gradient: bsde.Nothing}
	first := func(path string) (*Run, *bsde.Result) {
		tr, err := bsde.Init(t.Context(), p, m, &set)
		if err != nil {
			t.Fatal(err)
		}
		defer tr.Close()
		r, err := Create(path, source, tr)
		if err != nil {
			t.Fatal(err)
		}
		res, err := r.Train(t.Context(), tr, nil)
		if err != nil {
			t.Fatal(err)
		}
		res.Reasons = []estimate.Reason{{Kind: estimate.NotAsymptotic}} // as if it were so
		return r, res
	}
	end := func(ctx context.Context, r *Run, res *bsde.Result, d *bsde.Demand) string {
		now, best, err := r.FurtherAttempts(ctx, p, source, res, nil, d)
		if err != nil {
			t.Fatal(err)
		}
		defer now.Close()
		if err := now.Finish(best, "x\n"); err != nil {
			t.Fatal(err)
		}
		if left, err := filepath.Glob(now.File(attemptPrefix + "*")); err != nil || len(left) > 0 {
			t.Errorf("%v are left", left)
		}
		return fmt.Sprintf("%v %v %d %v %s", best.Value, best.StdErr, best.Settings.Steps, now.Manifest.Retry, best.Retried)
	}

	straight := filepath.Join(t.TempDir(), "run")
	r, res := first(straight)
	want := end(t.Context(), r, res, &bsde.Demand{})
	if !strings.Contains(want, " 8 false the first, on 4 uniform steps, was not trusted") {
		t.Errorf("ends with %s", want)
	}
	kept, err := Open(straight)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := kept.Settings(); err != nil || s.Grid != "graded" {
		t.Errorf("the run is to be that of the second attempt: %+v, %v", s, err)
	}

	r, res = first(filepath.Join(t.TempDir(), "run"))
	ctx, cancel := context.WithCancel(t.Context())
	res.Settings.Progress = func(p bsde.Progress) {
		if p.Iteration > 0 {
			cancel()
		}
	}
	if _, _, err := r.FurtherAttempts(ctx, p, source, res, nil, &bsde.Demand{}); !errors.Is(err, context.Canceled) {
		t.Fatalf("stopped: %v", err)
	}
	res.Settings.Progress = nil
	if got := end(t.Context(), r, res, &bsde.Demand{}); got != want {
		t.Errorf("stopped and gone on with: %s, want %s", got, want)
	}

	// Killed after the second attempt has taken its place, before it is finished.
	path := filepath.Join(t.TempDir(), "run")
	r, res = first(path)
	now, best, err := r.FurtherAttempts(t.Context(), p, source, res, nil, &bsde.Demand{})
	if err != nil {
		t.Fatal(err)
	}
	now.Close()
	if got, err := Resume(t.Context(), path, nil); err != nil || got.Value != best.Value || got.Attempts != 2 || got.Retried != best.Retried {
		t.Errorf("gone on with: %+v, %v, want %v after 2 attempts: %s", got, err, best.Value, best.Retried)
	}
	if _, err := os.Stat(filepath.Join(path, attemptsFile)); err == nil {
		t.Errorf("%s is left", attemptsFile)
	}

	r, res = first(filepath.Join(t.TempDir(), "run"))
	res.Error, res.Settings.Paths, res.Reasons = 1e-9, 64, []estimate.Reason{{Kind: estimate.HeavyTails}}
	d := &bsde.Demand{Again: func(best *bsde.Result, _ bsde.Method, _ bsde.Settings) { best.Reasons = nil }} // what follows cannot be better
	if got := end(t.Context(), r, res, d); !strings.Contains(got, " 4 true another, on 8 graded steps, is not better") {
		t.Errorf("the first is to stay: %s", got)
	}
}

// TestTakenHalfway: a process that is killed while the second attempt takes the place of the run leaves what
// Open brings to its end, from any moment on.
func TestTakenHalfway(t *testing.T) {
	for killed := range 4 {
		r := &Run{path: filepath.Join(t.TempDir(), "run")}
		write := func(name, text string) {
			t.Helper()
			path := r.File(name)
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, []byte(text), 0o666)); err != nil {
				t.Fatal(err)
			}
		}
		for _, name := range []string{ManifestFile, "checkpoint-000000001.safetensors", MetricsFile, "notes"} {
			write(name, "first")
		}
		for _, name := range []string{ManifestFile, "checkpoint-000000002.safetensors", MetricsFile, lockFile} {
			write(filepath.Join("attempt-3", name), "second")
		}
		write(takenFile, "attempt-3\n"+ManifestFile+"\ncheckpoint-000000002.safetensors\n"+MetricsFile)
		for _, name := range []string{ManifestFile, "checkpoint-000000002.safetensors", MetricsFile}[:killed] {
			if err := os.Rename(r.File(filepath.Join("attempt-3", name)), r.File(name)); err != nil {
				t.Fatal(err)
			}
		}
		if err := r.settle(); err != nil {
			t.Fatal(err)
		}
		names, err := r.names()
		if want := []string{"checkpoint-000000002.safetensors", lockFile, MetricsFile, "notes", ManifestFile}; err != nil || !slices.Equal(names, want) {
			t.Errorf("killed after %d files: %v, %v, want %v", killed, names, err, want)
		}
		for _, name := range []string{ManifestFile, MetricsFile} {
			if text, _ := r.Read(name); string(text) != "second" {
				t.Errorf("killed after %d files: %s is of the %s attempt", killed, name, text)
			}
		}
	}
}
