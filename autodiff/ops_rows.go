package autodiff

import (
	"fmt"
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/autodiff/internal/kernel"
	"gorgonia.org/gorgonia"
)

// Operations over and between the components of each row.

func column(in []dims) (dims, error) { return dims{in[0].rows, 1}, nil }

func width(in []dims) int { return in[0].cols }

// reduceTo sums a gradient over the rows or columns along which its operand was
// repeated.
func (g *gradient) reduceTo(n *gorgonia.Node, to dims) *gorgonia.Node {
	if g.err != nil {
		return nil
	}
	have := toDims(n.Shape())
	if have.cols != to.cols {
		n = g.apply(rowSumOp(), n)
	}
	if have.rows != to.rows && g.err == nil {
		n = g.apply(colSumOp(), n)
	}
	return n
}

// rowSumOp is the sum over the components of each row.
func rowSumOp() *op {
	return &op{
		name: "rowsum", arity: 1, shape: column, cost: width,
		f32: rowSumKernel[float32], f64: rowSumKernel[float64],
		grad: func(g *gradient) []*gorgonia.Node {
			return []*gorgonia.Node{g.apply(repeatOp(0, g.dims(0).cols), g.dy)}
		},
	}
}

func rowSumKernel[T Float](k *call[T]) {
	for r := k.lo; r < k.hi; r++ {
		var s T
		for _, v := range k.in[0].row(r) {
			s += v
		}
		k.out.data[r] = s
	}
}

// colSumOp is the sum over all rows, one row.
func colSumOp() *op {
	return &op{
		name: "colsum", arity: 1, whole: true, sums: true,
		shape: func(in []dims) (dims, error) { return dims{1, in[0].cols}, nil },
		cost:  func(in []dims) int { return in[0].size() },
		f32:   colSumKernel[float32], f64: colSumKernel[float64],
		grad: func(g *gradient) []*gorgonia.Node {
			return []*gorgonia.Node{g.apply(repeatOp(g.dims(0).rows, 0), g.dy)}
		},
	}
}

func colSumKernel[T Float](k *call[T]) {
	kernel.ColSum(k.in[0].rows, k.in[0].cols, k.in[0].data, k.out.data)
}

// repeatOp repeats a single row, or a single column, to the given number (0: as
// it is).
func repeatOp(rows, cols int) *op {
	return &op{
		name: fmt.Sprintf("repeat %d×%d", rows, cols), arity: 1,
		shape: func(in []dims) (dims, error) {
			out := in[0]
			if rows > 0 {
				out.rows = rows
			}
			if cols > 0 {
				out.cols = cols
			}
			return broadcast([]dims{in[0], out})
		},
		f32: repeatKernel[float32], f64: repeatKernel[float64],
		grad: func(g *gradient) []*gorgonia.Node { return []*gorgonia.Node{g.reduceTo(g.dy, g.dims(0))} },
	}
}

func repeatKernel[T Float](k *call[T]) {
	for r := k.lo; r < k.hi; r++ {
		out, x := k.out.row(r), k.in[0].row(r)
		if len(x) == len(out) {
			copy(out, x)
			continue
		}
		for j := range out {
			out[j] = x[0]
		}
	}
}

// rowDotOp is the scalar product of each row of a with that of b.
func rowDotOp() *op {
	return &op{
		name: "rowdot", arity: 2, cost: width,
		shape: func(in []dims) (dims, error) {
			if in[0] != in[1] {
				return dims{}, fmt.Errorf("shapes %v differ", in)
			}
			return column(in)
		},
		f32: rowDotKernel[float32], f64: rowDotKernel[float64],
		grad: func(g *gradient) []*gorgonia.Node {
			return []*gorgonia.Node{g.apply(binaryOp(expr.Mul), g.in[1], g.dy), g.apply(binaryOp(expr.Mul), g.in[0], g.dy)}
		},
	}
}

func rowDotKernel[T Float](k *call[T]) {
	kernel.RowDot(k.hi-k.lo, k.in[0].cols, k.in[0].span(k.lo, k.hi), k.in[1].span(k.lo, k.hi), k.out.span(k.lo, k.hi))
}

// normOp is the Euclidean norm of each row; its gradient at 0 is 0.
func normOp() *op {
	return &op{
		name: "norm", arity: 1, shape: column, cost: width,
		f32: normKernel[float32], f64: normKernel[float64],
		grad: func(g *gradient) []*gorgonia.Node {
			return []*gorgonia.Node{g.apply(normGradOp(), g.in[0], g.out, g.dy)}
		},
	}
}

func normKernel[T Float](k *call[T]) {
	for r := k.lo; r < k.hi; r++ {
		k.out.data[r] = T(math.Sqrt(kernel.SumSq(k.in[0].row(r))))
	}
}

func normGradOp() *op {
	return &op{name: "grad norm", arity: 3, shape: sameShape, f32: normGradKernel[float32], f64: normGradKernel[float64]}
}

func normGradKernel[T Float](k *call[T]) {
	for r := k.lo; r < k.hi; r++ {
		var c T
		if n := k.in[1].data[r]; n != 0 {
			c = k.in[2].data[r] / n
		}
		kernel.Scale(k.out.row(r), c, k.in[0].row(r))
	}
}

// extremeOp is the largest or smallest component of each row.
func extremeOp(which expr.Op) *op {
	return &op{
		name: fmt.Sprintf("extreme %d", which), arity: 1, shape: column, cost: width,
		f32: extremeKernel[float32](which), f64: extremeKernel[float64](which),
		grad: func(g *gradient) []*gorgonia.Node {
			return []*gorgonia.Node{g.apply(extremeGradOp(which), g.in[0], g.dy)}
		},
	}
}

func extremeKernel[T Float](which expr.Op) func(*call[T]) {
	return func(k *call[T]) {
		for r := k.lo; r < k.hi; r++ {
			x := k.in[0].row(r)
			k.out.data[r] = x[expr.Extreme(which, x)]
		}
	}
}

// extremeGradOp puts dy at the extreme component and 0 elsewhere.
func extremeGradOp(which expr.Op) *op {
	return &op{
		name: fmt.Sprintf("grad extreme %d", which), arity: 2, shape: sameShape,
		f32: extremeGradKernel[float32](which), f64: extremeGradKernel[float64](which),
	}
}

func extremeGradKernel[T Float](which expr.Op) func(*call[T]) {
	return func(k *call[T]) {
		for r := k.lo; r < k.hi; r++ {
			x := k.in[0].row(r)
			clear(k.out.row(r))
			k.out.row(r)[expr.Extreme(which, x)] = k.in[1].data[r]
		}
	}
}

// sliceOp is the components lo … lo+n−1.
func sliceOp(lo, n int) *op {
	return &op{
		name: fmt.Sprintf("slice %d+%d", lo, n), arity: 1,
		shape: func(in []dims) (dims, error) { return dims{in[0].rows, n}, nil },
		f32:   sliceKernel[float32](lo), f64: sliceKernel[float64](lo),
		grad: func(g *gradient) []*gorgonia.Node {
			return []*gorgonia.Node{g.apply(embedOp(lo, g.dims(0).cols), g.dy)}
		},
	}
}

func sliceKernel[T Float](lo int) func(*call[T]) {
	return func(k *call[T]) {
		if in := &k.in[0]; k.out.cols == 1 && in.rows == k.out.rows { // a component
			for r := k.lo; r < k.hi; r++ {
				k.out.data[r] = in.data[r*in.cols+lo]
			}
			return
		}
		for r := k.lo; r < k.hi; r++ {
			copy(k.out.row(r), k.in[0].row(r)[lo:])
		}
	}
}

// embedOp puts the components at lo into rows of width cols that are 0 elsewhere.
func embedOp(lo, cols int) *op {
	return &op{
		name: fmt.Sprintf("embed %d of %d", lo, cols), arity: 1,
		shape: func(in []dims) (dims, error) { return dims{in[0].rows, cols}, nil },
		f32:   embedKernel[float32](lo), f64: embedKernel[float64](lo),
		grad: func(g *gradient) []*gorgonia.Node {
			return []*gorgonia.Node{g.apply(sliceOp(lo, g.dims(0).cols), g.dy)}
		},
	}
}

func embedKernel[T Float](lo int) func(*call[T]) {
	return func(k *call[T]) {
		clear(k.out.span(k.lo, k.hi))
		if in := &k.in[0]; in.cols == 1 && in.rows == k.out.rows { // a component
			for r := k.lo; r < k.hi; r++ {
				k.out.data[r*k.out.cols+lo] = in.data[r]
			}
			return
		}
		for r := k.lo; r < k.hi; r++ {
			copy(k.out.row(r)[lo:], k.in[0].row(r))
		}
	}
}

// concatOp puts the components of n operands into one row; an operand with a
// single row is repeated.
func concatOp(n int) *op {
	return &op{
		name: fmt.Sprintf("concat %d", n), arity: n,
		shape: func(in []dims) (dims, error) {
			out := dims{1, 0}
			for _, d := range in {
				if d.rows != 1 && out.rows != 1 && d.rows != out.rows {
					return out, fmt.Errorf("rows of %v differ", in)
				}
				out.rows, out.cols = max(out.rows, d.rows), out.cols+d.cols
			}
			return out, nil
		},
		f32: concatKernel[float32], f64: concatKernel[float64],
		grad: func(g *gradient) []*gorgonia.Node {
			grads, lo := make([]*gorgonia.Node, n), 0
			for i := range grads {
				d := g.dims(i)
				grads[i] = g.reduceTo(g.apply(sliceOp(lo, d.cols), g.dy), d)
				lo += d.cols
			}
			return grads
		},
	}
}

func concatKernel[T Float](k *call[T]) {
	if len(k.in) == k.out.cols && !slices.ContainsFunc(k.in, func(m matrix[T]) bool { return m.rows != k.out.rows }) { // of columns
		for i := range k.in {
			for r, v := range k.in[i].span(k.lo, k.hi) {
				k.out.data[(k.lo+r)*k.out.cols+i] = v
			}
		}
		return
	}
	for r := k.lo; r < k.hi; r++ {
		at := 0
		for i := range k.in {
			at += copy(k.out.row(r)[at:], k.in[i].row(r))
		}
	}
}
