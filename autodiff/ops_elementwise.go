package autodiff

import (
	"fmt"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/autodiff/internal/kernel"
	"gorgonia.org/gorgonia"
)

// broadcast is the shape of elementwise operands: in rows and in columns they
// are equal, or one of them is 1 and is repeated.
func broadcast(in []dims) (dims, error) {
	out := dims{1, 1}
	for _, d := range in {
		if d.rows != 1 && out.rows != 1 && d.rows != out.rows || d.cols != 1 && out.cols != 1 && d.cols != out.cols {
			return out, fmt.Errorf("shapes %v do not broadcast", in)
		}
		out.rows, out.cols = max(out.rows, d.rows), max(out.cols, d.cols)
	}
	return out, nil
}

func sameShape(in []dims) (dims, error) { return in[0], nil }

// detachOp is its operand, with no gradient.
func detachOp() *op {
	return &op{name: "detach", arity: 1, shape: sameShape, f32: detachKernel[float32], f64: detachKernel[float64]}
}

func detachKernel[T Float](k *call[T]) {
	for r := k.lo; r < k.hi; r++ {
		copy(k.out.row(r), k.in[0].row(r))
	}
}

// unaryOp is an elementwise function.
func unaryOp(u expr.Unary) *op {
	return &op{
		name: fmt.Sprintf("%s(%v)", u.Name(), u.C), arity: 1, shape: sameShape,
		f32: unaryKernel[float32](u), f64: unaryKernel[float64](u),
		grad: func(g *gradient) []*gorgonia.Node {
			return []*gorgonia.Node{g.apply(unaryGradOp(u), g.in[0], g.out, g.dy)}
		},
	}
}

func unaryKernel[T Float](u expr.Unary) func(*call[T]) {
	var f func(dst, x []T)
	c := T(u.C)
	switch u.Fn {
	case expr.Scale:
		f = func(dst, x []T) { kernel.Scale(dst, c, x) }
	case expr.AddConst:
		f = func(dst, x []T) {
			for i, v := range x {
				dst[i] = v + c
			}
		}
	case expr.Exp:
		f = kernel.Exp[T]
	case expr.Relu:
		f = kernel.ReLU[T]
	case expr.Tanh:
		f = kernel.Tanh[T]
	case expr.SiLU:
		f = kernel.SiLU[T]
	default:
		f = func(dst, x []T) {
			for i, v := range x {
				dst[i] = T(u.F(float64(v)))
			}
		}
	}
	return func(k *call[T]) { f(k.out.span(k.lo, k.hi), k.in[0].span(k.lo, k.hi)) }
}

// unaryGradOp is dy·f′(x); its operands are x, y = f(x) and dy.
func unaryGradOp(u expr.Unary) *op {
	return &op{
		name: fmt.Sprintf("grad %s(%v)", u.Name(), u.C), arity: 3, shape: sameShape,
		f32: unaryGradKernel[float32](u), f64: unaryGradKernel[float64](u),
	}
}

func unaryGradKernel[T Float](u expr.Unary) func(*call[T]) {
	var f func(dst, x, y, dy []T)
	switch u.Fn {
	case expr.Scale:
		f = func(dst, _, _, dy []T) { kernel.Scale(dst, T(u.C), dy) }
	case expr.AddConst:
		f = func(dst, _, _, dy []T) { copy(dst, dy) }
	case expr.Exp:
		f = func(dst, _, y, dy []T) { kernel.Mul(dst, y, dy) }
	case expr.Relu:
		f = func(dst, x, _, dy []T) { kernel.ReLUGrad(dst, x, dy) }
	case expr.Tanh:
		f = func(dst, _, y, dy []T) { kernel.TanhGrad(dst, y, dy) }
	case expr.SiLU:
		f = func(dst, x, _, dy []T) { kernel.SiLUGrad(dst, x, dy) }
	default:
		f = func(dst, x, _, dy []T) {
			for i, v := range x {
				// Where nothing flows back, as into the branch that Select did not
				// choose, an infinite derivative must not make it NaN.
				if dst[i] = 0; dy[i] != 0 {
					dst[i] = T(u.D(float64(v))) * dy[i]
				}
			}
		}
	}
	return func(k *call[T]) {
		f(k.out.span(k.lo, k.hi), k.in[0].span(k.lo, k.hi), k.in[1].span(k.lo, k.hi), k.in[2].span(k.lo, k.hi))
	}
}

// binaryOp is an elementwise function of two broadcast operands.
func binaryOp(f expr.Binary) *op {
	o := &op{
		name: f.Name(), arity: 2, shape: broadcast,
		f32: binaryKernel[float32](f), f64: binaryKernel[float64](f),
	}
	if !f.Differentiable() {
		return o
	}
	o.grad = func(g *gradient) []*gorgonia.Node {
		a, b := g.in[0], g.in[1]
		var da, db *gorgonia.Node
		switch f {
		case expr.Add:
			da, db = g.dy, g.dy
		case expr.Sub:
			da, db = g.dy, g.apply(unaryOp(expr.Unary{Fn: expr.Scale, C: -1}), g.dy)
		case expr.Mul:
			da, db = g.apply(binaryOp(expr.Mul), g.dy, b), g.apply(binaryOp(expr.Mul), g.dy, a)
		default:
			da, db = g.apply(binaryGradOp(f, 0), a, b, g.dy), g.apply(binaryGradOp(f, 1), a, b, g.dy)
		}
		return []*gorgonia.Node{g.reduceTo(da, g.dims(0)), g.reduceTo(db, g.dims(1))}
	}
	return o
}

func binaryKernel[T Float](f expr.Binary) func(*call[T]) {
	var fast func(dst, a, b []T)
	switch f {
	case expr.Add:
		fast = kernel.Add[T]
	case expr.Mul:
		fast = kernel.Mul[T]
	case expr.Sub:
		fast = func(dst, a, b []T) {
			for i := range dst {
				dst[i] = a[i] - b[i]
			}
		}
	}
	scalar := scalarFunc[T](f)
	return func(k *call[T]) {
		a, b := &k.in[0], &k.in[1]
		n := dims{k.out.rows, k.out.cols}
		if fast != nil && (dims{a.rows, a.cols}) == n && (dims{b.rows, b.cols}) == n {
			fast(k.out.span(k.lo, k.hi), a.span(k.lo, k.hi), b.span(k.lo, k.hi))
			return
		}
		if f == expr.Mul && a.cols != b.cols { // a column times rows, as in every scalar product's gradient
			if a.cols == 1 {
				a, b = b, a
			}
			for r := k.lo; r < k.hi; r++ {
				kernel.Scale(k.out.row(r), b.row(r)[0], a.row(r))
			}
			return
		}
		if b.cols == 1 && a.cols > 1 && columnwise(f, k.out, k.lo, k.hi, a, b) {
			return
		}
		if x, ok := a.along(&k.out, k.lo, k.hi); ok {
			if y, ok := b.along(&k.out, k.lo, k.hi); ok {
				eachPair(k.out.span(k.lo, k.hi), x, y, scalar)
				return
			}
		}
		for r := k.lo; r < k.hi; r++ {
			eachPair(k.out.row(r), a.row(r), b.row(r), scalar)
		}
	}
}

// columnwise is a + b, a − b, a/b, max or min of a and a column b, in loops without a call;
// false for other functions.
func columnwise[T Float](f expr.Binary, out matrix[T], lo, hi int, a, b *matrix[T]) bool {
	var row func(dst, x []T, c T)
	switch f {
	case expr.Add:
		row = addTo[T]
	case expr.Sub:
		row = func(dst, x []T, c T) { addTo(dst, x, -c) }
	case expr.Div:
		row = func(dst, x []T, c T) {
			for j, v := range x {
				dst[j] = v / c
			}
		}
	case expr.Max:
		row = func(dst, x []T, c T) {
			for j, v := range x {
				dst[j] = max(v, c)
			}
		}
	case expr.Min:
		row = func(dst, x []T, c T) {
			for j, v := range x {
				dst[j] = min(v, c)
			}
		}
	default:
		return false
	}
	for r := lo; r < hi; r++ {
		row(out.row(r), a.row(r), b.row(r)[0])
	}
	return true
}

func addTo[T Float](dst, x []T, c T) {
	dst = dst[:len(x)]
	for j, v := range x {
		dst[j] = v + c
	}
}

// scalarFunc is the function in the precision of the operands where that gives
// the same as in float64.
func scalarFunc[T Float](f expr.Binary) func(a, b T) T {
	switch f {
	case expr.Add:
		return func(a, b T) T { return a + b }
	case expr.Sub:
		return func(a, b T) T { return a - b }
	case expr.Mul:
		return func(a, b T) T { return a * b }
	case expr.Div:
		return func(a, b T) T { return a / b }
	}
	return func(a, b T) T { return T(f.F(float64(a), float64(b))) }
}

// eachPair applies f along a row, repeating operands of width 1.
func eachPair[T Float](dst, a, b []T, f func(a, b T) T) {
	switch {
	case len(a) == len(dst) && len(b) == len(dst):
		for j := range dst {
			dst[j] = f(a[j], b[j])
		}
	case len(a) == len(dst):
		for j := range dst {
			dst[j] = f(a[j], b[0])
		}
	case len(b) == len(dst):
		for j := range dst {
			dst[j] = f(a[0], b[j])
		}
	default:
		v := f(a[0], b[0])
		for j := range dst {
			dst[j] = v
		}
	}
}

// binaryGradOp is dy times the derivative of f(a, b) in the operand side, in the
// shape of dy; its operands are a, b and dy.
func binaryGradOp(f expr.Binary, side int) *op {
	d := f.DA
	if side == 1 {
		d = f.DB
	}
	return &op{
		name: fmt.Sprintf("grad %s %d", f.Name(), side), arity: 3, shape: broadcast,
		f32: binaryGradKernel[float32](d), f64: binaryGradKernel[float64](d),
	}
}

func binaryGradKernel[T Float](d func(a, b float64) float64) func(*call[T]) {
	slope := func(a, b T) T { return T(d(float64(a), float64(b))) }
	part := func(out, a, b, dy []T) {
		eachPair(out, a, b, slope)
		for j := range out {
			if dy[j] == 0 {
				out[j] = 0
			} else {
				out[j] *= dy[j]
			}
		}
	}
	return func(k *call[T]) {
		a, b, dy := &k.in[0], &k.in[1], &k.in[2]
		if x, ok := a.along(&k.out, k.lo, k.hi); ok {
			if y, ok := b.along(&k.out, k.lo, k.hi); ok {
				part(k.out.span(k.lo, k.hi), x, y, dy.span(k.lo, k.hi))
				return
			}
		}
		for r := k.lo; r < k.hi; r++ {
			part(k.out.row(r), a.row(r), b.row(r), dy.row(r))
		}
	}
}

// selectOp is a where cond is not 0, else b.
func selectOp() *op {
	return &op{
		name: "select", arity: 3, shape: broadcast, constant: []int{0},
		f32: selectKernel[float32], f64: selectKernel[float64],
		grad: func(g *gradient) []*gorgonia.Node {
			a := g.apply(maskOp(true), g.in[0], g.dy)
			b := g.apply(maskOp(false), g.in[0], g.dy)
			return []*gorgonia.Node{a, g.reduceTo(a, g.dims(1)), g.reduceTo(b, g.dims(2))}
		},
	}
}

func selectKernel[T Float](k *call[T]) {
	for r := k.lo; r < k.hi; r++ {
		c, a, b := k.in[0].row(r), k.in[1].row(r), k.in[2].row(r)
		for j := range k.out.row(r) {
			if c[j%len(c)] != 0 {
				k.out.row(r)[j] = a[j%len(a)]
			} else {
				k.out.row(r)[j] = b[j%len(b)]
			}
		}
	}
}

// maskOp is x where cond is not 0 (keep) or is 0 (not keep), and 0 elsewhere.
func maskOp(keep bool) *op {
	return &op{
		name: fmt.Sprintf("mask %t", keep), arity: 2, shape: broadcast,
		f32: maskKernel[float32](keep), f64: maskKernel[float64](keep),
	}
}

func maskKernel[T Float](keep bool) func(*call[T]) {
	return func(k *call[T]) {
		for r := k.lo; r < k.hi; r++ {
			eachPair(k.out.row(r), k.in[0].row(r), k.in[1].row(r), func(c, x T) T {
				if (c != 0) == keep {
					return x
				}
				return 0
			})
		}
	}
}
