package radial

import (
	"math"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
)

// gaussian is g = exp(c‖x‖²), f = 0, σ = 1: the value is (1 − 2cT)^{−d/2}, the moment
// generating function of a chi-square number, infinite from cT = ½ on.
func gaussian(d int, c, horizon float64) (p pde.Problem, want float64) {
	return pde.Problem{
		Name: "gaussian", Dim: d, Horizon: horizon, Start: make([]float64, d), Diffusion: pde.Scalar(1),
		Terminal: func(x expr.Value) expr.Value { return x.NormSq().Scale(c).Exp() },
	}, math.Pow(1-2*c*horizon, -float64(d)/2)
}

// TestOuterBoundary: where g grows as fast as the density of X_T falls, the stated error
// covers what lies beyond the first domain, and is of use: below so much of the value.
func TestOuterBoundary(t *testing.T) {
	if testing.Short() {
		t.Skip("solves many times")
	}
	for _, c := range []struct {
		d                 int
		c, horizon, width float64
	}{
		{1, 0.2, 1, 1e-6}, {1, 0.4, 1, 1e-4}, {1, 0.45, 1, 1e-3}, {1, 0.48, 1, 0.05},
		{1, 0.2, 2, 1e-4}, {1, 0.9, 0.4, 1e-4}, {5, 0.4, 1, 1e-3}, {20, 0.2, 1, 1e-3},
	} {
		p, want := gaussian(c.d, c.c, c.horizon)
		ref, err := Solve(p)
		if err != nil {
			t.Errorf("%+v: %v", c, err)
			continue
		}
		t.Logf("d=%d, c=%g, T=%g: %.7g ± %.2g, off %.2g", c.d, c.c, c.horizon, ref.Value, ref.StdErr, ref.Value-want)
		if !(math.Abs(ref.Value-want) <= ref.StdErr) || !(ref.StdErr <= c.width*want) {
			t.Errorf("%+v: %+v, want %.7g", c, ref, want)
		}
	}
}

// TestInfiniteMean is refused: E exp(c‖X_T‖²) for cT ≥ ½.
func TestInfiniteMean(t *testing.T) {
	if testing.Short() {
		t.Skip("solves many times")
	}
	for _, c := range []struct {
		d int
		c float64
	}{{1, 0.5}, {5, 0.5}} {
		p, _ := gaussian(c.d, c.c, 1)
		if ref, err := Solve(p); err == nil || !strings.Contains(err.Error(), "depends on how far the grid reaches") {
			t.Errorf("d=%d, c=%g: %+v, %v, want an error", c.d, c.c, ref, err)
		}
	}
}
