package pde

import (
	"fmt"
	"math"
)

// GradientWeight is the problem's exact transition with the number c(h) for which
//
//	σ(x)ᵀ∇ₓ E φ(X_{t+h}) = c(h)·E[φ(X_{t+h}) ΔW],   X_t = x, ΔW = W_{t+h} − W_t
//
// for any φ: the weight of Bismut, Elworthy and Li, in the cases where it needs nothing
// but ΔW. Each follows from a shift of W by the line s ↦ c·a·(s−t), a ∈ ℝᵈ, which in
// the transition moves X_{t+h} exactly as moving x by σ(x)a does, to first order in a.
// By Cameron and Martin's theorem the derivative of E φ(X_{t+h}) by a is then
// E[φ(X_{t+h}) ∫c dW] = c·E[φ(X_{t+h}) ΔW], as a vector σ(x)ᵀ∇ₓE φ.
//
//   - Constant μ, σ: X_{t+h} = x + μh + σΔW. ΔW + a, from c = 1/h, gives x + σa.
//   - Geometric Brownian motion, σ(x) = diag(x)L: X_{t+h} = x·exp(νh + LΔW), component
//     by component. ΔW + a multiplies X by exp(La), as does x·exp(La) = x + σ(x)a + O(‖a‖²)
//     in the place of x. Again c = 1/h.
//   - Ornstein–Uhlenbeck with rate κ: X_{t+h} = m + (x−m)e^{−κh} + σ∫e^{−κ(t+h−s)}dW_s.
//     Moving x by σa moves it by e^{−κh}σa; the shift by c·σa·(1−e^{−κh})/κ. Hence
//     c = κ/(e^{κh}−1).
//
// In general the weight is an integral of the tangent process ∂X_s/∂x along the path,
// which a single step does not have: such processes are refused.
func (p *Problem) GradientWeight() (*Transition, func(h float64) float64, error) {
	tr, err := p.Transition()
	switch {
	case err != nil:
		return nil, nil, err
	case !tr.Exact:
		return nil, nil, fmt.Errorf("needs an exact transition with a tangent process that is known: constant drift and diffusion, geometric Brownian motion (pde.Geometric or pde.CorrelatedGeometric with pde.LinearDrift), or Ornstein–Uhlenbeck; the problem has drift %T and diffusion %T", p.DriftOrZero(), p.Diffusion)
	case tr.Extra == 0:
		return tr, func(h float64) float64 { return 1 / h }, nil
	}
	m, _ := meanReversion(p.DriftOrZero())
	return tr, func(h float64) float64 { return m.Rate / math.Expm1(m.Rate*h) }, nil
}
