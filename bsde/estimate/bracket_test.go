package estimate

import (
	"math"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde/internal/race"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/grid"
)

// front is f = y − y³ with σ = √2, whose solution 1/(1 + e^{−s}) with s = (x₁ + x₂)/2 + 3(T − t)/2 is a
// front that moves along the diagonal, and factor times its Z.
func front(factor float64) (p pde.Problem, at func(t float64) float64, z func(t, x expr.Value) expr.Value) {
	const horizon = 0.5
	s := func(t, x expr.Value) expr.Value {
		return x.Sum().Scale(0.5).Add(t.Scale(-1.5).AddConst(1.5 * horizon))
	}
	u := func(t, x expr.Value) expr.Value { return s(t, x).Sigmoid() }
	p = pde.Problem{
		Name: "front", Dim: 2, Horizon: horizon, Start: []float64{-0.7, -0.4}, Diffusion: pde.Scalar(math.Sqrt2),
		Generator: func(_, _, y, _ expr.Value) expr.Value { return y.Sub(y.PowConst(3)) },
		Terminal:  func(x expr.Value) expr.Value { return x.Sum().Scale(0.5).Sigmoid() },
	}
	at = func(t float64) float64 { return 1 / (1 + math.Exp(1.1/2-1.5*(horizon-t))) }
	z = func(t, x expr.Value) expr.Value {
		v := u(t, x)
		return x.Scale(0).AddConst(factor / math.Sqrt2).Mul(v.Sub(v.Square()))
	}
	return p, at, z
}

// TestBracketSides: over 20 seeds the lower bound is never above the solution, and the upper one never
// below it, by more than 3 standard errors, and they lie as close together as noise and a Z that is wrong by a
// tenth leave them.
func TestBracketSides(t *testing.T) {
	race.Skip(t)
	p, at, z := front(0.9)
	for seed := range uint64(20) {
		g := grid.Uniform(p.Horizon, 12)
		s, err := New(t.Context(), p, Formula{g, z}, Config{Grid: g, Scales: 1024, Seed: seed, Workers: 2})
		if err != nil {
			t.Fatal(err)
		}
		back := s.core.borrow()
		e, err := s.core.(*engine[float64]).estimate(t.Context(), nil, 8192, -1, nil)
		back()
		if err != nil {
			t.Fatal(err)
		}
		want := at(0)
		if seed == 0 {
			t.Logf("%.5f … %.5f, %.5f ± %.5f, want %.5f", e.Lower, e.Upper, e.Value, e.Error, want)
		}
		if !(e.Lower <= want+3*e.StdErr && want <= e.Upper+3*e.StdErr) || !(e.Upper-e.Lower <= 0.005) {
			t.Errorf("seed %d: %.5f … %.5f, want %.5f between", seed, e.Lower, e.Upper, want)
		}
	}
}
