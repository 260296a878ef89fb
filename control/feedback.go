package control

import (
	"fmt"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// Feedback is a linear policy,
//
//	a = −K_n x   at step n,
//
// with one m×d gain a step.
type Feedback struct {
	Gains []*mat.Dense
}

// Act is one matrix product for all rows.
func (f *Feedback) Act(n int, _ float64, rows int, x, a []float64) error {
	if n < 0 || n >= len(f.Gains) {
		return fmt.Errorf("feedback: step %d of a policy with %d steps", n, len(f.Gains))
	}
	k := f.Gains[n].RawMatrix()
	if len(x) != rows*k.Cols || len(a) != rows*k.Rows {
		return fmt.Errorf("feedback: %d states and %d actions in %d rows, want %d and %d a row", len(x), len(a), rows, k.Cols, k.Rows)
	}
	blas64.Gemm(blas.NoTrans, blas.Trans, -1,
		blas64.General{Rows: rows, Cols: k.Cols, Stride: k.Cols, Data: x}, k,
		0, blas64.General{Rows: rows, Cols: k.Rows, Stride: k.Rows, Data: a})
	return nil
}
