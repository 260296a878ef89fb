package autodiff

import (
	"fmt"

	"gorgonia.org/gorgonia"
)

// The matrix products. Rows of the output are independent of one another in all
// three forms, and every element is one chain of multiply-adds, so that a
// product split by rows over the cores has the same bits as a whole one.

func product(a, b int, d dims) (dims, error) {
	if a != b {
		return d, fmt.Errorf("inner sizes %d and %d differ", a, b)
	}
	return d, nil
}

// matMulOp is A·B, A m×k, B k×n.
func matMulOp() *op {
	return &op{
		name: "matmul", arity: 2, mixes: []int{1}, product: true,
		shape: func(in []dims) (dims, error) { return product(in[0].cols, in[1].rows, dims{in[0].rows, in[1].cols}) },
		cost:  func(in []dims) int { return in[1].size() },
		f32:   matMulKernel[float32], f64: matMulKernel[float64],
		grad: func(g *gradient) []*gorgonia.Node {
			return []*gorgonia.Node{g.apply(matMulNTOp(), g.dy, g.in[1]), g.apply(matMulTNOp(), g.in[0], g.dy)}
		},
	}
}

func matMulKernel[T Float](k *call[T]) {
	a, b := &k.in[0], &k.in[1]
	gemmNN(k.hi-k.lo, b.cols, a.cols, a.span(k.lo, k.hi), b.data, nil, k.out.span(k.lo, k.hi))
}

// affineOp is A·B with the row c added to every row.
func affineOp() *op {
	return &op{
		name: "affine", arity: 3, mixes: []int{1, 2}, product: true,
		shape: func(in []dims) (dims, error) {
			if in[2] != (dims{1, in[1].cols}) {
				return dims{}, fmt.Errorf("bias %v for weights %v", in[2], in[1])
			}
			return product(in[0].cols, in[1].rows, dims{in[0].rows, in[1].cols})
		},
		cost: func(in []dims) int { return in[1].size() },
		f32:  affineKernel[float32], f64: affineKernel[float64],
		grad: func(g *gradient) []*gorgonia.Node {
			return []*gorgonia.Node{g.apply(matMulNTOp(), g.dy, g.in[1]), g.apply(matMulTNOp(), g.in[0], g.dy), g.apply(colSumOp(), g.dy)}
		},
	}
}

func affineKernel[T Float](k *call[T]) {
	a, b := &k.in[0], &k.in[1]
	gemmNN(k.hi-k.lo, b.cols, a.cols, a.span(k.lo, k.hi), b.data, k.in[2].data, k.out.span(k.lo, k.hi))
}

// matMulNTOp is A·Bᵀ, A m×k, B n×k.
func matMulNTOp() *op {
	return &op{
		name: "matmulNT", arity: 2, mixes: []int{1}, product: true,
		shape: func(in []dims) (dims, error) { return product(in[0].cols, in[1].cols, dims{in[0].rows, in[1].rows}) },
		cost:  func(in []dims) int { return in[1].size() },
		f32:   matMulNTKernel[float32], f64: matMulNTKernel[float64],
		grad: func(g *gradient) []*gorgonia.Node {
			return []*gorgonia.Node{g.apply(matMulOp(), g.dy, g.in[1]), g.apply(matMulTNOp(), g.dy, g.in[0])}
		},
	}
}

func matMulNTKernel[T Float](k *call[T]) {
	a, b := &k.in[0], &k.in[1]
	gemmNT(k.hi-k.lo, b.rows, a.cols, a.span(k.lo, k.hi), b.data, k.out.span(k.lo, k.hi))
}

// matMulTNOp is Aᵀ·B, A k×m, B k×n.
func matMulTNOp() *op {
	return &op{
		name: "matmulTN", arity: 2, sums: true, mixes: []int{0, 1}, product: true,
		shape: func(in []dims) (dims, error) { return product(in[0].rows, in[1].rows, dims{in[0].cols, in[1].cols}) },
		cost:  func(in []dims) int { return in[1].size() },
		f32:   matMulTNKernel[float32], f64: matMulTNKernel[float64],
		grad: func(g *gradient) []*gorgonia.Node {
			return []*gorgonia.Node{g.apply(matMulNTOp(), g.in[1], g.dy), g.apply(matMulOp(), g.in[0], g.dy)}
		},
	}
}

func matMulTNKernel[T Float](k *call[T]) {
	a, b := &k.in[0], &k.in[1]
	gemmTN(k.hi-k.lo, b.cols, a.rows, a.data[k.lo:], a.cols, b.data, k.out.span(k.lo, k.hi))
}
