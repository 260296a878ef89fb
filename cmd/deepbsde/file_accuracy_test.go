package main

import (
	"fmt"
	"strings"
	"testing"
)

// TestFilesAreSolved: the examples of docs/files.md come within 0.5 % of their exact
// values at d = 100, the last one at d = 10, with default settings and any seed. The
// worst errors of five seeds were 0.032, 0.154, 0.031 and 0.220 %, in the order of the
// table; the standard errors of the estimates are 0.015, 0.018, 0.019 and 0.26 %.
func TestFilesAreSolved(t *testing.T) {
	forAccuracy(t)
	for _, c := range []struct {
		title string
		dim   string
	}{
		{"Black–Scholes–Barenblatt equation", "100"},
		{"mean-reverting drift with a quadratic generator", "100"},
		{"correlated noise", "100"},
		{"full diffusion matrix that depends on x, by its action on the noise", "10"},
	} {
		path := ""
		for _, text := range solvedFiles(t) {
			if strings.HasPrefix(text, "title: "+c.title+"\n") {
				path = writeFile(t, "example.yaml", text)
			}
		}
		if path == "" {
			t.Fatalf("docs/files.md has no example %q", c.title)
		}
		worst := 0.0
		for seed := 1; seed <= accuracySeeds(5); seed++ {
			r := solveJSON(t, path, "--dim", c.dim, "--seed", fmt.Sprint(seed))
			t.Logf("%s, d=%s, seed %d: %.6g ± %.2g, exact %.6g, error %.3f %%, %.1f s", c.title, c.dim, seed, r.Value, r.StdErr, r.Reference.Value, 100*r.RelativeError, r.Seconds)
			if worst = max(worst, r.RelativeError); !(r.RelativeError < 0.005) || r.Reference.Value == 0 {
				t.Errorf("%s, d=%s, seed %d: error %.3g, want below 0.005", c.title, c.dim, seed, r.RelativeError)
			}
		}
		t.Logf("%s, d=%s: at most %.3f %%", c.title, c.dim, 100*worst)
	}
}
