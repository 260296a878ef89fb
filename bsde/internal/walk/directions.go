package walk

import (
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"gonum.org/v1/gonum/floats"
)

// Directions are orthonormal directions D of the noise, along which Γ has more than its diagonal: with
// n_j = D_j·ΔW, ξ_j = n_j/√h and Hermite's polynomials He₃ = ξ³ − 3ξ, He₄ = ξ⁴ − 6ξ² + 3 the recursion has the
// terms
//
//	½ Σ_i Γ_i (ΔW_i² − h) + ½ Σ_jk Γ_jk (n_j n_k − δ_jk h) + ½ Σ_j h (Γ_j³ He₃(ξ_j) + Γ_j⁴ He₄(ξ_j))
//
// of mean 0: what u does of second order, and along D of third and fourth, in a step that is long for it. The Γ of a
// state is a row of d numbers Γ_i, one for each pair j ≤ k, and one for each polynomial of each direction. In one
// dimension, where the pair would be Γ_i again, there are none.
type Directions struct {
	D    [][]float64
	High bool // with the terms of third and fourth order
}

// MostDirections is the largest number of them, and highest the degree of the polynomials.
const (
	MostDirections = 3
	highest        = 4
)

// pairs is the number of terms of second order, pairs j ≤ k.
func (d Directions) pairs() int {
	if len(d.D) == 0 || len(d.D[0]) == 1 {
		return 0
	}
	return len(d.D) * (len(d.D) + 1) / 2
}

// Terms is the number of all terms along the directions.
func (d Directions) Terms() int {
	if d.High {
		return d.pairs() + (highest-2)*len(d.D)
	}
	return d.pairs()
}

// Along fills terms with n_j n_k − δ_jk h, twice that where j < k, and h He_m(ξ_j), for the increment ΔW.
func (d Directions) Along(terms, dw []float64, h float64) {
	var n [MostDirections]float64
	for j, to := range d.D {
		n[j] = floats.Dot(to, dw)
	}
	i := 0
	if d.pairs() > 0 {
		for j := range d.D {
			for k := j; k < len(d.D); k++ {
				terms[i] = 2 * n[j] * n[k]
				if j == k {
					terms[i] = n[j]*n[j] - h
				}
				i++
			}
		}
	}
	if !d.High {
		return
	}
	for j := range d.D {
		he := hermite(n[j] / math.Sqrt(h))
		for _, v := range he[3:] {
			terms[i] = h * v
			i++
		}
	}
}

// hermite are He_0(ξ), He_1(ξ), … up to the highest degree.
func hermite(xi float64) (he [highest + 1]float64) {
	he[0], he[1] = 1, xi
	for m := 1; m < highest; m++ {
		he[m+1] = xi*he[m] - float64(m)*he[m-1]
	}
	return he
}

// Twist adds to out how Z is to change in a step with the increment ΔW, for a row of Γ: the derivative of the terms.
func (d Directions) Twist(out, gamma, dw []float64, h float64) {
	for i, v := range dw {
		out[i] += gamma[i] * v
	}
	i := len(dw)
	if d.pairs() > 0 {
		for j := range d.D {
			for k := j; k < len(d.D); k++ {
				floats.AddScaled(out, gamma[i]*floats.Dot(d.D[k], dw), d.D[j])
				if j < k {
					floats.AddScaled(out, gamma[i]*floats.Dot(d.D[j], dw), d.D[k])
				}
				i++
			}
		}
	}
	if !d.High {
		return
	}
	root := math.Sqrt(h)
	for _, to := range d.D {
		he, slope := hermite(floats.Dot(to, dw)/root), 0.0
		for m := 3; m <= highest; m++ {
			slope += gamma[i] * float64(m) * he[m-1] // He_m′ = m He_{m−1}
			i++
		}
		floats.AddScaled(out, 0.5*root*slope, to)
	}
}

// Squares adds ΔW_i² − h and what Along computes to a graph, a row for each row of the increments,
// to which the lengths h belong, a column or one number for all.
func (d Directions) Squares(g *autodiff.Graph, dw, h autodiff.Node) autodiff.Node {
	square := func(n autodiff.Node) autodiff.Node {
		return g.Sub(g.Unary(expr.Unary{Fn: expr.PowConst, C: 2}, n), h)
	}
	if len(d.D) == 0 {
		return square(dw)
	}
	list := []autodiff.Node{square(dw)}
	var along []autodiff.Node
	for _, to := range d.D {
		along = append(along, g.MatMul(dw, g.Constant(len(to), 1, slices.Clone(to))))
	}
	if d.pairs() > 0 {
		for j := range d.D {
			list = append(list, square(along[j]))
			for k := j + 1; k < len(d.D); k++ {
				list = append(list, g.Scale(2, g.Mul(along[j], along[k])))
			}
		}
	}
	if !d.High {
		return g.Concat(list...)
	}
	root := g.Unary(expr.Unary{Fn: expr.Sqrt}, h)
	for _, n := range along {
		xi := g.Binary(expr.Div, n, root)
		before, now := xi, g.Unary(expr.Unary{Fn: expr.AddConst, C: -1}, g.Mul(xi, xi))
		for m := 2; m < highest; m++ {
			before, now = now, g.Sub(g.Mul(xi, now), g.Scale(float64(m), before))
			list = append(list, g.Mul(h, now))
		}
	}
	return g.Concat(list...)
}
