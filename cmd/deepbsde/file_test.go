package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/member"
	"github.com/deepbsde/deepbsde/problems"
)

// writeFile is the path of a new file with the text.
func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// initFile is the file that init prints.
func initFile(t *testing.T, name string) string {
	t.Helper()
	out := runWith(t, nil, "init", name)
	if out.status != 0 {
		t.Fatalf("init %s: %+v", name, out)
	}
	return writeFile(t, name+".yaml", out.stdout)
}

// TestFileSolvesLikeName: a short solve of the file that init prints gives every bit of
// that of the named problem: values, gradients, settings, and the history.
func TestFileSolvesLikeName(t *testing.T) {
	for _, f := range problems.All() {
		args := []string{"--iterations", "5", "--paths", "256", "--batch", "16"}
		m, err := member.Of(t.Context(), f, 0, nil)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case m.Problem.Obstacle != nil: // has its steps, and is fitted
			args = []string{"--paths", "512", "--dim", "2", "--set", "dates=3", "--options", "outer=64,inner=8,samples=512"}
		case f.Name == "energy-storage": // has its dimension and its stages
		case f.Name == "optimal-execution": // has its stages
			args = append(args, "--dim", "6")
		default:
			args = append(args, "--dim", "6", "--steps", "4")
		}
		for _, precision := range []string{"float32", "float64"} {
			args := append(args, "--precision", precision)
			named, namedHistory := solveBits(t, append([]string{f.Name}, args...))
			file, fileHistory := solveBits(t, append([]string{initFile(t, f.Name)}, args...))
			if !reflect.DeepEqual(file, named) {
				t.Errorf("%s %s:\n%v from the file,\n%v by name", f.Name, precision, file, named)
			}
			if fileHistory != namedHistory || strings.Count(namedHistory, "\n") < 6 && m.Problem.Obstacle == nil {
				t.Errorf("%s %s: history\n%s from the file,\n%s by name", f.Name, precision, fileHistory, namedHistory)
			}
		}
	}
}

// solveBits is what a solve prints as JSON and its history, less times, what is known of
// the solution, and the parameters, whose names in files have no hyphens.
func solveBits(t *testing.T, args []string) (map[string]any, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	var out, errs bytes.Buffer
	if code := program(context.Background(), append([]string{"solve", "--json", "--quiet", "--out", dir}, args...), &out, &errs); !ended(code) {
		t.Fatalf("solve %v: status %d: %s", args, code, errs.String())
	}
	var result map[string]any
	if err := json.Unmarshal(out.Bytes(), &result); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"seconds", "reference", "relative_error", "verdict", "excess", "action_error", "parameters"} {
		delete(result, key)
	}
	text, err := os.ReadFile(filepath.Join(dir, "metrics.csv"))
	if err != nil {
		t.Fatal(err)
	}
	var history strings.Builder
	for line := range strings.Lines(string(text)) {
		fields := strings.Split(line, ",")
		history.WriteString(strings.Join(append(fields[:3:3], fields[4:]...), ",")) // without the seconds
	}
	return result, history.String()
}

// solvedFiles are the problem files of docs/files.md and those of testdata/solved.
func solvedFiles(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("../../docs/files.md")
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, part := range strings.Split(string(text), "```yaml\n")[1:] {
		file, _, _ := strings.Cut(part, "```")
		files = append(files, file)
	}
	more, err := filepath.Glob("testdata/solved/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range more {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, string(text))
	}
	return files
}

// TestDocumentedFiles checks and solves every example of docs/files.md and those of testdata/solved: the exact
// solution solves its equation, and 100 iterations come within 3 % of it, or for a
// control problem of its Riccati reference.
func TestDocumentedFiles(t *testing.T) {
	files := solvedFiles(t)
	if len(files) < 6 {
		t.Fatalf("%d examples, want at least 6", len(files))
	}
	for k, text := range files {
		path := writeFile(t, fmt.Sprintf("example%d.yaml", k), text)
		out := runWith(t, nil, "check", path)
		if out.status != 0 || !strings.HasSuffix(out.stdout, "ok\n") || strings.Contains(out.stdout, "none is given") {
			t.Errorf("check: %+v\n%s", out, text)
			continue
		}
		r := solveJSON(t, path, "--iterations", "100", "--paths", "4096")
		value := r.Value
		if r.OnGrid != nil { // Riccati's value is of the grid
			value = r.OnGrid.Value
		}
		off := math.Abs(value/r.Reference.Value - 1)
		t.Logf("%s: %g, relative error %.3g", strings.SplitN(text, "\n", 2)[0], r.Value, off)
		if !(off <= 0.03) {
			t.Errorf("relative error %g:\n%s", off, text)
		}
	}
}

// TestFilesOnTheCommandLine: a FILE stands wherever a NAME does.
func TestFilesOnTheCommandLine(t *testing.T) {
	path := initFile(t, "burgers")
	for _, c := range []struct{ args, want string }{
		{"show FILE", "burgers: Burgers-type equation"},
		{"show FILE --dim 7 --set horizon=0.1", "d = 7 (default 50)"},
		{"reference FILE --dim 3", "0.5"},
		{"compare FILE --methods exact --quiet", "exact"},
		{"check FILE", "the exact solution leaves"},
		{"check FILE --dim 3", "fit d = 3"},
		{"check hjb", "ok"},
		{"init hjb", "name: hjb"},
	} {
		out := runWith(t, nil, strings.Fields(strings.ReplaceAll(c.args, "FILE", path))...)
		if out.status != 0 || !strings.Contains(out.stdout, c.want) {
			t.Errorf("%s: %+v, want %q", c.args, out, c.want)
		}
	}
}

// TestFileMistakes end with status 2 and the place.
func TestFileMistakes(t *testing.T) {
	good := "dim: 2\nhorizon: 1\nparameters: {lambda: 1}\ndiffusion: 1\nstart: [0, 1]\n"
	for _, c := range []struct{ name, text, args, want string }{
		{"a.yaml", good + "terminal: sum(x)\ngenerator: lamda*y\n", "solve FILE", "FILE:7:12: unknown name \"lamda\" in generator, did you mean \"lambda\"?\ngenerator: lamda*y\n           ^\n"},
		{"b.yaml", good + "terminal: sum(x)\n", "show FILE --dim 3", "FILE:5:8: start has 2 components, want 3\n"},
		{"c.yaml", good + "terminal: sum(x)\n", "show FILE --set lamda=3", "unknown parameter \"lamda\", did you mean \"lambda\"?"},
		{"d.yaml", good + "terminal: sum(x)\nexact: sum(x) + t\n", "check FILE", "FILE:7:8: exact: is "},
		{"e.yaml", good + "terminal: sum(x)\nexact: sum(x) + (horizon - t)*(1 + x[0])\n", "check FILE", "FILE:7:8: exact: does not solve the equation: "},
		{"f.yaml", good + "terminal: sum(x)\ngenerator: log(0.2 + x[0])\n", "check FILE", "FILE:7:12: generator: is NaN on a simulated path"},
		{"g.yaml", good + "terminal: sum(x)\ndrift: x^5*10\n", "check FILE", "FILE:7:8: drift: component "},
		{"root.yaml", "dim: 1\nhorizon: 2\nstart: 0.03\ndrift: 0.04 - x*x\ndiffusion: 0.9*sqrt(x)*dw\nterminal: x\n", "check FILE", "FILE:5:12: diffusion: component 0 of a simulated path is NaN at t = "},
		{"h.yml", "", "check FILE", "FILE:1:1: the file is empty"},
	} {
		path := writeFile(t, c.name, c.text)
		out := runWith(t, nil, strings.Fields(strings.ReplaceAll(c.args, "FILE", path))...)
		if want := "deepbsde: " + strings.ReplaceAll(c.want, "FILE", path); out.status != 2 || !strings.HasPrefix(out.stderr, want) || out.stdout != "" {
			t.Errorf("%s %s: %+v, want %q", c.name, c.args, out, want)
		}
	}
	for args, want := range map[string]string{
		"check nowhere.yaml": "open nowhere.yaml: no such file",
		"check ./":           "./ is a directory, want a problem file",
		"init hbj":           `unknown problem "hbj", did you mean "hjb"?`,
	} {
		out := runWith(t, nil, strings.Fields(args)...)
		if out.status != 2 || !strings.HasPrefix(out.stderr, "deepbsde: "+want) {
			t.Errorf("%s: %+v, want %q", args, out, want)
		}
	}
}

// TestRunOfFileResumes: a run directory holds a copy of the file, so that it can be
// resumed when the file has changed or gone.
func TestRunOfFileResumes(t *testing.T) {
	path, dir := initFile(t, "hjb"), filepath.Join(t.TempDir(), "run")
	args := []string{"--dim", "3", "--iterations", "5", "--paths", "128", "--steps", "3", "--json", "--quiet"}
	first := runReal(t, append([]string{"solve", path, "--out", dir}, args...)...)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	again := runReal(t, "solve", "--resume", dir, "--json", "--quiet")
	if first.Value != again.Value {
		t.Errorf("%v, resumed %v", first.Value, again.Value)
	}
}

func runReal(t *testing.T, args ...string) (r solved) {
	t.Helper()
	var out, errs bytes.Buffer
	if code := program(context.Background(), args, &out, &errs); !ended(code) {
		t.Fatalf("%v: status %d: %s", args, code, errs.String())
	}
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// TestDocumentedFileCommands runs the commands of docs/files.md.
func TestDocumentedFileCommands(t *testing.T) {
	text, err := os.ReadFile("../../docs/files.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(text), "```sh\n")
	block, _, _ := strings.Cut(after, "```")
	path, commands := filepath.Join(t.TempDir(), "mine.yaml"), 0
	for line := range strings.Lines(block) {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(strings.ReplaceAll(line, "mine.yaml", path))
		into := ""
		if n := len(words); n > 2 && words[n-2] == ">" {
			words, into = words[:n-2], words[n-1]
		}
		if words[1] == "solve" {
			words = append(words, "--quiet", "--iterations", "3", "--paths", "64")
		}
		var out, errs bytes.Buffer
		if code := program(context.Background(), words[1:], &out, &errs); !ended(code) || out.Len() == 0 {
			t.Errorf("%s: status %d: %s", line, code, errs.String())
		}
		if into != "" {
			if err := os.WriteFile(into, out.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		commands++
	}
	if commands < 4 {
		t.Errorf("%d commands in docs/files.md, want at least 4", commands)
	}
}
