package finitedifference

import (
	"math"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
)

// gaussian is g = exp(c‖x‖²), f = 0, σ = 1: (1 − 2cT)^{−d/2}, infinite from cT = ½ on.
func gaussian(d int, c, horizon float64) (p pde.Problem, want float64) {
	return pde.Problem{
		Name: "gaussian", Dim: d, Horizon: horizon, Start: make([]float64, d), Diffusion: pde.Scalar(1),
		Terminal: func(x expr.Value) expr.Value { return x.NormSq().Scale(c).Exp() },
	}, math.Pow(1-2*c*horizon, -float64(d)/2)
}

// potential is f = c x² y, g = 1, σ = 1 in one dimension: E exp(c∫W²) = cos(√(2c) T)^{−½}
// (Cameron, Martin 1944), infinite from √(2c) T = π/2 on.
func potential(c, horizon float64) (p pde.Problem, want float64) {
	return pde.Problem{
		Name: "potential", Dim: 1, Horizon: horizon, Start: []float64{0}, Diffusion: pde.Scalar(1),
		Generator: func(_, x, y, _ expr.Value) expr.Value { return x.NormSq().Scale(c).Mul(y) },
		Terminal:  func(expr.Value) expr.Value { return expr.Const(1) },
	}, 1 / math.Sqrt(math.Cos(math.Sqrt(2*c)*horizon))
}

// TestOuterBoundary: the stated error covers what lies beyond the first domain, and is of
// use: below so much of the value.
func TestOuterBoundary(t *testing.T) {
	if testing.Short() {
		t.Skip("solves many times")
	}
	check := func(p pde.Problem, want, width float64) {
		t.Helper()
		ref, err := Solve(p)
		if err != nil {
			t.Error(err)
			return
		}
		t.Logf("%s, d=%d: %.7g ± %.2g, off %.2g", p.Name, p.Dim, ref.Value, ref.StdErr, ref.Value-want)
		if !(math.Abs(ref.Value-want) <= ref.StdErr) || !(ref.StdErr <= width*want) {
			t.Errorf("%s: %+v, want %.7g", p.Name, ref, want)
		}
	}
	for _, c := range []struct {
		d                 int
		c, horizon, width float64
	}{{1, 0.3, 1, 1e-4}, {1, 0.4, 1, 1e-3}, {1, 0.45, 1, 0.01}, {1, 0.48, 1, 0.05}, {2, 0.2, 1, 1e-3}} {
		p, want := gaussian(c.d, c.c, c.horizon)
		check(p, want, c.width)
	}
	for _, c := range []struct{ c, horizon, width float64 }{{0.3, 1, 1e-4}, {1.1, 1, 0.05}} {
		p, want := potential(c.c, c.horizon)
		check(p, want, c.width)
	}
}

// TestOddValue: a value that is 0 but for rounding has nothing to settle.
func TestOddValue(t *testing.T) {
	p, _ := gaussian(1, 0, 1)
	p.Terminal = func(x expr.Value) expr.Value { return x.At(0).Add(x.At(0).PowConst(3)) }
	if ref, err := Solve(p); err != nil || !(math.Abs(ref.Value) <= ref.StdErr+1e-12) || ref.StdErr > 1e-9 {
		t.Errorf("%+v, %v, want 0", ref, err)
	}
}

// TestInfiniteMean is refused.
func TestInfiniteMean(t *testing.T) {
	if testing.Short() {
		t.Skip("solves many times")
	}
	for _, c := range []float64{0.5} {
		p, _ := gaussian(1, c, 1)
		if ref, err := Solve(p); err == nil || !strings.Contains(err.Error(), "depends on how far the grid reaches") {
			t.Errorf("c=%g: %+v, %v, want an error", c, ref, err)
		}
	}
}
