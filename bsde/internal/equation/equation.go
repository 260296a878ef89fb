// Package equation prepares an equation for solvers: its functions compiled for plain
// evaluation and listed as operations for graphs, and what they depend on.
package equation

import (
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
)

// Equation is a problem with its functions compiled for plain evaluation.
type Equation struct {
	pde.Problem
	F      *expr.Func  // f(t, x, y, z); nil where f = 0
	FList  []expr.Node // the same as operations, for graphs
	UsesY  bool        // f depends on y
	UsesZ  bool        // f has a derivative in z
	Curved bool        // which depends on z
	Bent   bool        // f is not affine in y and z together

	// Discount is the c of f = −c y + r(t, x, y, z) where c·T is large, else 0: see Span.
	Discount float64

	G      *expr.Func  // g(x)
	GList  []expr.Node // the same as operations
	Random *expr.Func  // the random start, a function of ξ; nil for a fixed one
	Move   *pde.Transition
}

// Inputs of the generator, in the order in which its operations count them.
const (
	InT = iota
	InX
	InY
	InZ
)

// New validates a problem and compiles its functions. The error of a wrong problem is a
// *pde.Error.
func New(p pde.Problem) (*Equation, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	e := &Equation{Problem: p}
	t, x, y, z := expr.Input("t", 1), expr.Input("x", p.Dim), expr.Input("y", 1), expr.Input("z", p.Dim)
	var err error
	if p.Generator != nil {
		out := p.Generator(t, x, y, z)
		if e.F, err = expr.Compile(out, t, x, y, z); err != nil {
			return nil, err
		}
		if e.FList, err = expr.Nodes(out, t, x, y, z); err != nil {
			return nil, err
		}
		last := len(e.FList) - 1
		e.UsesY = DependsOn(e.FList, InY, false)[last]
		e.UsesZ = DependsOn(e.FList, InZ, true)[last]
		e.Curved = e.UsesZ && !affine(e.FList, InZ)
		e.Bent = !affine(e.FList, InY, InZ)
		if c := discount(e.FList); c*p.Horizon >= strongDiscount {
			e.Discount = c
		}
	}
	if e.G, err = expr.Compile(p.Terminal(x), x); err != nil {
		return nil, err
	}
	if e.GList, err = expr.Nodes(p.Terminal(x), x); err != nil {
		return nil, err
	}
	if p.RandomStart != nil {
		if e.Random, err = expr.Compile(p.RandomStart(x), x); err != nil {
			return nil, err
		}
	}
	e.Move, err = p.Transition()
	return e, err
}

// DependsOn marks the operations of a list that depend on one of its inputs, or
// only those that do so differentiably: not through a comparison alone.
func DependsOn(list []expr.Node, input int, differentiably bool) []bool {
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

// affine tells whether a list of operations is affine in some of its inputs together, as
// far as the operations alone show it.
func affine(list []expr.Node, inputs ...int) bool {
	depends, yes := make([]bool, len(list)), make([]bool, len(list))
	for _, input := range inputs {
		for i, d := range DependsOn(list, input, false) {
			depends[i] = depends[i] || d
		}
	}
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
