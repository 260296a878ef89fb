package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestResultsDocument: docs/results.md and its plot are what the command at its top
// prints from the runs that are kept beside it.
func TestResultsDocument(t *testing.T) {
	docs, err := filepath.Abs("../../docs")
	if err != nil {
		t.Fatal(err)
	}
	document, err := os.ReadFile(filepath.Join(docs, "results.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, command, _ := strings.Cut(string(document), "\n    deepbsde ")
	command, _, _ = strings.Cut(command, "\n")
	t.Chdir(t.TempDir())
	if err := os.Mkdir("docs", 0o755); err != nil {
		t.Fatal(err)
	}
	runs, err := os.ReadFile(filepath.Join(docs, "results.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("docs/results.jsonl", runs, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(validationFiles, os.DirFS(filepath.Join(root, validationFiles))); err != nil {
		t.Fatal(err)
	}
	out := runWith(t, nil, append(strings.Fields(command), "--quiet")...)
	if out.status != 0 || len(out.calls) != 0 {
		t.Fatalf("%s: status %d, %q, %d runs that are not in docs/results.jsonl", command, out.status, out.stderr, len(out.calls))
	}
	if out.stdout != string(document) {
		t.Errorf("docs/results.md differs from what '%s' prints:\n%s", command, out.stdout)
	}
	have, err1 := os.ReadFile(filepath.Join(docs, "results.svg"))
	want, err2 := os.ReadFile("docs/results.svg")
	if err1 != nil || err2 != nil || string(have) != string(want) {
		t.Errorf("docs/results.svg differs from the plot of '%s'", command)
	}
}
