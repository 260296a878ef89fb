package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPlot draws two runs of one problem together, finished ones and one without a
// result, and refuses runs of different problems.
func TestPlot(t *testing.T) {
	root := t.TempDir()
	dirs := map[string]string{}
	for name, args := range map[string]string{
		"one": "hjb --dim 3", "two": "hjb --dim 3 --seed 2", "other": "lqr --dim 2",
	} {
		dirs[name] = filepath.Join(root, name)
		out := execute(t, append([]string{"solve", "--quiet", "--out", dirs[name]}, strings.Fields(args+" --iterations 40 --paths 256 --steps 4")...)...)
		if out.status != 0 {
			t.Fatal(out.stderr)
		}
	}
	if err := os.Remove(filepath.Join(dirs["two"], resultFile)); err != nil { // as in a run that goes on
		t.Fatal(err)
	}
	picture := filepath.Join(root, "picture.svg")
	if out := execute(t, "plot", dirs["one"], dirs["two"], "--out", picture); out.status != 0 {
		t.Fatal(out.stderr)
	}
	text, err := os.ReadFile(picture)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"one: final estimate, 95 % interval", ">two<", ">reference<", "gradient steps", "time in seconds", ">loss<", ">Y0<"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %q in the picture", want)
		}
	}
	if out := execute(t, "plot", dirs["other"], "--out", picture); out.status != 0 {
		t.Error(out.stderr)
	}
	for _, c := range []struct{ args, want string }{
		{"plot", "plot needs a RUN"},
		{"plot " + dirs["one"], "plot needs --out FILE"},
		{"plot " + dirs["one"] + " --out a.gif", "ends in .png, .svg or .pdf"},
		{"plot " + root + " --out a.svg", "is not a run: it has no run.json"},
		{"plot " + dirs["one"] + " " + dirs["other"] + " --out a.svg", "want runs of one problem"},
	} {
		if out := execute(t, strings.Fields(c.args)...); out.status != exitUsage || !strings.Contains(out.stderr, c.want) {
			t.Errorf("%s: status %d, %s, want %q", c.args, out.status, out.stderr, c.want)
		}
	}
}
