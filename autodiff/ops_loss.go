package autodiff

import (
	"fmt"

	"gorgonia.org/gorgonia"
)

// lossOp is the mean over the rows of a column δ of
//
//	δ²                       for |δ| ≤ clip or clip = 0
//	2·clip·|δ| − clip²       beyond
//
// a scalar, the cost that gorgonia differentiates.
func lossOp(clip float64) *op {
	o := &op{
		name: fmt.Sprintf("loss %g", clip), arity: 1, whole: true, cost: whole,
		shape: func([]dims) (dims, error) { return dims{1, 1}, nil },
		f32:   lossKernel[float32](clip), f64: lossKernel[float64](clip),
		grad: func(g *gradient) []*gorgonia.Node {
			return []*gorgonia.Node{g.apply(lossGradOp(clip), g.in[0], g.dy)}
		},
	}
	o.scalar.out = true
	return o
}

func lossKernel[T Float](clip float64) func(*call[T]) {
	return func(k *call[T]) {
		s := 0.0
		for _, v := range k.in[0].data {
			d := float64(v)
			switch {
			case clip > 0 && d > clip:
				s += 2*clip*d - clip*clip
			case clip > 0 && d < -clip:
				s += -2*clip*d - clip*clip
			default:
				s += d * d
			}
		}
		k.out.data[0] = T(s / float64(k.in[0].rows))
	}
}

// lossGradOp is the gradient of the loss for δ and the scalar gradient of the loss.
func lossGradOp(clip float64) *op {
	o := &op{
		name: fmt.Sprintf("grad loss %g", clip), arity: 2, shape: sameShape,
		f32: lossGradKernel[float32](clip), f64: lossGradKernel[float64](clip),
	}
	o.scalar.in = true
	return o
}

func lossGradKernel[T Float](clip float64) func(*call[T]) {
	return func(k *call[T]) {
		c := 2 * k.in[1].data[0] / T(k.in[0].rows)
		for r := k.lo; r < k.hi; r++ {
			d := k.in[0].data[r]
			if clip > 0 {
				d = min(max(d, T(-clip)), T(clip))
			}
			k.out.data[r] = c * d
		}
	}
}

// sumOp is the sum of a column, a scalar that gorgonia can differentiate: the
// rows are independent, so the gradient of the sum is that of each row.
func sumOp() *op {
	o := &op{
		name: "sum", arity: 1, whole: true, cost: whole,
		shape: func([]dims) (dims, error) { return dims{1, 1}, nil },
		f32:   sumKernel[float32], f64: sumKernel[float64],
		grad: func(g *gradient) []*gorgonia.Node {
			return []*gorgonia.Node{g.apply(sumGradOp(), g.in[0], g.dy)}
		},
	}
	o.scalar.out = true
	return o
}

func sumKernel[T Float](k *call[T]) {
	s := 0.0
	for _, v := range k.in[0].data {
		s += float64(v)
	}
	k.out.data[0] = T(s)
}

func sumGradOp() *op {
	o := &op{name: "grad sum", arity: 2, shape: sameShape, f32: sumGradKernel[float32], f64: sumGradKernel[float64]}
	o.scalar.in = true
	return o
}

func sumGradKernel[T Float](k *call[T]) {
	for i := range k.out.span(k.lo, k.hi) {
		k.out.data[k.lo+i] = k.in[1].data[0]
	}
}
