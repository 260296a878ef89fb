package finitedifference_test

import (
	"math"
	"testing"

	"github.com/deepbsde/deepbsde/pde/reference/finitedifference"
	"github.com/deepbsde/deepbsde/problems"
)

// TestNamedProblems compares with the exact solutions and, for
// allen-cahn and hjb, with radial.Solve and colehopf.Quadrature, which Make puts into Reference.
func TestNamedProblems(t *testing.T) {
	if testing.Short() {
		t.Skip("slow, and others of its kind are quick")
	}
	for _, name := range []string{"burgers", "quadratic-gradient", "reaction-diffusion", "allen-cahn", "hjb"} {
		for d := 1; d <= 2; d++ {
			family, err := problems.Find(name)
			if err != nil {
				t.Fatal(err)
			}
			p, err := family.Make(d, nil)
			if err != nil {
				t.Fatal(err)
			}
			ref, err := finitedifference.Solve(p)
			if err != nil {
				t.Errorf("%s, d=%d: %v", name, d, err)
				continue
			}
			want := p.Reference.Value
			miss := math.Abs(ref.Value - want)
			t.Logf("%s, d=%d: %.9g, error %.1e, stated %.1e", name, d, ref.Value, miss, ref.StdErr)
			if !(miss <= ref.StdErr+1e-4*math.Abs(want)) || !(ref.StdErr <= 1e-3*math.Abs(want)) {
				t.Errorf("%s, d=%d: %+v, want %.9g", name, d, ref, want)
			}
		}
	}
}
