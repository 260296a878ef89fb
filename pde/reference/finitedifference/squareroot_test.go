package finitedifference

import (
	"math"
	"testing"

	"github.com/deepbsde/deepbsde/pde/reference/internal/known"
)

// TestSquareRoot: bonds under the rate of Cox, Ingersoll and Ross and calls in Heston's
// model, Feller's condition satisfied and violated: the error stated contains the closed
// form, and is small.
func TestSquareRoot(t *testing.T) {
	if testing.Short() {
		t.Skip("solves many times")
	}
	for _, c := range []known.CIR{{K: .1, B: .1, S: .5, R0: .1, T: 5}, {K: .1, B: .04, S: 1, R0: .04, T: 10}, {K: 2, B: .2, S: .1, R0: .1, T: 1}, {K: .5, B: .2, S: 1, R0: 0, T: 5}} {
		ref, err := Solve(c.Problem())
		if err != nil {
			t.Errorf("%+v: %v", c, err)
			continue
		}
		off := math.Abs(ref.Value - c.Bond())
		t.Logf("%+v: %.8f ± %.2g, off %.2g", c, ref.Value, ref.StdErr, off)
		if !(off <= 2*ref.StdErr+1e-7) || ref.StdErr > 1e-3 {
			t.Errorf("%+v: %g ± %g, want %g", c, ref.Value, ref.StdErr, c.Bond())
		}
	}
	for _, c := range []known.Heston{
		{K: .5, Theta: .04, Xi: 1, Rho: -.9, V0: .04, T: 10}, {K: .5, Theta: .04, Xi: 1, Rho: 0, V0: .04, T: 10},
		{K: 2, Theta: .04, Xi: .3, Rho: -.7, V0: .04, T: 1}, {K: 1, Theta: .09, Xi: 1, Rho: -.3, V0: .09, T: 5},
	} {
		p := c.Problem()
		ref, err := Solve(p)
		if err != nil {
			t.Errorf("%+v: %v", c, err)
			continue
		}
		off := math.Abs(ref.Value - c.Put())
		t.Logf("%+v: %.5f ± %.2g, off %.2g", c, ref.Value, ref.StdErr, off)
		if !(off <= 2*ref.StdErr) || ref.StdErr > 0.02*ref.Value {
			t.Errorf("%+v: %g ± %g, want %g", c, ref.Value, ref.StdErr, c.Put())
		}
	}
}
