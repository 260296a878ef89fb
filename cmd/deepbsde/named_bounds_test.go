package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPolicyBounds: a lower bound of the optimum holds however short the training was: over 20 seeds of
// few iterations it is never above the optimum on the grid by more than three standard errors. After a
// training in full it is within .1 % of it for lqr and optimal-execution in their dimensions, .02 % for
// lqr in 10, and 1 % for actions in a box, whose optimum is that of a dynamic programme (TestLowerInABox
// of package relaxation).
func TestPolicyBounds(t *testing.T) {
	forAccuracy(t)
	boxed := filepath.Join(t.TempDir(), "boxed.yaml")
	text := "title: boxed\ndim: 1\nhorizon: 1\nstart: 1\ndrift: x/2 + a\ndiffusion: 0.5\nrunning-cost: normsq(x) + normsq(a)/10\n" +
		"terminal-cost: 2*normsq(x)\naction-set: {box: {lower: -1, upper: 1}}\n"
	if err := os.WriteFile(boxed, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	type bounded struct {
		Lower, StdErr float64
		OnGrid        *struct{ Lower, StdErr float64 } `json:"on_grid"`
	}
	for _, c := range []struct {
		problem string
		optimum float64 // 0: that of the command reference
		within  float64 // relative
	}{
		{"lqr", 0, 1e-3}, {"lqr --dim 10", 0, 2e-4}, {"optimal-execution", 0, 1e-3}, {boxed, 1.76131, 1e-2},
	} {
		optimum := c.optimum
		if optimum == 0 {
			words := strings.Fields(c.problem)
			optimum = controlReference(t, words[0], words[1:]...)
		}
		bound := func(seed int, more string) (lower, stderr float64) {
			var r bounded
			runJSON(t, &r, strings.Fields(fmt.Sprintf("solve %s --quiet --seed %d %s", c.problem, seed, more))...)
			if r.OnGrid != nil {
				return r.OnGrid.Lower, r.OnGrid.StdErr
			}
			return r.Lower, r.StdErr
		}
		lower, stderr := bound(1, "")
		t.Logf("%s: at least %.6g, the optimum is %.6g, %.3f %% away", c.problem, lower, optimum, 100*(optimum-lower)/optimum)
		if !(lower > optimum*(1-c.within)) || lower > optimum+3*stderr {
			t.Errorf("%s: at least %.6g, want %.6g within %g", c.problem, lower, optimum, c.within)
		}
		for seed := 1; seed <= accuracySeeds(20); seed++ {
			if lower, stderr := bound(seed, "--iterations 20 --paths 2048"); !(lower > 0 && lower <= optimum+3*stderr) {
				t.Errorf("%s seed %d, hardly trained: at least %.6g ± %.2g, the optimum is %.6g", c.problem, seed, lower, stderr, optimum)
			}
		}
	}
}
