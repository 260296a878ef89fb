package autodiff

import (
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/autodiff/internal/kernel"
	"gorgonia.org/gorgonia"
)

// softmaxOp is e^x/Σe^x along each row.
func softmaxOp() *op {
	return &op{
		name: "softmax", arity: 1, shape: sameShape, cost: width,
		f32: softmaxKernel[float32], f64: softmaxKernel[float64],
		grad: func(g *gradient) []*gorgonia.Node {
			return []*gorgonia.Node{g.apply(softmaxGradOp(), g.out, g.dy)}
		},
	}
}

func softmaxKernel[T Float](k *call[T]) {
	for r := k.lo; r < k.hi; r++ {
		out := k.out.row(r)
		_, sum := exponentials(out, k.in[0].row(r))
		kernel.Scale(out, 1/sum, out)
	}
}

// exponentials sets dst to e^(x − shift) and sums it. The shift is 0 where that neither overflows nor
// underflows, else the largest x.
func exponentials[T Float](dst, x []T) (shift, sum T) {
	kernel.Exp(dst, x)
	if sum = sumOf(dst); sum > 1e-30 && sum < 1e30 {
		return 0, sum
	}
	shift = x[0]
	for _, v := range x[1:] {
		shift = max(shift, v)
	}
	addTo(dst, x, -shift)
	kernel.Exp(dst, dst)
	return shift, sumOf(dst)
}

// sumOf is the sum of some numbers, four at a time.
func sumOf[T Float](x []T) T {
	var a, b, c, d T
	for ; len(x) >= 4; x = x[4:] {
		a, b, c, d = a+x[0], b+x[1], c+x[2], d+x[3]
	}
	for _, v := range x {
		a += v
	}
	return (a + b) + (c + d)
}

// softmaxGradOp is y∘(dy − y·dy); its operands are y and dy.
func softmaxGradOp() *op {
	return &op{name: "grad softmax", arity: 2, shape: sameShape, cost: width, f32: softmaxGradKernel[float32], f64: softmaxGradKernel[float64]}
}

func softmaxGradKernel[T Float](k *call[T]) {
	for r := k.lo; r < k.hi; r++ {
		out, y, dy := k.out.row(r), k.in[0].row(r), k.in[1].row(r)
		addTo(out, dy, -kernel.Dot(y, dy))
		kernel.Mul(out, out, y)
	}
}

// logMeanExpOp is the logarithm of the mean of e^x along each row.
func logMeanExpOp() *op {
	return &op{
		name: "logmeanexp", arity: 1, shape: column, cost: width,
		f32: logMeanExpKernel[float32], f64: logMeanExpKernel[float64],
		grad: func(g *gradient) []*gorgonia.Node {
			return []*gorgonia.Node{g.apply(binaryOp(expr.Mul), g.apply(softmaxOp(), g.in[0]), g.dy)}
		},
	}
}

func logMeanExpKernel[T Float](k *call[T]) {
	var few [256]T
	for r := k.lo; r < k.hi; r++ {
		x := k.in[0].row(r)
		n, top, sum := len(x), math.Inf(-1), 0.0
		for len(x) > 0 {
			part := few[:min(len(few), len(x))]
			shift, s := exponentials(part, x[:len(part)])
			x = x[len(part):]
			if v := float64(shift); v > top {
				sum, top = sum*math.Exp(top-v)+float64(s), v
			} else {
				sum += float64(s) * math.Exp(v-top)
			}
		}
		k.out.data[r] = T(top + math.Log(sum/float64(n)))
	}
}

// boundedOp is x between −limit and limit, and 0 where it is not a number.
func boundedOp(limit float64) *op {
	return &op{
		name: fmt.Sprintf("bounded %v", limit), arity: 1, shape: sameShape,
		f32: boundedKernel[float32](limit), f64: boundedKernel[float64](limit),
		grad: func(g *gradient) []*gorgonia.Node {
			return []*gorgonia.Node{g.apply(boundedGradOp(limit), g.in[0], g.dy)}
		},
	}
}

func boundedKernel[T Float](limit float64) func(*call[T]) {
	c := T(limit)
	return func(k *call[T]) {
		kernel.Bound(k.out.span(k.lo, k.hi), c, k.in[0].span(k.lo, k.hi))
	}
}

// boundedGradOp is dy where x is within the limit, else 0.
func boundedGradOp(limit float64) *op {
	return &op{name: fmt.Sprintf("grad bounded %v", limit), arity: 2, shape: sameShape, f32: boundedGradKernel[float32](limit), f64: boundedGradKernel[float64](limit)}
}

func boundedGradKernel[T Float](limit float64) func(*call[T]) {
	c := T(limit)
	return func(k *call[T]) {
		out, dy := k.out.span(k.lo, k.hi), k.in[1].span(k.lo, k.hi)
		for i, v := range k.in[0].span(k.lo, k.hi) {
			if out[i] = 0; v >= -c && v <= c {
				out[i] = dy[i]
			}
		}
	}
}

// combineOp is Σ_k c_k v_k in each row, of a matrix c with a column for each of n others, of which one with a
// single row is repeated.
func combineOp(n int) *op {
	return &op{
		name: fmt.Sprintf("combine %d", n), arity: n + 1,
		shape: func(in []dims) (dims, error) {
			if in[0].cols != n {
				return dims{}, fmt.Errorf("%d coefficients of %d operands", in[0].cols, n)
			}
			for _, d := range in[1:] {
				if d.cols != in[1].cols || d.rows != 1 && d.rows != in[0].rows {
					return dims{}, fmt.Errorf("shapes %v cannot be combined", in)
				}
			}
			return dims{in[0].rows, in[1].cols}, nil
		},
		cost: func(in []dims) int { return n * in[1].cols },
		f32:  combineKernel[float32], f64: combineKernel[float64],
		grad: func(g *gradient) []*gorgonia.Node {
			grads := make([]*gorgonia.Node, n+1)
			var columns []*gorgonia.Node
			for i := range n {
				v := g.in[i+1]
				if g.dims(i+1).rows != g.dims(0).rows {
					v = g.apply(repeatOp(g.dims(0).rows, 0), v)
				}
				columns = append(columns, g.apply(rowDotOp(), v, g.dy))
				part := g.apply(binaryOp(expr.Mul), g.dy, g.apply(sliceOp(i, 1), g.in[0]))
				grads[i+1] = g.reduceTo(part, g.dims(i+1))
			}
			grads[0] = g.apply(concatOp(n), columns...)
			return grads
		},
	}
}

func combineKernel[T Float](k *call[T]) {
	for r := k.lo; r < k.hi; r++ {
		out, c := k.out.row(r), k.in[0].row(r)
		kernel.Scale(out, c[0], k.in[1].row(r))
		for i := 1; i < len(c); i++ {
			kernel.Axpy(c[i], k.in[i+1].row(r), out)
		}
	}
}
