package problems

import (
	"math"
	"os"
	"testing"

	"github.com/deepbsde/deepbsde/pde"
)

// TestReferencesAgree runs all methods that apply to each problem and compares each
// with the most exact one: within 4 stated errors, bounds on their side. In one dimension and
// the default one, and with 'make accuracy' in two as well.
func TestReferencesAgree(t *testing.T) {
	if testing.Short() {
		t.Skip("runs every reference method")
	}
	for _, f := range Equations() {
		dims := []int{1, f.Dim}
		if os.Getenv("DEEPBSDE_ACCURACY") != "" {
			dims = append(dims, 2)
		}
		for _, dim := range dims {
			p, err := f.Make(dim, nil)
			if err != nil {
				t.Fatal(err)
			}
			v, _, err := f.values(nil)
			if err != nil {
				t.Fatal(err)
			}
			found := map[string]*pde.Reference{}
			if p.Reference != nil {
				found["default"] = p.Reference
			}
			for _, m := range f.ReferenceMethods(v) {
				s := pde.Sampling{Seed: 5}
				if m.Name == "policy" || m.Name == "dual" {
					s.Paths = 4096
				}
				if r, err := m.Run(t.Context(), p, s); err == nil {
					found[m.Name] = r
				}
			}
			var best *pde.Reference
			for _, r := range found {
				if r.Bound == pde.Neither && (best == nil || r.StdErr < best.StdErr) {
					best = r
				}
			}
			if len(found) < 2 && p.Obstacle == nil { // of early exercise few dimensions have a second value
				t.Errorf("%s, d=%d: nothing to compare %v with", f.Name, dim, found)
			}
			for name, r := range found {
				distance := r.Value - best.Value
				slack := 4*math.Hypot(r.StdErr, best.StdErr) + 1e-9*math.Abs(best.Value)
				if r.Bound == pde.Neither && math.Abs(distance) > slack ||
					r.Bound == pde.Lower && distance > slack || r.Bound == pde.Upper && distance < -slack {
					t.Errorf("%s, d=%d: %s gives %g ± %g, %s %.10g ± %g", f.Name, dim, name, r.Value, r.StdErr, best.Method, best.Value, best.StdErr)
				}
				t.Logf("%s, d=%d: %s %.8g ± %.2g (%+.4f %%)", f.Name, dim, name, r.Value, r.StdErr, 100*distance/best.Value)
			}
		}
	}
}

// TestEveryProblemHasAnExactReference: 0.1 %, or 0.3 % for the two claims whose value
// only simulation can give.
func TestEveryProblemHasAnExactReference(t *testing.T) {
	for _, f := range Equations() {
		p, err := f.Make(0, nil)
		if err != nil {
			t.Fatal(err)
		}
		limit := 0.001
		if f.Name == "default-risk" || f.Name == "diff-rates" {
			limit = 0.003
		}
		r := p.Reference
		if r == nil || r == f.Published || !(1.96*r.StdErr <= limit*math.Abs(r.Value)) {
			t.Errorf("%s: reference %+v, want one within %g %%", f.Name, r, 100*limit)
		}
	}
}
