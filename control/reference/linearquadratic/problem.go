package linearquadratic

import (
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/control/reference/internal/matrix"
	"github.com/deepbsde/deepbsde/pde"
	"gonum.org/v1/gonum/mat"
)

// Problem is the problem as a value: expressions without the terms that are 0, a
// multiplication where a matrix is diagonal and one matrix product where it is full.
// The noise is W first and then V. Without D in continuous time the Minimizer is set,
//
//	a = −R⁻¹(½Bᵀp + Nᵀx),
//
// where R is positive definite, negative where the problem maximises. Coefficients that depend
// on the time are refused.
func (l *Form) Problem() (control.Problem, error) {
	if err := l.Validate(); err != nil {
		return control.Problem{}, err
	}
	if l.At != nil {
		return control.Problem{}, l.errorf("At", "is given: the problem with these coefficients is the one in which they were found")
	}
	copied := *l // the problem does not change with l
	l = &copied
	d, m, additive := l.StateDim(), l.ActionDim(), l.AdditiveDim()
	p := control.Problem{
		Name: l.Name, StateDim: d, ActionDim: m, NoiseDim: additive + l.MultiplicativeDim(),
		Start: l.Start, Horizon: l.Horizon, Stages: l.Stages, Maximize: l.Maximize,
		RunningCost: func(_, x, a expr.Value) expr.Value {
			return sum(1, quadratic(x, l.Q), quadratic(a, l.R), cross(x, a, l.N))
		},
		TerminalCost: func(x expr.Value) expr.Value { return sum(1, quadratic(x, l.G)) },
	}
	if l.StartFactor != nil {
		p.RandomStart = func(xi expr.Value) expr.Value {
			return sum(d, linear(xi, l.StartFactor)).Add(expr.Vector(l.Start))
		}
	}
	noise := func(x, a, w expr.Value) []*expr.Value {
		var terms []*expr.Value
		if additive > 0 {
			terms = append(terms, linear(w.Slice(0, additive), l.S))
		}
		if k := l.MultiplicativeDim(); k > 0 {
			v := w.Slice(additive, additive+k)
			terms = append(terms, bilinear(x, v, l.C), bilinear(a, v, l.D))
		}
		return terms
	}
	if l.Stages > 0 {
		p.Transition = func(_, x, a, w expr.Value) expr.Value {
			return sum(d, append(noise(x, a, w), linear(x, l.A), linear(a, l.B))...)
		}
		return p, nil
	}
	p.Drift = func(_, x, a expr.Value) expr.Value { return sum(d, linear(x, l.A), linear(a, l.B)) }
	switch {
	case p.NoiseDim == 0:
		p.NoiseDim = d // of which none is used
	case additive == d && l.MultiplicativeDim() == 0:
		p.Diffusion = diffusion(l.S)
	default:
		p.Noise = func(_, x, a, dw expr.Value) expr.Value { return sum(d, noise(x, a, dw)...) }
	}
	if len(l.D) == 0 {
		p.Minimizer = l.minimizer()
	}
	return p, nil
}

// minimizer is nil where R does not have the definite sign of an optimum.
func (l *Form) minimizer() func(t, x, p expr.Value) expr.Value {
	d, m := l.StateDim(), l.ActionDim()
	b, n := matrix.Dense(l.B, d, m), matrix.Dense(l.N, d, m)
	var chol mat.Cholesky
	r, sign := matrix.Dense(l.R, m, m), 1.0
	if l.Maximize {
		sign = -1
		r.Scale(sign, r)
	}
	if !chol.Factorize(matrix.Symmetric(r)) {
		return nil
	}
	var onGradient, onState mat.Dense
	if chol.SolveTo(&onGradient, b.T()) != nil || chol.SolveTo(&onState, n.T()) != nil {
		return nil // singular but for rounding
	}
	onGradient.Scale(-0.5*sign, &onGradient)
	onState.Scale(-sign, &onState)
	p1, x1 := matrix.Rows(&onGradient), matrix.Rows(&onState)
	return func(_, x, p expr.Value) expr.Value {
		return sum(m, linear(p, p1), linear(x, x1))
	}
}

// diffusion is the simplest diffusion with the square matrix s.
func diffusion(s [][]float64) pde.Diffusion {
	diagonal, scalar := diagonalOf(s)
	switch {
	case scalar:
		return pde.Scalar(diagonal[0])
	case diagonal != nil:
		return pde.Diagonal(diagonal)
	}
	return pde.Dense(s)
}
