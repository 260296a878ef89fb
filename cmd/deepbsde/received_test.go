package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/deepbsde/deepbsde/bsde/run"
)

// earlierRun is a copy of the run of an earlier version, whose result has no seal.
func earlierRun(t *testing.T, dir string) {
	t.Helper()
	if err := os.CopyFS(dir, os.DirFS("../../bsde/run/testdata/earlier")); err != nil {
		t.Fatal(err)
	}
}

// rewrite changes a file of a run; run.json gets the digest that it has then.
func rewrite(t *testing.T, file, old, new string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(text, []byte(old)) {
		t.Fatalf("%s has no %q", file, old)
	}
	text = bytes.Replace(text, []byte(old), []byte(new), 1)
	if filepath.Base(file) == run.ManifestFile {
		sum := regexp.MustCompile(`"digest": "[^"]*"`)
		var bare bytes.Buffer
		if err := json.Compact(&bare, sum.ReplaceAll(text, []byte(`"digest": ""`))); err != nil {
			t.Fatal(err)
		}
		text = sum.ReplaceAll(text, fmt.Appendf(nil, `"digest": "%x"`, sha256.Sum256(bare.Bytes())))
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestReceivedRun: a run that comes from somebody else cannot speak to the terminal, neither
// in answers and errors nor in pictures and pages.
func TestReceivedRun(t *testing.T) {
	const evil = `\u001b]0;owned\u0007\u009b2J`
	root := t.TempDir()
	dir := filepath.Join(root, "a \x1b[2J run")
	earlierRun(t, dir)
	rewrite(t, filepath.Join(dir, run.ManifestFile), `"--quiet"`, `"`+evil+`"`)
	rewrite(t, filepath.Join(dir, run.ManifestFile), `"Intel(R)`, `"`+evil)
	rewrite(t, filepath.Join(dir, run.ResultFile), `"stderr": 0.04404998221899252`, `"error": 0.3, "trust": "no", "reasons": ["bad `+evil+`"], "stderr": 0.04404998221899252`)
	rewrite(t, filepath.Join(dir, run.TextFile), "Hamilton", "\x1b[31mHamilton")
	check := func(what, text string) {
		t.Helper()
		for _, r := range text {
			if unicode.IsControl(r) && r != '\n' && r != '\t' {
				t.Errorf("%s has %U: %q", what, r, text[:min(len(text), 2000)])
				return
			}
		}
	}
	page, picture := filepath.Join(root, "page.html"), filepath.Join(root, "picture.svg")
	for _, args := range [][]string{
		{"solve", "--resume", dir}, {"solve", "--resume", dir, "--json"}, {"report", dir, "--out", page}, {"plot", dir, "--out", picture},
		{"eval", dir, "--at", "x0", "--paths", "64"},
	} {
		out := execute(t, args...)
		if !out.finished() {
			t.Errorf("%v: status %d, %s", args, out.status, out.stderr)
		}
		check(strings.Join(args, " "), out.stdout+out.stderr)
	}
	for _, name := range []string{page, picture} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		check(name, string(text))
	}
	rewrite(t, filepath.Join(dir, run.ManifestFile), `"kind": "pde"`, `"kind": "`+evil+`"`)
	out := execute(t, "solve", "--resume", dir)
	if out.status != exitUsage || !strings.Contains(out.stderr, "want pde or control") {
		t.Errorf("status %d, %q", out.status, out.stderr)
	}
	check("the error", out.stderr)
	file := writeFile(t, "odd.yaml", "title: \"a \\e[2J title\"\ndim: 1\nhorizon: 1\ndiffusion: 1\nterminal: x[0]\n")
	if out := execute(t, "show", file); out.status != exitUsage || !strings.Contains(out.stderr, "a control character, written as an escape") {
		t.Errorf("status %d, %q", out.status, out.stderr)
	}
}

// TestCraftedResults: a result with too few numbers does not end in a panic.
func TestCraftedResults(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	earlierRun(t, dir)
	file := filepath.Join(dir, run.ResultFile)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"null", "{}", "[]", `{"status":"converged"}`, `{"kind":"control","status":"converged","value":1}`,
		`{"kind":"pde","status":"converged","value":1,"gradient":[],"gradient_stderr":[]}`,
		`{"kind":"pde","status":"converged","value":1,"gradient":[1],"gradient_stderr":[1,2,3]}`,
		strings.Replace(string(whole), `"settings": {`, `"settings": {"steps": -1, "x": {`, 1) + "}"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"solve", "--resume", dir}, {"report", dir}, {"plot", dir, "--out", filepath.Join(dir, "p.svg")}} {
			execute(t, args...) // its status is its own affair
		}
	}
}

// TestLinkedReport: a report.html that is a link to another file is not written through.
func TestLinkedReport(t *testing.T) {
	root := t.TempDir()
	dir, mine := filepath.Join(root, "run"), filepath.Join(root, "mine.txt")
	earlierRun(t, dir)
	if err := os.WriteFile(mine, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(mine, filepath.Join(dir, run.PageFile)); err != nil {
		t.Skip(err)
	}
	out := execute(t, "report", dir)
	if text, err := os.ReadFile(mine); err != nil || string(text) != "mine" || out.status == 0 || !strings.Contains(out.stderr, "is a symbolic link, want a regular file") {
		t.Errorf("status %d, %s; the other file has %q, %v", out.status, out.stderr, text, err)
	}
}

// closedTerminal is a standard output that is gone.
type closedTerminal struct{}

func (closedTerminal) Write([]byte) (int, error) { return 0, errors.New("input/output error") }

// TestSavedBeforePrinted: where the result cannot be printed it is saved all the same.
func TestSavedBeforePrinted(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	var stderr bytes.Buffer
	args := strings.Fields("solve hjb --dim 2 --iterations 4 --paths 64 --steps 3 --quiet --out " + dir)
	if status := program(t.Context(), args, closedTerminal{}, &stderr); status != exitFailed || !strings.Contains(stderr.String(), "standard output: input/output error") {
		t.Errorf("status %d, %s", status, stderr.String())
	}
	if len(result(t, dir)) == 0 {
		t.Error("there is no result")
	}
}

// TestLicences: the program prints the licences of all that it is linked from.
func TestLicences(t *testing.T) {
	out := execute(t, "version", "--licenses")
	if out.status != 0 || !strings.HasPrefix(out.stdout, "deepbsde is linked from the modules below") || strings.Count(out.stdout, "Copyright") < 40 {
		t.Errorf("status %d, %.200s", out.status, out.stdout)
	}
}
