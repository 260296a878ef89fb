package reference_test

import (
	"math"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/branching"
	"github.com/deepbsde/deepbsde/pde/reference/finitedifference"
	"github.com/deepbsde/deepbsde/pde/reference/internal/known"
	"github.com/deepbsde/deepbsde/pde/reference/montecarlo"
	"github.com/deepbsde/deepbsde/pde/reference/picard"
	"github.com/deepbsde/deepbsde/pde/reference/radial"
)

// TestKnownAnswers puts the heat equation, the linear equation of Black and Scholes and
// the Ornstein–Uhlenbeck process to every method that applies: within 4 stated errors
// (and 1e-5, for those without a random error), the stated error below 1 %.
func TestKnownAnswers(t *testing.T) {
	const rate, vol, strike = 0.05, 0.2, 100.0
	put := pde.Problem{
		Name: "Black–Scholes", Dim: 1, Horizon: 1, Start: []float64{95}, Drift: pde.LinearDrift(rate), Diffusion: pde.Geometric(vol),
		Generator: func(_, _, y, _ expr.Value) expr.Value { return y.Scale(-rate) },
		Terminal:  func(x expr.Value) expr.Value { return x.Neg().AddConst(strike).Relu() },
	}
	parity := strike*math.Exp(-rate) - 95
	const k, m, s = 1.7, 0.4, 0.3
	ou := pde.Problem{
		Name: "Ornstein–Uhlenbeck", Dim: 1, Horizon: 0.7, Start: []float64{1.5},
		Drift: pde.MeanReverting{Rate: k, Mean: m}, Diffusion: pde.Scalar(s),
		Generator: func(_, _, y, _ expr.Value) expr.Value { return y.Scale(-0.1) },
		Terminal:  func(x expr.Value) expr.Value { return x.Cos() },
	}
	for _, c := range []struct {
		p    pde.Problem
		want float64
	}{
		{bump(1), math.Pow(2, -0.5)}, {bump(2), 0.5}, {bump(10), math.Pow(2, -5)},
		{put, known.BlackScholes(95, strike, rate, vol, 1) + parity},
		{ou, math.Exp(-0.07) * math.Cos(m+(1.5-m)*math.Exp(-0.7*k)) * math.Exp(s*s*math.Expm1(-2*0.7*k)/(4*k))},
	} {
		for name, run := range map[string]func() (*pde.Reference, error){
			"Monte Carlo": func() (*pde.Reference, error) { return montecarlo.Solve(t.Context(), c.p, pde.Sampling{Seed: 1}) },
			"branching": func() (*pde.Reference, error) {
				return branching.Solve(t.Context(), c.p, pde.Sampling{Paths: 1 << 17, Seed: 1})
			},
			"Picard": func() (*pde.Reference, error) {
				return picard.Solve(t.Context(), c.p, picard.Multilevel{Level: 4, Basis: 14, Seed: 2})
			},
			"finite differences": func() (*pde.Reference, error) { return finitedifference.Solve(c.p) },
			"radial":             func() (*pde.Reference, error) { return radial.Solve(c.p) },
		} {
			if name == "finite differences" && c.p.Dim > 2 || name == "radial" && c.p.Drift != nil {
				continue
			}
			r, err := run()
			if err != nil {
				t.Errorf("%s by %s: %v", c.p.Name, name, err)
				continue
			}
			off := math.Abs(r.Value - c.want)
			t.Logf("%s, d=%d, by %s: %.8g ± %.2g, want %.8g", c.p.Name, c.p.Dim, name, r.Value, r.StdErr, c.want)
			if !(off <= 4*r.StdErr+1e-5*c.want) || !(r.StdErr <= 0.01*c.want) {
				t.Errorf("%s, d=%d, by %s: %.8g ± %.2g, want %.8g", c.p.Name, c.p.Dim, name, r.Value, r.StdErr, c.want)
			}
		}
	}
}

// bump is the heat equation with g = exp(−‖x‖²/2): u(0,0) = (1+2T)^{−d/2}.
func bump(d int) pde.Problem {
	p := known.Heat(d)
	p.Exact = nil
	p.Terminal = func(x expr.Value) expr.Value { return x.NormSq().Scale(-0.5).Exp() }
	return p
}
