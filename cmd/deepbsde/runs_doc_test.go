package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRunsDocument runs the commands of docs/runs.md in their order, in a directory of
// their own, and finds the files that they write.
func TestRunsDocument(t *testing.T) {
	text, err := os.ReadFile("../../docs/runs.md")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	commands := 0
	for line := range strings.Lines(string(text)) {
		command, ok := strings.CutPrefix(strings.TrimSpace(line), "deepbsde ")
		if !ok {
			continue
		}
		commands++
		words := strings.Fields(command)
		if out := execute(t, words...); out.status != 0 {
			t.Errorf("%q ends with status %d: %s", command, out.status, out.stderr)
		}
		for i, w := range words {
			if w != "--out" {
				continue
			}
			if _, err := os.Stat(words[i+1]); err != nil {
				t.Errorf("%q: %v", command, err)
			}
		}
	}
	if _, err := os.Stat(filepath.Join("runs", "one", pageFile)); err != nil || commands < 8 {
		t.Errorf("%d commands, %v", commands, err)
	}
}
