// Package equation prepares an equation for solvers: its functions compiled for plain
// evaluation and listed as operations for graphs, and what they depend on.
package equation

import (
	"fmt"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/control"
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
	Weighs bool        // ∂f/∂y is not proved constant, so that paths have weights Γ of their own
	Scaled bool        // f(t, x, c·y, c·z) = c f(t, x, y, z) for c > 0 is proved

	// Discount is the c of f = −c y + r(t, x, y, z) where c·T is large, else 0: see Span.
	Discount float64
	Rate     float64 // that c whatever its size

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

// Of is a problem as an equation, that of a control problem its Hamilton–Jacobi–Bellman equation. The errors
// are those of New, of control.Problem.HJB, and one of another type.
func Of(p any) (*Equation, error) {
	switch p := p.(type) {
	case pde.Problem:
		return New(p)
	case control.Problem:
		h, err := p.HJB()
		if err != nil {
			return nil, err
		}
		return New(h.Problem)
	}
	return nil, fmt.Errorf("a problem of type %T, want an equation or a control problem", p)
}

// New validates a problem and compiles its functions. The error of a wrong problem is a
// *pde.Error.
func New(p pde.Problem) (*Equation, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	e := &Equation{Problem: p, Scaled: true}
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
		e.Curved = e.UsesZ && !expr.Affine(e.FList, InZ)
		e.Bent = !expr.Affine(e.FList, InY, InZ)
		degree, homogeneous := expr.Homogeneity(e.FList, InY, InZ)
		e.Scaled = homogeneous && degree == 1 || expr.Vanishes(e.FList)
		c, whole := discount(e.FList)
		e.Rate = c
		if c*p.Horizon >= strongDiscount {
			e.Discount = c
		}
		e.Weighs = !whole
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

// DependsOn is expr.Depends.
func DependsOn(list []expr.Node, input int, differentiably bool) []bool {
	return expr.Depends(list, input, differentiably)
}
