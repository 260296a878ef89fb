package pde

import (
	"errors"
	"fmt"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"gonum.org/v1/gonum/mat"
)

// worstCondition is the condition number from which on a matrix counts as singular:
// four digits of z would be left.
const worstCondition = 1e12

// GradientOf is ∇u = σ⁻ᵀz, width d, as a function of x and z, for the kinds of diffusion that have an
// inverse on paths from the start; the error says why another one has none.
func GradientOf(sigma Diffusion, start []float64) (func(x, z expr.Value) expr.Value, error) {
	singular := func(what string) error {
		return fmt.Errorf("is singular (%s): ∇u does not follow from z = σᵀ∇u; add noise to every component of the state", what)
	}
	switch s := sigma.(type) {
	case Scalar:
		if s == 0 {
			return nil, singular("Scalar 0")
		}
		return func(_, z expr.Value) expr.Value { return z.Scale(1 / float64(s)) }, nil
	case Diagonal:
		inverse := make([]float64, len(s))
		for i, v := range s {
			if v == 0 {
				return nil, singular("an entry of Diagonal is 0")
			}
			inverse[i] = 1 / v
		}
		return func(_, z expr.Value) expr.Value { return z.Mul(expr.Vector(inverse)) }, nil
	case Geometric:
		if s == 0 || hasZero(start) {
			return nil, singular("Geometric with volatility or start 0")
		}
		return func(x, z expr.Value) expr.Value { return z.Div(x).Scale(1 / float64(s)) }, nil
	case Dense:
		inverse, ok := inverseTranspose(s)
		if !ok {
			return nil, singular("Dense")
		}
		return func(_, z expr.Value) expr.Value { return z.Linear(inverse) }, nil
	case CorrelatedGeometric:
		inverse, ok := inverseTranspose(s)
		if !ok || hasZero(start) {
			return nil, singular("CorrelatedGeometric with a singular matrix or start 0")
		}
		// σᵀ = Lᵀ·diag(x)
		return func(x, z expr.Value) expr.Value { return z.Linear(inverse).Div(x) }, nil
	}
	return nil, errors.New("is known by its action on dw alone; a number, a diagonal, a matrix and a geometric diffusion have an inverse")
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
