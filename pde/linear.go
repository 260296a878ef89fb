package pde

import (
	"errors"

	"gonum.org/v1/gonum/mat"
)

var errSingular = errors.New("pde: σ(t,x) is singular, so ∇u does not follow from z = σᵀ∇u")

// solve finds v with A·v = b for a d×d row-major A; a diagonal A costs O(d).
func solve(a, b []float64, d int) ([]float64, error) {
	v := make([]float64, d)
	if diagonal(a, d) {
		for k := range d {
			if a[k*d+k] == 0 {
				return nil, errSingular
			}
			v[k] = b[k] / a[k*d+k]
		}
		return v, nil
	}
	var lu mat.LU
	lu.Factorize(mat.NewDense(d, d, a))
	if lu.Cond() > 1e14 {
		return nil, errSingular
	}
	err := lu.SolveVecTo(mat.NewVecDense(d, v), false, mat.NewVecDense(d, b))
	return v, err
}

func diagonal(a []float64, d int) bool {
	for i := range d {
		for j := range d {
			if i != j && a[i*d+j] != 0 {
				return false
			}
		}
	}
	return true
}
