package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/bsde/run"
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
		if !out.finished() {
			t.Fatal(out.stderr)
		}
	}
	if err := os.Remove(filepath.Join(dirs["two"], run.ResultFile)); err != nil { // as in a run that goes on
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
	for _, want := range []string{"one: final estimate, ", "thick: sampling", `"two"`, `"reference"`, "passes of least squares", "time in seconds", `"loss"`, `"Y0"`} {
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

// TestPlotWhat draws everything that plot can, in every format, and refuses what does
// not go together.
func TestPlotWhat(t *testing.T) {
	root := t.TempDir()
	exact := keptRun(t, "exact", "quadratic-gradient --dim 2 --iterations 40")
	other := keptRun(t, "other", "quadratic-gradient --dim 2 --iterations 40 --seed 2")
	wider := keptRun(t, "wider", "quadratic-gradient --dim 3 --iterations 40")
	policy := keptRun(t, "policy", "lqr --dim 2 --iterations 40")
	for _, c := range []struct {
		args   string
		want   []string
		absent string
	}{
		{exact + " --what value", []string{`"Y0"`, "gradient steps", `"reference"`}, "time in seconds"}, // the same curve again
		{exact + " " + other, []string{`"Y0"`, `"loss"`, "gradient steps", "time in seconds"}, "<text"},
		{exact + " --what value --over seconds", []string{"time in seconds"}, "gradient steps"},
		{exact + " --what loss --over steps", []string{`"loss`, "gradient steps"}, `"Y0"`},
		{exact + " --what close-up", []string{`"Y0"`, `"20"`, `"40"`}, `"10"`},
		{exact + " --what paths", []string{"Y along 3 sample paths", "exact solution u(t, X)", "time t"}, "gradient steps"},
		{exact + " " + other + " --what paths", []string{`"exact"`, `"other"`}, "gradient steps"},
		{policy, []string{"cost on validation paths", "gradient steps"}, "loss"},
		{policy + " --what paths", []string{"state x[1]", "action a[0]", "cost so far", "optimal: sample paths"}, "gradient steps"},
	} {
		file := filepath.Join(root, "picture.svg")
		if out := execute(t, append(append([]string{"plot"}, strings.Fields(c.args)...), "--size", "6x4", "--out", file)...); out.status != 0 {
			t.Errorf("%s: status %d, %s", c.args, out.status, out.stderr)
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range append(c.want, `width="432pt" height="288pt"`) {
			if !strings.Contains(string(text), want) {
				t.Errorf("%s: no %q", c.args, want)
			}
		}
		if strings.Contains(string(text), c.absent) {
			t.Errorf("%s: it has %q", c.args, c.absent)
		}
	}
	for format, magic := range map[string]string{"png": "\x89PNG", "pdf": "%PDF"} {
		file := filepath.Join(root, "picture."+format)
		out := execute(t, "plot", exact, "--out", file, "--size", "4x3")
		if text, err := os.ReadFile(file); out.status != 0 || err != nil || !strings.HasPrefix(string(text), magic) {
			t.Errorf("%s: status %d, %s, %v", format, out.status, out.stderr, err)
		}
	}
	for _, c := range []struct{ args, want string }{
		{exact + " --what all", "want training or value or close-up or loss or paths"},
		{exact + " --what paths --over steps", "--over does not go with --what paths"},
		{exact + " --size 4", "want WIDTHxHEIGHT in inches"},
		{policy + " --what loss", "draw --what value"},
		{exact + " " + wider, "want runs of one problem"},
	} {
		if out := execute(t, append([]string{"plot", "--out", filepath.Join(root, "none.svg")}, strings.Fields(c.args)...)...); out.status != exitUsage || !strings.Contains(out.stderr, c.want) {
			t.Errorf("%s: status %d, %s, want %q", c.args, out.status, out.stderr, c.want)
		}
	}
}
