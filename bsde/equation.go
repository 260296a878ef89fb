package bsde

import (
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
)

// equation is a problem with its functions compiled for plain evaluation.
type equation struct {
	pde.Problem
	generator *expr.Func  // f(t, x, y, z); nil where f = 0
	list      []expr.Node // the same as operations, for graphs
	usesY     bool        // f depends on y
	usesZ     bool        // f has a derivative in z
	terminal  *expr.Func  // g(x)
	final     []expr.Node // the same as operations
	random    *expr.Func  // the random start, a function of ξ; nil for a fixed one
	move      *pde.Transition
}

// inputs of the generator, in the order in which its operations count them.
const (
	inT = iota
	inX
	inY
	inZ
)

func newEquation(p pde.Problem) (*equation, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	e := &equation{Problem: p}
	t, x, y, z := expr.Input("t", 1), expr.Input("x", p.Dim), expr.Input("y", 1), expr.Input("z", p.Dim)
	var err error
	if p.Generator != nil {
		out := p.Generator(t, x, y, z)
		if e.generator, err = expr.Compile(out, t, x, y, z); err != nil {
			return nil, err
		}
		if e.list, err = expr.Nodes(out, t, x, y, z); err != nil {
			return nil, err
		}
		last := len(e.list) - 1
		e.usesY = dependsOn(e.list, inY, false)[last]
		e.usesZ = dependsOn(e.list, inZ, true)[last]
	}
	if e.terminal, err = expr.Compile(p.Terminal(x), x); err != nil {
		return nil, err
	}
	if e.final, err = expr.Nodes(p.Terminal(x), x); err != nil {
		return nil, err
	}
	if p.RandomStart != nil {
		if e.random, err = expr.Compile(p.RandomStart(x), x); err != nil {
			return nil, err
		}
	}
	e.move, err = p.Transition()
	return e, err
}

// dependsOn marks the operations of a list that depend on one of its inputs, or
// only those that do so differentiably: not through a comparison alone.
func dependsOn(list []expr.Node, input int, differentiably bool) []bool {
	yes := make([]bool, len(list))
	for i, n := range list {
		yes[i] = n.Op == expr.OpInput && n.Input == input
		for k, a := range n.Args {
			flat := n.Op == expr.OpBinary && !n.Bin.Differentiable() || n.Op == expr.OpSelect && k == 0
			yes[i] = yes[i] || yes[a] && !(differentiably && flat)
		}
	}
	return yes
}
