package autodiff

import (
	"crypto/sha256"
	"fmt"

	"github.com/deepbsde/deepbsde/autodiff/internal/sparse"
	"gorgonia.org/gorgonia"
)

// linear is a·x for every row x, where a has so many rows and is row-major.
func (g *Graph) linear(x Node, rows int, a []float64) Node {
	if o := sparseOp(a, rows, x.Cols); o != nil {
		return g.apply(o, x)
	}
	return g.apply(matMulNTOp(), x, g.Constant(rows, x.Cols, a))
}

// sparseOp is A·x for every row x, with A rows×cols; nil where most of A is not 0.
func sparseOp(a []float64, rows, cols int) *op {
	f64 := sparse.New[float64](a, cols)
	if f64 == nil {
		return nil
	}
	return &op{
		name:  fmt.Sprintf("sparse %d×%d %x", rows, cols, sha256.Sum256(fmt.Append(nil, a))),
		arity: 1,
		shape: func(in []dims) (dims, error) { return product(in[0].cols, cols, dims{in[0].rows, rows}) },
		cost:  func([]dims) int { return f64.Len() },
		f32:   sparseKernel(sparse.New[float32](a, cols)), f64: sparseKernel(f64),
		grad: func(g *gradient) []*gorgonia.Node {
			return []*gorgonia.Node{g.apply(sparseOp(transposed(a, rows, cols), cols, rows), g.dy)}
		},
	}
}

func transposed(a []float64, rows, cols int) []float64 {
	t := make([]float64, len(a))
	for i, v := range a {
		t[i%cols*rows+i/cols] = v
	}
	return t
}

func sparseKernel[T Float](m *sparse.Matrix[T]) func(k *call[T]) {
	return func(k *call[T]) {
		for r := k.lo; r < k.hi; r += 4 {
			last := min(4, k.hi-r) - 1
			var in, out [4][]T
			for i := range 4 {
				in[i], out[i] = k.in[0].row(r+min(i, last)), k.out.row(r+min(i, last)) // the last row again for those that are missing
			}
			m.Mul(&in, &out)
		}
	}
}
