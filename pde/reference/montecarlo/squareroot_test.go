package montecarlo

import (
	"context"
	"testing"

	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/internal/known"
)

// TestSquareRoot: 100 steps, extrapolated, give bonds under the rate of Cox, Ingersoll and
// Ross and puts in Heston's model, Feller's condition satisfied and violated.
func TestSquareRoot(t *testing.T) {
	s := pde.Sampling{Paths: 1 << 11, Steps: 100, Seed: 1}
	for _, c := range []known.CIR{{K: .1, B: .1, S: .5, R0: .1, T: 5}, {K: .1, B: .04, S: 1, R0: .04, T: 10}, {K: 2, B: .2, S: .1, R0: .1, T: 1}, {K: .5, B: .2, S: 1, R0: 0, T: 5}} {
		ref, err := Solve(context.Background(), c.Problem(), s)
		known.Sampled(t, ref, err, c.Bond(), 0.05)
	}
	for _, c := range []known.Heston{
		{K: .5, Theta: .04, Xi: 1, Rho: -.9, V0: .04, T: 10}, {K: .5, Theta: .04, Xi: 1, Rho: 0, V0: .04, T: 10},
		{K: 2, Theta: .04, Xi: .3, Rho: -.7, V0: .04, T: 1}, {K: 1, Theta: .09, Xi: 1, Rho: -.3, V0: .09, T: 5},
	} {
		ref, err := Solve(context.Background(), c.Problem(), s)
		known.Sampled(t, ref, err, c.Put(), 0.25)
	}
}

// TestSquareRootOrder: without extrapolation a long step is off, and twice as many by
// less: the differences that an extrapolation goes by.
func TestSquareRootOrder(t *testing.T) {
	if testing.Short() {
		t.Skip("solves many times")
	}
	c := known.CIR{K: .1, B: .2, S: 1, R0: .2, T: 5}
	last := 1.0
	for _, steps := range []int{4, 16, 64} {
		ref, err := Solve(context.Background(), c.Problem(), pde.Sampling{Paths: 1 << 15, Steps: steps, Seed: 2})
		if err != nil {
			t.Fatal(err)
		}
		off := ref.Value - c.Bond()
		t.Logf("%d steps: %+.5f ± %.5f", steps, off, ref.StdErr)
		if off = max(off, -off); off > last/2+4*ref.StdErr {
			t.Errorf("%d steps: off by %g, by %g with a quarter of them", steps, off, last)
		}
		last = off
	}
}
