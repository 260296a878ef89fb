package pde

import (
	"errors"

	"gonum.org/v1/gonum/mat"
)

var errSingular = errors.New("pde: σ(t,x) is singular, so ∇u does not follow from z = σᵀ∇u")

// divide is z/s, component by component.
func divide(z, s []float64) ([]float64, error) {
	v := make([]float64, len(z))
	for k := range v {
		if s[k] == 0 {
			return nil, errSingular
		}
		v[k] = z[k] / s[k]
	}
	return v, nil
}

// solve finds v with A·v = b for a d×d row-major A.
func solve(a, b []float64, d int) ([]float64, error) {
	var lu mat.LU
	lu.Factorize(mat.NewDense(d, d, a))
	if lu.Cond() > 1e14 {
		return nil, errSingular
	}
	v := make([]float64, d)
	err := lu.SolveVecTo(mat.NewVecDense(d, v), false, mat.NewVecDense(d, b))
	return v, err
}
