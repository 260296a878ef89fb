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
	curved    bool        // which depends on z
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
		e.curved = e.usesZ && !affine(e.list, inZ)
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

// affine tells whether a list of operations is affine in one of its inputs, as far as the
// operations alone show it.
func affine(list []expr.Node, input int) bool {
	depends, yes := dependsOn(list, input, false), make([]bool, len(list))
	for i, n := range list {
		all, count := true, 0 // of the operands that depend on the input
		for _, a := range n.Args {
			if depends[a] {
				all, count = all && yes[a], count+1
			}
		}
		switch n.Op {
		case expr.OpUnary:
			all = all && (n.Unary.Fn == expr.Scale || n.Unary.Fn == expr.AddConst)
		case expr.OpBinary:
			switch n.Bin {
			case expr.Add, expr.Sub:
			case expr.Mul:
				all = all && count < 2
			case expr.Div:
				all = all && !depends[n.Args[1]]
			default:
				all = false
			}
		case expr.OpDot:
			all = all && count < 2
		case expr.OpSelect:
			all = all && !depends[n.Args[0]]
		case expr.OpNorm, expr.OpMaxComp, expr.OpMinComp:
			all = false
		}
		yes[i] = !depends[i] || n.Op == expr.OpInput || all
	}
	return yes[len(yes)-1]
}
