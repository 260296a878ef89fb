package features

import (
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// mostSlope bounds a component of σᵀ∇g, in units of its rms, and mostPooled a pooled number, in
// standard deviations: g may be singular somewhere.
const (
	mostSlope  = 30
	mostPooled = 4
)

// add adds the features in the states x, which are wherever p says.
func (s *Set) add(g *autodiff.Graph, p place, x autodiff.Node) (vectors []autodiff.Node, hidden autodiff.Node) {
	vectors, q := s.raw(g, p, x)
	d := len(q)
	row := func(data []float64) autodiff.Node { return g.Constant(1, len(data), data) }
	pooled := g.Mul(g.Sub(g.Concat(q...), row(s.pooled)), row(s.unit))
	pooled = g.Bounded(mostPooled, pooled)
	in := g.Concat(pooled, p.time)
	ridge := g.Affine(in, g.Constant(d+1, s.Ridges(), s.weights), row(s.offsets))
	return vectors, g.Concat(g.Unary(expr.Unary{Fn: expr.Tanh}, ridge), row([]float64{1}), in)
}

// raw are the vectors, and the pooled numbers as they are, one column each.
func (s *Set) raw(g *autodiff.Graph, p place, x autodiff.Node) (vectors, pooled []autodiff.Node) {
	d := float64(s.dim)
	one := g.Constant(x.Rows, s.dim, slices.Repeat([]float64{1}, x.Rows*s.dim))
	hat := g.Add(g.Mul(x, p.gain), p.offset)
	mean := func(a, b autodiff.Node) autodiff.Node { return g.Scale(1/d, g.RowDot(a, b)) }
	square := g.Unary(expr.Unary{Fn: expr.AddConst, C: -1}, mean(hat, hat))
	vectors, pooled = []autodiff.Node{one, hat}, []autodiff.Node{mean(hat, one), square}
	if s.slope > 0 {
		slope := s.sane(g, p, x)
		vectors = append(vectors, slope)
		// The small number keeps the derivative of the root finite at 0.
		size := g.Unary(expr.Unary{Fn: expr.AddConst, C: 1e-8}, mean(slope, slope))
		pooled = append(pooled, g.Unary(expr.Unary{Fn: expr.Sqrt}, size))
	}
	for _, kappa := range s.heads {
		sharp := g.Scale(kappa, p.sharp)
		score := g.Mul(hat, sharp)
		vectors = append(vectors, g.Scale(math.Sqrt(d), g.Softmax(score)))
		pooled = append(pooled, g.Binary(expr.Div, g.LogMeanExp(score), sharp))
	}
	var tilde autodiff.Node
	if s.mean != nil || len(s.axes) > 0 {
		tilde = p.tilde(x)
	}
	if s.mean != nil {
		row := g.Constant(1, s.dim, s.mean)
		bent := g.Mul(tilde, row)
		vectors = append(vectors, row, bent)
		pooled = append(pooled, g.Scale(1/math.Sqrt(d), g.RowDot(bent, one)))
	}
	for _, axis := range s.axes {
		vectors = append(vectors, g.Scale(math.Sqrt(d), g.Constant(1, s.dim, axis)))
		pooled = append(pooled, g.MatMul(tilde, g.Constant(s.dim, 1, axis)))
	}
	return vectors, pooled
}

// sane is σᵀ∇g(x) in units of its rms, 0 where it is not a number, and bounded.
func (s *Set) sane(g *autodiff.Graph, p place, x autodiff.Node) autodiff.Node {
	e := g.Embed(s.gradient)
	e.BindInputs(p.clock, x)
	slope := g.Scale(1/s.slope, e.Result())
	if slope.Rows != x.Rows || slope.Cols != x.Cols { // the same in all states
		zero := g.Constant(x.Rows, x.Cols, make([]float64, x.Rows*x.Cols))
		slope = g.Add(zero, slope)
	}
	return g.Bounded(mostSlope, slope)
}

// Along fills rows of out with half of what Directions make of rows of increments of length h, as Moments
// wants them.
func Along[T autodiff.Float](s *Set, out []T, dw []float64, h float64) {
	count := s.Directions.Terms()
	if count == 0 {
		return
	}
	terms := make([]float64, count)
	for r := range len(dw) / s.dim {
		s.Directions.Along(terms, dw[r*s.dim:(r+1)*s.dim], h)
		for i, v := range terms {
			out[r*count+i] = T(v / 2)
		}
	}
}

// Moments are, for increments ΔW of steps of one length, ψ·ΔW of every vector, ½ Σ ψ_i (ΔW_i² − h)
// of every vector, and the terms of Directions: 2K + P columns, given ΔW, ½(ΔW² − h) and what Along
// makes of ΔW.
func Moments(g *autodiff.Graph, vectors []autodiff.Node, dw, curl, along autodiff.Node) autodiff.Node {
	var list []autodiff.Node
	for _, with := range []autodiff.Node{dw, curl} {
		for _, v := range vectors {
			if v.Rows != with.Rows {
				v = g.Add(g.Constant(with.Rows, 1, make([]float64, with.Rows)), v)
			}
			list = append(list, g.RowDot(v, with))
		}
	}
	if along.Rows > 0 {
		list = append(list, along)
	}
	return g.Concat(list...)
}
