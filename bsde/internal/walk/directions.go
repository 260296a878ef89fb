package walk

import (
	"slices"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"gonum.org/v1/gonum/floats"
)

// Directions are orthonormal directions D of the noise, in which Γ has off-diagonal elements: the
// diagonal one, and on it Σ_{jk} Γ_jk D_j D_kᵀ. With n_j = D_j·ΔW the recursion has the term
//
//	½ Σ_i Γ_i (ΔW_i² − h) + ½ Σ_jk Γ_jk (n_j n_k − δ_jk h)
//
// of mean 0. The Γ of a state is a row of d numbers Γ_i and one for each pair j ≤ k.
type Directions [][]float64

// Pairs is the number of pairs j ≤ k.
func (d Directions) Pairs() int { return len(d) * (len(d) + 1) / 2 }

// Along fills pairs with n_j n_k − δ_jk h, twice that where j < k, for the increment ΔW.
func (d Directions) Along(pairs, dw []float64, h float64) {
	var n [MostDirections]float64
	for j, to := range d {
		n[j] = floats.Dot(to, dw)
	}
	i := 0
	for j := range d {
		for k := j; k < len(d); k++ {
			pairs[i] = 2 * n[j] * n[k]
			if j == k {
				pairs[i] = n[j]*n[j] - h
			}
			i++
		}
	}
}

// MostDirections is the largest number of them.
const MostDirections = 3

// Twist adds Γ ΔW to out, for a row of Γ.
func (d Directions) Twist(out, gamma, dw []float64) {
	for i, v := range dw {
		out[i] += gamma[i] * v
	}
	i := len(dw)
	for j := range d {
		for k := j; k < len(d); k++ {
			floats.AddScaled(out, gamma[i]*floats.Dot(d[k], dw), d[j])
			if j < k {
				floats.AddScaled(out, gamma[i]*floats.Dot(d[j], dw), d[k])
			}
			i++
		}
	}
}

// Squares adds ΔW_i² − h and what Along computes to a graph, a row for each row of the increments,
// to which the lengths h belong, a column or one number for all.
func (d Directions) Squares(g *autodiff.Graph, dw, h autodiff.Node) autodiff.Node {
	square := func(n autodiff.Node) autodiff.Node {
		return g.Sub(g.Unary(expr.Unary{Fn: expr.PowConst, C: 2}, n), h)
	}
	if len(d) == 0 {
		return square(dw)
	}
	list := []autodiff.Node{square(dw)}
	var along []autodiff.Node
	for _, to := range d {
		along = append(along, g.MatMul(dw, g.Constant(len(to), 1, slices.Clone(to))))
	}
	for j := range d {
		list = append(list, square(along[j]))
		for k := j + 1; k < len(d); k++ {
			list = append(list, g.Scale(2, g.Mul(along[j], along[k])))
		}
	}
	return g.Concat(list...)
}
