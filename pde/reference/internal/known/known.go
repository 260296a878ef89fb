// Package known holds equations whose value is known, and the checks of values that the
// tests of several references share.
package known

import (
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
)

// Heat is ∂u/∂t + Δu = 0 with g = ‖x‖², u = ‖x‖² + 2d(T−t).
func Heat(d int) pde.Problem {
	return pde.Problem{
		Name: "heat", Dim: d, Horizon: 0.5, Start: make([]float64, d), Diffusion: pde.Scalar(math.Sqrt2),
		Terminal: func(x expr.Value) expr.Value { return x.NormSq() },
		Exact: func(t, x expr.Value) expr.Value {
			return x.NormSq().Add(t.Neg().AddConst(0.5).Scale(2 * float64(d)))
		},
	}
}

// Decay is ∂u/∂t + Δu − u = 0 with g = ‖x‖²: u(0,0) = e^{−T}·2dT.
func Decay(d int) pde.Problem {
	p := Heat(d)
	p.Generator = func(_, _, y, _ expr.Value) expr.Value { return y.Neg() }
	p.Exact = nil
	return p
}

// AllenCahn is f = y − y³, g = 1/(2+0.4‖x‖²), σ = √2, T = 0.3.
func AllenCahn(d int) pde.Problem {
	return pde.Problem{
		Name: "allen-cahn", Dim: d, Horizon: 0.3, Start: make([]float64, d), Diffusion: pde.Scalar(math.Sqrt2),
		Generator: func(_, _, y, _ expr.Value) expr.Value { return y.Sub(y.PowConst(3)) },
		Terminal:  func(x expr.Value) expr.Value { return x.NormSq().Scale(0.4).AddConst(2).Inv() },
	}
}

// ConstantStart is v′ = f(v), v(0) = v0, written as an equation in one dimension: the
// trees are random, the motion has no part in the value.
func ConstantStart(v0, horizon float64, f func(y expr.Value) expr.Value) pde.Problem {
	return pde.Problem{
		Name: "constant", Dim: 1, Horizon: horizon, Start: []float64{0}, Diffusion: pde.Scalar(1),
		Generator: func(_, _, y, _ expr.Value) expr.Value { return f(y) },
		Terminal:  func(x expr.Value) expr.Value { return x.Scale(0).AddConst(v0) },
	}
}

// Hopf is the problem hjb: f = −λ‖z‖²/2, g = ln((1+‖x‖²)/2), σ = √2, T = 1.
func Hopf(d int, lambda float64) pde.Problem {
	return pde.Problem{
		Name: "hjb", Dim: d, Horizon: 1, Start: make([]float64, d), Diffusion: pde.Scalar(math.Sqrt2),
		Generator: func(_, _, _, z expr.Value) expr.Value { return z.NormSq().Scale(-lambda / 2) },
		Terminal:  func(x expr.Value) expr.Value { return x.NormSq().AddConst(1).Scale(0.5).Log() },
	}
}

// Call is a European call on one asset at a rate r = 0.05, volatility 0.2 and strike
// 100: Black–Scholes.
func Call() (p pde.Problem, value float64) {
	const r, v, strike, start, horizon = 0.05, 0.2, 100.0, 95.0, 1.0
	p = pde.Problem{
		Name: "call", Dim: 1, Horizon: horizon, Start: []float64{start}, Drift: pde.LinearDrift(r), Diffusion: pde.Geometric(v),
		Generator: func(_, _, y, _ expr.Value) expr.Value { return y.Scale(-r) },
		Terminal:  func(x expr.Value) expr.Value { return x.AddConst(-strike).Relu() },
	}
	return p, BlackScholes(start, strike, r, v, horizon)
}

// BlackScholes is the price of a European call.
func BlackScholes(x, strike, r, s, horizon float64) float64 {
	normal := func(v float64) float64 { return 0.5 * math.Erfc(-v/math.Sqrt2) }
	w := s * math.Sqrt(horizon)
	d1 := (math.Log(x/strike) + (r+s*s/2)*horizon) / w
	return x*normal(d1) - strike*math.Exp(-r*horizon)*normal(d1-w)
}

// Start is the point (c, …, c).
func Start(d int, c float64) []float64 { return slices.Repeat([]float64{c}, d) }
