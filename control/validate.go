package control

import (
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
)

// Validate checks dimensions and numbers, calls every function once with symbols and
// compares the widths it returns with those wanted, and evaluates all of them at the
// start, where they must be finite. The error is a *pde.Error.
func (p *Problem) Validate() error {
	if err := p.validateNumbers(); err != nil {
		return err
	}
	d, m, k := p.StateDim, p.ActionDim, p.Noises()
	in := []expr.Value{expr.Input("t", 1), expr.Input("x", d), expr.Input("a", m), expr.Input("w", k), expr.Input("xi", d)}
	t, x, a, w, xi := in[0], in[1], in[2], in[3], in[4]
	admitted := a
	if p.Actions != nil {
		v, err := p.call("Actions", func() expr.Value { return p.Actions.Admit(t, x, a) })
		if err != nil {
			return err
		}
		if err := p.checkFunction("Actions", v, m, in); err != nil {
			return err
		}
		admitted = v
	}
	type check struct {
		field string
		width int
		call  func() expr.Value
	}
	checks := []check{
		{"RandomStart", d, func() expr.Value { return p.RandomStart(xi) }},
		{"Drift", d, func() expr.Value { return p.Drift(t, x, admitted) }},
		{"Diffusion", d, func() expr.Value { return p.Diffusion.Mul(t, x, w) }},
		{"Noise", d, func() expr.Value { return p.Noise(t, x, admitted, w) }},
		{"Transition", d, func() expr.Value { return p.Transition(t, x, admitted, w) }},
		{"RunningCost", 1, func() expr.Value { return p.RunningCost(t, x, admitted) }},
		{"TerminalCost", 1, func() expr.Value { return p.TerminalCost(x) }},
		{"Minimizer", m, func() expr.Value { return p.Minimizer(t, x, xi) }},
	}
	given := map[string]bool{"RandomStart": p.RandomStart != nil, "Drift": p.Drift != nil, "Diffusion": p.Diffusion != nil, "Noise": p.Noise != nil,
		"Transition": p.Transition != nil, "RunningCost": p.RunningCost != nil, "TerminalCost": p.TerminalCost != nil, "Minimizer": p.Minimizer != nil}
	for i, c := range p.Constraints {
		field := fmt.Sprintf("Constraints[%d]", i)
		given[field] = true
		checks = append(checks, check{field, -1, func() expr.Value { return c.Violation(t, x, admitted) }})
	}
	for _, c := range checks {
		if !given[c.field] {
			continue
		}
		out, err := p.call(c.field, c.call)
		if err != nil {
			return err
		}
		if err := p.checkFunction(c.field, out, c.width, in); err != nil {
			return err
		}
	}
	return nil
}

// checkFunction compiles an expression in the inputs and evaluates it at the start,
// with raw actions, noise and ξ 0. A width of −1 is any.
func (p *Problem) checkFunction(field string, out expr.Value, width int, in []expr.Value) error {
	if err := out.Err(); err != nil {
		return p.errorf(field, err, "the expression is wrong")
	}
	if width >= 0 && out.Width() != width {
		return p.errorf(field, nil, "returned width %d, want %d", out.Width(), width)
	}
	f, err := expr.Compile(out, in...)
	if err != nil {
		return p.errorf(field, err, "the expression is wrong")
	}
	got := make([]float64, out.Width())
	zero := func(i int) []float64 { return make([]float64, in[i].Width()) }
	if err := f.Eval(1, got, []float64{0}, p.Start, zero(2), zero(3), zero(4)); err != nil {
		return p.errorf(field, err, "evaluation failed")
	}
	for i, v := range got {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return p.errorf(field, nil, "component %d is %g at t=0, x=Start with the raw action and the noise 0, want a finite number", i, v)
		}
		if v != 0 && (field == "Diffusion" || field == "Noise") {
			return p.errorf(field, nil, "component %d of s·dw is %g for dw=0, want 0: the action on the noise must be linear", i, v)
		}
	}
	return nil
}

func (p *Problem) validateNumbers() error {
	switch {
	case p.StateDim < 1:
		return p.errorf("StateDim", nil, "is %d, want at least 1", p.StateDim)
	case p.ActionDim < 1:
		return p.errorf("ActionDim", nil, "is %d, want at least 1", p.ActionDim)
	case p.NoiseDim < 0:
		return p.errorf("NoiseDim", nil, "is %d, want at least 1, or 0 for StateDim", p.NoiseDim)
	case p.Stages < 0:
		return p.errorf("Stages", nil, "is %d, want at least 1, or 0 for continuous time", p.Stages)
	case p.RunningCost == nil && p.TerminalCost == nil:
		return p.errorf("RunningCost", nil, "and TerminalCost are both missing: nothing is to be minimised")
	case p.Transition != nil && p.Stages == 0:
		return p.errorf("Stages", nil, "is 0 with a Transition, want the number of stages")
	case p.Stages > 0 && p.Transition == nil:
		return p.errorf("Transition", nil, "is missing for a problem in discrete time")
	case p.Stages > 0 && (p.Drift != nil || p.Diffusion != nil || p.Noise != nil || p.Horizon != 0):
		return p.errorf("Stages", nil, "is %d: Horizon, Drift, Diffusion and Noise belong to continuous time", p.Stages)
	case p.Stages == 0 && (!(p.Horizon > 0) || math.IsInf(p.Horizon, 1)):
		return p.errorf("Horizon", nil, "is %g, want a positive finite number", p.Horizon)
	case p.Diffusion != nil && p.Noise != nil:
		return p.errorf("Noise", nil, "is given beside Diffusion, want one of them")
	case p.Diffusion != nil && p.Noises() != p.StateDim:
		return p.errorf("NoiseDim", nil, "is %d with a Diffusion, whose noise has StateDim=%d components; use Noise", p.NoiseDim, p.StateDim)
	}
	for _, v := range []struct {
		field string
		x     []float64
		want  int
	}{{"Start", p.Start, p.StateDim}, {"ActionScale", p.ActionScale, p.ActionDim}} {
		if v.field == "ActionScale" && v.x == nil {
			continue
		}
		if len(v.x) != v.want {
			return p.errorf(v.field, nil, "has %d components, want %d", len(v.x), v.want)
		}
		for i, c := range v.x {
			if math.IsNaN(c) || math.IsInf(c, 0) || v.field == "ActionScale" && !(c > 0) {
				return p.errorf(v.field, nil, "component %d is %g", i, c)
			}
		}
	}
	for field, v := range map[string]struct{ have, want int }{"StateNames": {len(p.StateNames), p.StateDim}, "ActionNames": {len(p.ActionNames), p.ActionDim}} {
		if v.have != 0 && v.have != v.want {
			return p.errorf(field, nil, "has %d names, want %d", v.have, v.want)
		}
	}
	for i, c := range p.Constraints {
		if c.Violation == nil || !(c.Weight > 0) || math.IsInf(c.Weight, 1) {
			return p.errorf(fmt.Sprintf("Constraints[%d]", i), nil, "wants a Violation and a positive finite Weight, has %g", c.Weight)
		}
	}
	if p.Actions != nil {
		if err := p.Actions.check(p.ActionDim); err != nil {
			return p.errorf("Actions", err, "does not fit ActionDim=%d", p.ActionDim)
		}
		if b, box := p.Actions.(Box); box && p.ActionScale != nil && b.bounded() {
			return p.errorf("ActionScale", nil, "has no effect: every component of the box has two bounds, and they are its scale; leave it out")
		}
	}
	return nil
}

// call runs a function of the user's; a panic in it becomes an error.
func (p *Problem) call(field string, f func() expr.Value) (v expr.Value, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = p.errorf(field, nil, "the function panicked: %v", r)
		}
	}()
	return f(), nil
}

func (p *Problem) errorf(field string, err error, format string, args ...any) error {
	return pde.Errorf(p.Name, field, err, format, args...)
}
