package main

import (
	"context"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/report"
)

// TestUnknownLines: a result says which of its numbers are not known, and why. With
// sqrt(max(x, 0)) the gradient is not, as the derivative of the root at 0 is infinite.
func TestUnknownLines(t *testing.T) {
	file := writeFile(t, "rate.yaml", "dim: 1\nhorizon: 2\nstart: 0.03\ndrift: 0.04 - x*x\ndiffusion: 0.2*sqrt(max(x, 0))*dw\ngenerator: -x*y\nterminal: 1\n")
	out := execute(t, strings.Fields("solve "+file+" --iterations 20 --paths 1024 --quiet")...)
	if want := "  gradient         unknown              a derivative on the paths is not finite"; !out.finished() || !strings.Contains(out.stdout, want) {
		t.Errorf("%+v, want %q", out, want)
	}
	none := writeFile(t, "none.yaml", "dim: 1\nhorizon: 2\nstart: 0.03\ndrift: 0.04 - x*x\ndiffusion: 0.9*sqrt(x)*dw\nterminal: x\n")
	out = execute(t, "solve", none, "--quiet")
	if want := " simulated paths, as X is not at t = 0."; out.status != exitUsage || !strings.Contains(out.stderr, want) {
		t.Errorf("%+v, want %q", out, want)
	}
	m, err := (&problemFlags{}).member(context.Background(), "allen-cahn")
	if err != nil {
		t.Fatal(err)
	}
	want := "network          unknown              the time step hides the bias"
	if text := report.Of(m, &bsde.Result{Estimate: estimate.Estimate{Value: 1, NetworkBias: nan, NetworkError: nan}}, nil).Block().String(); !strings.Contains(text, want) {
		t.Errorf("%s, want %q", text, want)
	}
}

// TestUnseenEvent: a claim that no path has seen pay is worth no ± 0.
func TestUnseenEvent(t *testing.T) {
	file := writeFile(t, "rare.yaml", "dim: 3\nhorizon: 1\nstart: 0\ndiffusion: 1\ngenerator: -0.1*y\nterminal: \"x[1] > 7 ? 1 : 0\"\n")
	out := execute(t, "solve", file, "--paths", "1024", "--quiet")
	if out.status != exitUntrusted || !strings.Contains(out.stdout, " 0 ± unknown ") || strings.Contains(out.stdout, "± 0") {
		t.Errorf("status %d, %s", out.status, out.stdout)
	}
	for _, key := range []string{"\"error\"", "\"stderr\"", "\"ci95\"", "\"gradient\""} {
		if out := execute(t, "solve", file, "--paths", "1024", "--quiet", "--json"); strings.Contains(out.stdout, key) {
			t.Errorf("%s in %s", key, out.stdout)
		}
	}
}

// TestStateOfPoint: points of a line differ in the table, whatever component moves.
func TestStateOfPoint(t *testing.T) {
	dir := keptRun(t, "run", "hjb --dim 6 --iterations 2")
	for args, want := range map[string]string{
		"--line 5:-1:1.25 --count 2": " x0 but x[5] = 1.25 ",
		"--at 1,2,3,4,5,6":           " (1, 2, 3, 4, …) ",
		"--at 1e200":                 " unknown",
		"--at 1":                     " all 1 ",
	} {
		if out := execute(t, append([]string{"eval", dir, "--paths", "64"}, strings.Fields(args)...)...); !out.finished() || !strings.Contains(out.stdout, want) {
			t.Errorf("%s: %+v, want %q", args, out, want)
		}
	}
}
