package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestDocuments runs every command of the documents, writes the files that they show, and
// compares outputs with those shown. With -short nothing is trained by solve, and what
// needs its runs is left out.
func TestDocuments(t *testing.T) {
	total := 0
	for _, name := range documents {
		t.Run(name, func(t *testing.T) { total += runDocument(t, name) })
	}
	if total < 20 {
		t.Errorf("%d commands found in the documents; the README and the tutorial alone have more", total)
	}
}

// runDocument runs the commands of a document in a folder with the examples beside, and says
// how many it has.
func runDocument(t *testing.T, name string) (total int) {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.CopyFS("examples/gallery", os.DirFS(filepath.Join(root, "examples", "gallery"))); err != nil {
		t.Fatal(err)
	}
	var missing []string // folders of runs that are left out
	// Trainings take minutes: 'make accuracy' runs them.
	quick := testing.Short() || !*update && os.Getenv("DEEPBSDE_ACCURACY") == ""
	for _, b := range readDocument(t, name) {
		if m := namedFile.FindStringSubmatch(b.text); b.lang == "yaml" && m != nil {
			if err := os.WriteFile(m[1], []byte(b.text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, s := range b.steps() {
			total++
			if s.words[0] == "serve" { // goes on until it is stopped: TestServe asks it
				continue
			}
			needs := slices.ContainsFunc(s.words, func(w string) bool { return slices.Contains(missing, w) })
			if quick && (s.words[0] == "solve" || s.words[0] == "go" || needs) {
				if i := slices.Index(s.words, "--out"); i >= 0 {
					missing = append(missing, s.words[i+1])
				}
				continue
			}
			s.try(t)
		}
	}
	return total
}

// try runs the command in the current folder.
func (s step) try(t *testing.T) {
	t.Helper()
	line := strings.Join(s.words, " ")
	if s.words[0] == "go" {
		installs(t, root, s.words)
		return
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var out, errs bytes.Buffer
	want, words := 0, s.words
	if strings.HasPrefix(s.shown, "deepbsde: ") {
		want = exitUsage
	}
	if strings.Contains(s.shown, "not trustworthy") {
		want = exitUntrusted
	}
	var code int
	if s.stop { // once it has begun to train
		want = exitInterrupted
		code = program(ctx, words, &out, &stopper{Buffer: &errs, stop: cancel})
	} else {
		if words[0] == "solve" && !slices.Contains(words, "--quiet") {
			words = append(slices.Clone(words), "--quiet")
		}
		code = program(ctx, words, &out, &errs)
	}
	if code == exitUntrusted && s.shown == "" { // trainings that are short for the example
		code = 0
	}
	if code != want {
		t.Errorf("%s: status %d, want %d: %s", line, code, want, errs.String())
		return
	}
	made := out.Len() + errs.Len()
	for i, word := range words[:len(words)-1] {
		if word != "--out" && word != "--plot" {
			continue
		}
		info, err := os.Stat(words[i+1])
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		made += int(info.Size())
	}
	if made == 0 {
		t.Errorf("%s: neither prints nor writes anything", line)
	}
	got := out.String()
	if want == exitUsage {
		got = errs.String()
	}
	if s.shown != "" {
		s.compare(t, got)
	}
}

// compare demands the words of the output shown, and its answers to 1 %: a few times what
// seeds and instruction sets do to them.
func (s step) compare(t *testing.T, got string) {
	t.Helper()
	got = excerpt(s.shown, got)
	if *update {
		s.rewrite(t, got)
		return
	}
	if worded(s.shown) != worded(got) {
		t.Errorf("the document shows\n%s\nthe command %s prints\n%s", s.shown, strings.Join(s.words, " "), got)
		return
	}
	shown := answers(s.shown)
	for i, a := range answers(got) {
		x, err := strconv.ParseFloat(a, 64)
		y, wrong := strconv.ParseFloat(shown[i], 64)
		if err != nil || wrong != nil || !(math.Abs(x-y) <= 0.01*math.Abs(y)) {
			t.Errorf("%s: answer %s, the document shows %s", strings.Join(s.words, " "), a, shown[i])
		}
	}
}

var update = flag.Bool("update", false, "let TestDocuments write the outputs into the documents")

// rewrite puts the output into the document that shows another.
func (s step) rewrite(t *testing.T, got string) {
	t.Helper()
	for _, name := range append(slices.Clone(documents), galleryPage) {
		path := filepath.Join(root, name)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), s.shown) {
			continue
		}
		if err := os.WriteFile(path, []byte(strings.Replace(string(text), s.shown, got, 1)), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("no document shows %q", s.shown)
}

// stopper is a standard error whose reader presses Ctrl-C at the second line.
type stopper struct {
	*bytes.Buffer
	stop func()
}

func (s *stopper) Write(p []byte) (int, error) {
	if s.Len() > 0 {
		s.stop()
	}
	return s.Buffer.Write(p)
}

// installs runs a go install of the document, into a folder of its own.
func installs(t *testing.T, root string, words []string) {
	t.Helper()
	bin := t.TempDir()
	install := exec.Command(words[0], words[1:]...)
	install.Dir, install.Env = root, append(os.Environ(), "GOBIN="+bin)
	if out, err := install.CombinedOutput(); err != nil {
		t.Errorf("%v: %v: %s", words, err, out)
		return
	}
	if out, err := exec.Command(filepath.Join(bin, "deepbsde"), "version").Output(); err != nil || !bytes.HasPrefix(out, []byte("deepbsde ")) {
		t.Errorf("%v: the program installed says %q, %v", words, out, err)
	}
}

// TestDocumentedPrograms builds the Go programs of the documents at the place where these
// put them, without writing into the tree. TestModuleOfItsOwn runs that of the tutorial.
func TestDocumentedPrograms(t *testing.T) {
	total := 0
	for _, name := range documents {
		for _, b := range readDocument(t, name) {
			if b.lang == "go" && strings.HasPrefix(b.text, "package main\n") {
				total++
				buildMine(t, root, b.text)
			}
		}
	}
	if total < 1 {
		t.Error("no program found, want that of the tutorial")
	}
}

// buildMine builds mine/main.go with the given text.
func buildMine(t *testing.T, root, program string) {
	t.Helper()
	dir := t.TempDir()
	source, overlay, binary := filepath.Join(dir, "main.go"), filepath.Join(dir, "overlay.json"), filepath.Join(dir, "mine")
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(root, "mine", "main.go"): source}})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{source: []byte(program), overlay: replace} {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.Command("go", "build", "-overlay", overlay, "-o", binary, "./mine")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// TestCIRunsTheTestCommand: CI calls the README's test command.
func TestCIRunsTheTestCommand(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	ci, err := os.ReadFile("../../.ci/run")
	if err != nil {
		t.Fatal(err)
	}
	command := regexp.MustCompile(`(?m)^go test .*\./\.\.\.$`).FindString(string(readme))
	if command == "" || !strings.Contains(string(ci), "\n"+command+"\n") {
		t.Errorf(".ci/run does not call the README's test command %q", command)
	}
}

// TestModuleOfItsOwn runs the commands with which the tutorial makes a module of a program,
// with the clone where it is in place of ../deepbsde.
func TestModuleOfItsOwn(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles and trains")
	}
	dir := t.TempDir()
	var commands []string
	wrote := false // the program after the commands
	for _, b := range readDocument(t, "docs/tutorial.md") {
		if b.lang == "sh" && strings.HasPrefix(b.text, "go mod init") {
			commands = strings.Split(strings.TrimSpace(strings.ReplaceAll(b.text, "../deepbsde", root)), "\n")
		}
		if first := len(commands) == 3 && !wrote; first && b.lang == "go" && strings.HasPrefix(b.text, "package main\n") {
			wrote = true
			if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(b.text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "go.sum"), sums, 0o600); err != nil { // saves asking for them
		t.Fatal(err)
	}
	var out []byte
	for _, line := range commands {
		words := strings.Fields(line)
		c := exec.Command(words[0], words[1:]...)
		c.Dir = dir
		if out, err = c.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v: %s", line, err, out)
		}
	}
	if len(commands) != 3 || !strings.Contains(string(out), "\n  trust            yes\n") {
		t.Errorf("%d commands, the last one prints %s", len(commands), out)
	}
}
