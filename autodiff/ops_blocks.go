package autodiff

import (
	"fmt"

	"github.com/deepbsde/deepbsde/autodiff/internal/kernel"
	"gorgonia.org/gorgonia"
)

// Operations on time-major batches: N blocks of B rows, block n for time step n.

// rowsOp is rows lo … lo+n−1, a view of the operand.
func rowsOp(lo, n int) *op {
	return &op{
		name: fmt.Sprintf("rows %d+%d", lo, n), arity: 1, view: true, viewAt: lo,
		shape: func(in []dims) (dims, error) { return dims{n, in[0].cols}, nil },
		f32:   rowsKernel[float32](lo), f64: rowsKernel[float64](lo),
		grad: func(g *gradient) []*gorgonia.Node {
			return []*gorgonia.Node{g.apply(embedRowsOp(lo, g.dims(0).rows), g.dy)}
		},
	}
}

func rowsKernel[T Float](lo int) func(*call[T]) {
	return func(k *call[T]) { copy(k.out.span(k.lo, k.hi), k.in[0].span(lo+k.lo, lo+k.hi)) }
}

// embedRowsOp puts the operand's rows at row lo of a batch that is 0 elsewhere.
func embedRowsOp(lo, rows int) *op {
	return &op{
		name: fmt.Sprintf("embedrows %d of %d", lo, rows), arity: 1, whole: true, embeds: &lo,
		shape: func(in []dims) (dims, error) { return dims{rows, in[0].cols}, nil },
		f32:   embedRowsKernel[float32](lo), f64: embedRowsKernel[float64](lo),
		grad: func(g *gradient) []*gorgonia.Node {
			return []*gorgonia.Node{g.apply(rowsOp(lo, g.dims(0).rows), g.dy)}
		},
	}
}

func embedRowsKernel[T Float](lo int) func(*call[T]) {
	return func(k *call[T]) {
		n := k.in[0].rows
		clear(k.out.span(0, lo))
		copy(k.out.span(lo, lo+n), k.in[0].data)
		clear(k.out.span(lo+n, k.out.rows))
	}
}

// stackOp puts operand i at row at[i] of a batch that is 0 elsewhere. It is made by
// the compiler and is not differentiated.
func stackOp(at []int, rows int) *op {
	return &op{
		name: "stack", arity: len(at),
		shape: func(in []dims) (dims, error) { return dims{rows, in[0].cols}, nil },
		reads: func(i int, in dims, lo, hi int) (int, int) {
			from, to := max(lo-at[i], 0), min(hi-at[i], in.rows)
			return from, max(from, to)
		},
		f32: stackKernel[float32](at), f64: stackKernel[float64](at),
	}
}

func stackKernel[T Float](at []int) func(*call[T]) {
	return func(k *call[T]) {
		clear(k.out.span(k.lo, k.hi))
		for i := range k.in {
			lo, hi := max(k.lo, at[i]), min(k.hi, at[i]+k.in[i].rows)
			if lo < hi {
				copy(k.out.span(lo, hi), k.in[i].span(lo-at[i], hi-at[i]))
			}
		}
	}
}

// blockAffineOp is x·a + b, where each block of x has its own row of the N-row
// parameters a and b.
func blockAffineOp() *op {
	return &op{
		name: "block affine", arity: 3, shape: blockShape,
		f32: blockAffineKernel[float32], f64: blockAffineKernel[float64],
		grad: func(g *gradient) []*gorgonia.Node {
			n := g.dims(1).rows
			return []*gorgonia.Node{g.apply(blockMulOp(), g.dy, g.in[1]), g.apply(blockDotOp(n), g.in[0], g.dy), g.apply(blockSumOp(n), g.dy)}
		},
	}
}

func blockShape(in []dims) (dims, error) {
	for _, d := range in[1:] {
		if d.rows == 0 || in[0].rows%d.rows != 0 || in[0].cols != d.cols {
			return in[0], fmt.Errorf("batch %v does not consist of blocks for %v", in[0], d)
		}
	}
	return in[0], nil
}

func blockAffineKernel[T Float](k *call[T]) {
	x, size := &k.in[0], k.out.rows/k.in[1].rows
	for lo := k.lo; lo < k.hi; {
		block := lo / size
		hi := min(k.hi, (block+1)*size)
		kernel.ColAffine(hi-lo, x.cols, x.span(lo, hi), k.in[1].row(block), k.in[2].row(block), k.out.span(lo, hi))
		lo = hi
	}
}

// blockMulOp is x·a, as in blockAffineOp.
func blockMulOp() *op {
	return &op{name: "block mul", arity: 2, shape: blockShape, f32: blockMulKernel[float32], f64: blockMulKernel[float64]}
}

func blockMulKernel[T Float](k *call[T]) {
	size := k.out.rows / k.in[1].rows
	for r := k.lo; r < k.hi; r++ {
		kernel.Mul(k.out.row(r), k.in[0].row(r), k.in[1].row(r/size))
	}
}

func blocks(n int) func(in []dims) (dims, error) {
	return func(in []dims) (dims, error) { return dims{n, in[0].cols}, nil }
}

func blockReads(n int) func(_ int, in dims, lo, hi int) (int, int) {
	return func(_ int, in dims, lo, hi int) (int, int) { return lo * in.rows / n, hi * in.rows / n }
}

func blockCost(n int) func(in []dims) int {
	return func(in []dims) int { return in[0].size() / n }
}

// blockSumOp is the sum over the rows of each of n blocks, n rows.
func blockSumOp(n int) *op {
	return &op{
		name: fmt.Sprintf("blocksum %d", n), arity: 1, shape: blocks(n), cost: blockCost(n), reads: blockReads(n),
		f32: blockSumKernel[float32], f64: blockSumKernel[float64],
	}
}

func blockSumKernel[T Float](k *call[T]) {
	size := k.in[0].rows / k.out.rows
	for b := k.lo; b < k.hi; b++ {
		kernel.ColSum(size, k.out.cols, k.in[0].span(b*size, (b+1)*size), k.out.row(b))
	}
}

// blockDotOp is Σ x·dy over the rows of each of n blocks, column by column.
func blockDotOp(n int) *op {
	return &op{
		name: fmt.Sprintf("blockdot %d", n), arity: 2, shape: blocks(n), cost: blockCost(n), reads: blockReads(n),
		f32: blockDotKernel[float32], f64: blockDotKernel[float64],
	}
}

func blockDotKernel[T Float](k *call[T]) {
	size := k.in[0].rows / k.out.rows
	for b := k.lo; b < k.hi; b++ {
		lo, hi := b*size, (b+1)*size
		kernel.ColDot(size, k.out.cols, k.in[0].span(lo, hi), k.in[1].span(lo, hi), k.out.row(b))
	}
}
