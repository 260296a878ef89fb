package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestResultsDocument: docs/results.md with its plot, and the page of the tables of papers, are what the command at their
// top prints from the runs that are kept beside them.
func TestResultsDocument(t *testing.T) {
	for page, store := range map[string]string{"docs/results.md": "docs/results.jsonl", "problems/published/README.md": "problems/published/runs.jsonl"} {
		t.Run(page, func(t *testing.T) { isWhatItsCommandPrints(t, page, store) })
	}
}

func isWhatItsCommandPrints(t *testing.T, page, store string) {
	root, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	document, err := os.ReadFile(filepath.Join(root, page))
	if err != nil {
		t.Fatal(err)
	}
	_, command, _ := strings.Cut(string(document), "\n    deepbsde ")
	command, _, _ = strings.Cut(command, "\n")
	t.Chdir(t.TempDir())
	if err := os.MkdirAll(filepath.Dir(page), 0o755); err != nil {
		t.Fatal(err)
	}
	runs, err := os.ReadFile(filepath.Join(root, store))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(store, runs, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(validationFiles, os.DirFS(filepath.Join(root, validationFiles))); err != nil {
		t.Fatal(err)
	}
	out := runWith(t, nil, append(strings.Fields(command), "--quiet")...)
	if out.status != 0 || len(out.calls) != 0 {
		t.Fatalf("%s: status %d, %q, %d runs that are not in its store", command, out.status, out.stderr, len(out.calls))
	}
	if out.stdout != string(document) {
		t.Errorf("%s differs from what '%s' prints:\n%s", page, command, out.stdout)
	}
	if page != "docs/results.md" {
		return
	}
	have, err1 := os.ReadFile(filepath.Join(root, "docs/results.svg"))
	want, err2 := os.ReadFile("docs/results.svg")
	if err1 != nil || err2 != nil || string(have) != string(want) {
		t.Errorf("docs/results.svg differs from the plot of '%s'", command)
	}
}
