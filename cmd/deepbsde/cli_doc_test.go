package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestDocumentOfTheCommandLine runs the commands of docs/cli.md one after the other in a
// shell, as a reader would.
func TestDocumentOfTheCommandLine(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell")
	}
	text, err := os.ReadFile("../../docs/cli.md")
	if err != nil {
		t.Fatal(err)
	}
	config, err := os.ReadFile(configurations + "hjb_lq_d100.json")
	if err != nil {
		t.Fatal(err)
	}
	dir, path := programDir(t)
	if err := os.WriteFile(filepath.Join(dir, "hjb_lq_d100.json"), config, 0o600); err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(text), "```sh\n")[1:]
	if len(blocks) < 5 {
		t.Errorf("%d blocks of commands in docs/cli.md, there were more", len(blocks))
	}
	for _, block := range blocks {
		script, _, _ := strings.Cut(block, "```")
		// Trainings that are short for the example may end untrusted.
		script = "deepbsde() { command deepbsde \"$@\" || [ $? -eq 4 ]; }\n" + script
		cmd := exec.Command(shell, "-e", "-c", script)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), path...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", script, err, out)
		}
	}
}
