package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// documents are checked for commands; each is relative to this folder.
var documents = []string{"../../README.md", "../../docs/method.md", "../../docs/layout.md", "../../docs/control.md"}

const goRun = "go run ./cmd/deepbsde "

// documented lists the deepbsde commands in a document, in code blocks of any
// kind; a leading "$ " is a prompt.
func documented(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var commands []string
	for _, line := range strings.Split(string(text), "\n") {
		line = strings.TrimPrefix(strings.TrimSpace(line), "$ ")
		if args, ok := strings.CutPrefix(line, goRun); ok {
			commands = append(commands, args)
		}
	}
	return commands
}

// TestDocumentedCommands runs every command of the README and of docs.
func TestDocumentedCommands(t *testing.T) {
	total := 0
	for _, path := range documents {
		for _, command := range documented(t, path) {
			total++
			if testing.Short() && strings.HasPrefix(command, "solve") {
				continue
			}
			var out, errs bytes.Buffer
			if code := run(context.Background(), append(strings.Fields(command), quietly(command)...), &out, &errs); code != 0 || out.Len() == 0 {
				t.Errorf("%s: %q ends with status %d: %s", path, command, code, errs.String())
			}
		}
	}
	if total < 6 {
		t.Errorf("%d commands found in the documents; the README alone has more", total)
	}
}

func quietly(command string) []string {
	if strings.HasPrefix(command, "solve") {
		return []string{"--quiet"}
	}
	return nil
}

// TestReadmeTranscript runs the command of the README's transcript and compares
// the lines, apart from digits and from the verdict at the end: these depend on
// the processor's instruction set.
func TestReadmeTranscript(t *testing.T) {
	if testing.Short() {
		t.Skip("a solve with default settings")
	}
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(text), "```text\n$ "+goRun)
	transcript, _, closed := strings.Cut(after, "```")
	if !found || !closed {
		t.Fatal("the README has no transcript")
	}
	command, shown, _ := strings.Cut(transcript, "\n")
	var out, errs bytes.Buffer
	run(context.Background(), append(strings.Fields(command), "--quiet"), &out, &errs)
	digits := regexp.MustCompile(`[-+]?[0-9][0-9.e-]*|\s+`)
	plain := func(s string) string {
		lines, _, _ := strings.Cut(s, "\n\nThe reference")
		return digits.ReplaceAllString(lines, " ")
	}
	if plain(shown) != plain(out.String()) {
		t.Errorf("the README shows\n%s\nthe command prints\n%s", shown, out.String())
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

// TestReadmeProgramCompiles builds the README's Go program at the place where the
// README puts it, without writing into the tree.
func TestReadmeProgramCompiles(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(readme), "```go\n")
	program, _, closed := strings.Cut(after, "```")
	if !found || !closed {
		t.Fatal("the README has no Go program")
	}
	dir := t.TempDir()
	source, overlay := filepath.Join(dir, "main.go"), filepath.Join(dir, "overlay.json")
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(root, "mine", "main.go"): source}})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{source: []byte(program), overlay: replace} {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.Command("go", "build", "-overlay", overlay, "-o", filepath.Join(dir, "mine"), "./mine")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}
