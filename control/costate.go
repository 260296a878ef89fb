package control

import (
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
	"gonum.org/v1/gonum/mat"
)

// worstCondition is the condition number from which on a matrix counts as singular:
// four digits of z would be left.
const worstCondition = 1e12

// costate is ∇u = σ⁻ᵀz, width d, as a function of x and z, for the kinds of diffusion
// that have an inverse.
func (p *Problem) costate() (func(x, z expr.Value) expr.Value, error) {
	singular := func(what string) error {
		return p.errorf("Diffusion", nil, "is singular (%s): ∇u does not follow from z = σᵀ∇u; add noise to every component of the state", what)
	}
	switch s := p.Diffusion.(type) {
	case pde.Scalar:
		if s == 0 {
			return nil, singular("Scalar 0")
		}
		return func(_, z expr.Value) expr.Value { return z.Scale(1 / float64(s)) }, nil
	case pde.Diagonal:
		inverse := make([]float64, len(s))
		for i, v := range s {
			if v == 0 {
				return nil, singular("an entry of Diagonal is 0")
			}
			inverse[i] = 1 / v
		}
		return func(_, z expr.Value) expr.Value { return z.Mul(expr.Vector(inverse)) }, nil
	case pde.Geometric:
		if s == 0 || hasZero(p.Start) {
			return nil, singular("Geometric with volatility or start 0")
		}
		return func(x, z expr.Value) expr.Value { return z.Div(x).Scale(1 / float64(s)) }, nil
	case pde.Dense:
		inverse, ok := inverseTranspose(s)
		if !ok {
			return nil, singular("Dense")
		}
		return func(_, z expr.Value) expr.Value { return z.Linear(inverse) }, nil
	case pde.CorrelatedGeometric:
		inverse, ok := inverseTranspose(s)
		if !ok || hasZero(p.Start) {
			return nil, singular("CorrelatedGeometric with a singular matrix or start 0")
		}
		// σᵀ = Lᵀ·diag(x)
		return func(x, z expr.Value) expr.Value { return z.Linear(inverse).Div(x) }, nil
	}
	return nil, p.errorf("Diffusion", nil, "is a %T, whose inverse is not known; give Scalar, Diagonal, Dense, Geometric or CorrelatedGeometric of package pde", p.Diffusion)
}

func hasZero(x []float64) bool {
	for _, v := range x {
		if v == 0 {
			return true
		}
	}
	return false
}

// inverseTranspose is the transpose of the inverse of a square matrix of rows, false
// where it is singular.
func inverseTranspose(rows [][]float64) ([][]float64, bool) {
	n := len(rows)
	a := mat.NewDense(n, n, nil)
	for i, row := range rows {
		a.SetRow(i, row)
	}
	var lu mat.LU
	lu.Factorize(a)
	if !(lu.Cond() < worstCondition) {
		return nil, false
	}
	inverse := mat.NewDense(n, n, nil)
	one := mat.NewDiagDense(n, nil)
	for i := range n {
		one.SetDiag(i, 1)
	}
	if err := lu.SolveTo(inverse, true, one); err != nil {
		return nil, false
	}
	out := make([][]float64, n)
	for i := range out {
		out[i] = mat.Row(nil, i, inverse)
	}
	return out, true
}
