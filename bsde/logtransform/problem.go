package logtransform

import (
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/pde"
)

// Of is the equation of v = ln u,
//
//	v_t + μ·∇v + ½ tr(σσᵀ∇²v) + f(t, x, 1, σᵀ∇v) + ½ ‖σᵀ∇v‖² = 0,   v(T, ·) = ln g,
//
// for an f with f(t, x, c·y, c·z) = c f(t, x, y, z) for c > 0. The error of another is a *pde.Error, as that of a wrong problem.
func Of(p pde.Problem) (pde.Problem, error) {
	eq, err := equation.New(p)
	if err != nil {
		return p, err
	}
	if !eq.Scaled {
		return p, &pde.Error{Problem: p.Name, Field: "Generator", Reason: "is not proved to be f(t, x, c·y, c·z) = c f(t, x, y, z) for all c > 0, as r*y or k*norm(z)"}
	}
	own := p
	p.Generator = func(t, x, _, z expr.Value) expr.Value {
		half := z.NormSq().Scale(0.5)
		if own.Generator == nil {
			return half
		}
		return own.Generator(t, x, expr.Const(1), z).Add(half)
	}
	p.Terminal = func(x expr.Value) expr.Value { return expr.LogOf(own.Terminal(x)) }
	p.Exact, p.Reference = nil, nil
	return p, nil
}
