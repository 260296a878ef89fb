package control

import (
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
)

// HJB is the Hamilton–Jacobi–Bellman equation of a control problem. Its solution u is
// the optimal cost from (t, x) on, the optimal reward where the problem maximises.
type HJB struct {
	Problem pde.Problem
	// Action is the optimal action, width m, for t, x and z = σᵀ∇u.
	Action func(t, x, z expr.Value) expr.Value
}

// HJB states the Hamilton–Jacobi–Bellman equation of a problem in continuous time,
//
//	∂u/∂t + min_a [b(t,x,a)·∇u + L(t,x,a)] + ½ Tr(σσᵀ∇²u) = 0,   u(T,x) = G(x)
//
// in the form of package pde, with p = ∇u = σ⁻ᵀz and the optimal action a*,
//
//	μ(t,x) = b(t,x,0),   f(t,x,y,z) = L(t,x,a*) + (b(t,x,a*) − μ(t,x))·p
//
// a* is the problem's Minimizer, or for b = μ + B a and L = ℓ(t,x) + a'R a with
// constant B and a constant definite R
//
//	a* = −½ R⁻¹B'p,   f = ℓ(t,x) + ½ a*·B'p
//
// where their operations show that form. μ = 0 is recognised in the same way. A constant,
// linear or mean-reverting μ becomes that kind of package pde where the form of its
// expression shows it. The error is a *pde.Error that names the condition that is not met:
// continuous time, a fixed start, a noise that does not depend on the action, given as a
// Diffusion that has an inverse, no Constraints, and a Minimizer where the form above is
// not there or Actions restrict it. The set of actions is the Minimizer's affair: that its
// values lie in Actions is not checked. It must be finite for every p, above all for p = 0,
// where solvers begin: cut a p^(−1/γ) off.
//
// Source: Fleming, Soner, Controlled Markov Processes and Viscosity Solutions (2006),
// chapter IV.
func (p Problem) HJB() (*HJB, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if err := p.checkHJB(); err != nil {
		return nil, err
	}
	costate, err := pde.GradientOf(p.Diffusion, p.Start) // p = ∇u
	if err != nil {
		return nil, p.errorf("Diffusion", nil, "%v", err)
	}
	t, x, zero := expr.Input("t", 1), expr.Input("x", p.StateDim), expr.Vector(make([]float64, p.ActionDim))
	eq := pde.Problem{Name: p.Name, Dim: p.StateDim, Horizon: p.Horizon, Start: p.Start, Diffusion: p.Diffusion, Terminal: p.TerminalCost, StateNames: p.StateNames}
	if p.TerminalCost == nil {
		eq.Terminal = func(expr.Value) expr.Value { return expr.Const(0) }
	}
	if p.Drift != nil && !vanishes(p.Drift(t, x, zero), t, x) {
		if eq.Drift, err = driftKind(func(t, x expr.Value) expr.Value { return p.Drift(t, x, zero) }, p.StateDim); err != nil {
			return nil, p.errorf("Drift", err, "the expression is wrong")
		}
	}
	h := &HJB{}
	if p.Minimizer != nil {
		h.Action = func(t, x, z expr.Value) expr.Value { return p.Minimizer(t, x, costate(x, z)) }
		eq.Generator = p.hamiltonian(eq.Drift, costate)
	} else {
		lq, err := p.quadratic()
		if err != nil {
			return nil, err
		}
		h.Action = func(_, x, z expr.Value) expr.Value { return lq.action(lq.force(costate(x, z))) }
		costs := p.RunningCost != nil && !vanishes(p.RunningCost(t, x, zero), t, x)
		eq.Generator = func(t, x, _, z expr.Value) expr.Value {
			q := lq.force(costate(x, z))
			f := lq.action(q).Dot(q).Scale(0.5)
			if costs {
				f = f.Add(p.RunningCost(t, x, zero))
			}
			return f
		}
	}
	h.Problem = eq
	return h, eq.Validate()
}

// hamiltonian is f for the problem's Minimizer; drift is μ, nil for 0.
func (p Problem) hamiltonian(drift pde.Drift, costate func(x, z expr.Value) expr.Value) func(t, x, y, z expr.Value) expr.Value {
	return func(t, x, _, z expr.Value) expr.Value {
		q := costate(x, z)
		a := p.Minimizer(t, x, q)
		f := expr.Const(0)
		if p.RunningCost != nil {
			f = p.RunningCost(t, x, a)
		}
		if p.Drift == nil {
			return f
		}
		b := p.Drift(t, x, a)
		if drift != nil {
			b = b.Sub(drift.At(t, x))
		}
		return f.Add(b.Dot(q))
	}
}

// checkHJB refuses problems whose equation is not semilinear or not one at all.
func (p *Problem) checkHJB() error {
	switch {
	case p.Stages > 0:
		return p.errorf("Stages", nil, "is %d: a problem in discrete time has no Hamilton–Jacobi–Bellman equation; use dynamic programming or train a policy", p.Stages)
	case p.RandomStart != nil:
		return p.errorf("RandomStart", nil, "is given: the equation is solved at one point; set RandomStart to nil and Start to the point")
	case len(p.Constraints) > 0:
		return p.errorf("Constraints", nil, "are given: the equation is that of the problem without them; remove them, or put the penalty into RunningCost")
	case p.Noise != nil:
		t, x, a, w := expr.Input("t", 1), expr.Input("x", p.StateDim), expr.Input("a", p.ActionDim), expr.Input("w", p.Noises())
		list, err := expr.Nodes(p.Noise(t, x, a, w), t, x, a, w)
		if err != nil {
			return p.errorf("Noise", err, "the expression is wrong")
		}
		if expr.Contains(list, 2) {
			return p.errorf("Noise", nil, "depends on the action: the equation is fully nonlinear, not semilinear")
		}
		if p.Noises() < p.StateDim {
			return p.errorf("Noise", nil, "has %d components for %d states: the equation needs noise in every state", p.Noises(), p.StateDim)
		}
		return p.errorf("Noise", nil, "does not depend on the action: give it as Diffusion (in a file as diffusion, not noise-action)")
	case p.Diffusion == nil:
		return p.errorf("Diffusion", nil, "is missing: without noise the equation is of first order; give for example pde.Scalar(0.1)")
	case p.Actions != nil && p.Minimizer == nil:
		return p.errorf("Minimizer", nil, "is missing and Actions restrict the action: give the minimiser of b·p + L over the admissible actions")
	}
	return nil
}
