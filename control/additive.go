package control

import (
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/control/internal/dependence"
)

// AdditiveNoise tells whether the form of the dynamics shows that what the actions do to
// the next state does not depend on the noise of the step: the next state is a sum of a
// function of time, state and action and one of time and noise, or the components that
// the noise reaches are beyond the reach of the actions. The answer may be false where
// both hold in fact but do not show; it is never wrongly true.
func (d *Discrete) AdditiveNoise() (bool, error) {
	t, x, a, w := expr.Input("t", 1), expr.Input("x", d.StateDim), expr.Input("a", d.ActionDim), expr.Input("w", d.Noises())
	next := d.Next(0, t, x, a, w)
	nodes, err := expr.Nodes(next, t, x, a, w)
	if err != nil {
		return false, err
	}
	if separable(nodes) {
		return true, nil
	}
	if d.StateDim > 62 {
		return false, nil
	}
	deps, err := dependence.Of(next, t, x, a, w)
	if err != nil {
		return false, err
	}
	return dependence.NewSplit(deps) != nil, nil
}

// separable tells whether the last operation of a list in t, x, a, w is a sum of a
// function of t, x, a and one of t, w.
func separable(nodes []expr.Node) bool {
	type part struct{ noise, state, sum bool } // depends on w, on x or a; is such a sum
	parts := make([]part, len(nodes))
	for i, n := range nodes {
		p := part{sum: true}
		free := 0 // operands of neither noise nor state
		for _, k := range n.Args {
			p.noise, p.state, p.sum = p.noise || parts[k].noise, p.state || parts[k].state, p.sum && parts[k].sum
			if !parts[k].noise && !parts[k].state {
				free++
			}
		}
		linear := false
		switch n.Op {
		case expr.OpInput:
			p.noise, p.state = n.Input == 3, n.Input == 1 || n.Input == 2
		case expr.OpSum, expr.OpSlice, expr.OpConcat, expr.OpLinear, expr.OpBroadcast:
			linear = true
		case expr.OpUnary:
			linear = n.Unary.Fn == expr.Scale || n.Unary.Fn == expr.AddConst
		case expr.OpBinary:
			second := parts[n.Args[1]]
			linear = n.Bin == expr.Add || n.Bin == expr.Sub || n.Bin == expr.Mul && free > 0 || n.Bin == expr.Div && !second.noise && !second.state
		case expr.OpDot:
			linear = free > 0
		}
		p.sum = !(p.noise && p.state) || linear && p.sum
		parts[i] = p
	}
	return parts[len(parts)-1].sum
}
