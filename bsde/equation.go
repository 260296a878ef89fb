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
	usesZ     bool        // f depends on z
	terminal  *expr.Func  // g(x)
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
		for _, n := range e.list {
			e.usesY = e.usesY || n.Input == inY
			e.usesZ = e.usesZ || n.Input == inZ
		}
	}
	if e.terminal, err = expr.Compile(p.Terminal(x), x); err != nil {
		return nil, err
	}
	e.move, err = p.Transition()
	return e, err
}

// dependsOn marks the operations of a list that depend on one of its inputs.
func dependsOn(list []expr.Node, input int) []bool {
	yes := make([]bool, len(list))
	for i, n := range list {
		yes[i] = n.Op == expr.OpInput && n.Input == input
		for _, a := range n.Args {
			yes[i] = yes[i] || yes[a]
		}
	}
	return yes
}
