package control

import (
	"fmt"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// Feedback is a linear policy,
//
//	a = c_n − K_n x   at step n,
//
// with one m×d gain and m numbers a step.
type Feedback struct {
	Gains   []*mat.Dense
	Offsets [][]float64 // c_n; nil: 0
}

// Act is one matrix product for all rows, a rows×m.
func (f *Feedback) Act(n int, _ float64, rows int, x, a []float64) error {
	if n < 0 || n >= len(f.Gains) {
		return fmt.Errorf("feedback: step %d of a policy with %d steps", n, len(f.Gains))
	}
	k := f.Gains[n].RawMatrix()
	if len(x) != rows*k.Cols || len(a) != rows*k.Rows {
		return fmt.Errorf("feedback: %d states and %d actions in %d rows, want %d and %d a row", len(x), len(a), rows, k.Cols, k.Rows)
	}
	beta := 0.0
	if f.Offsets != nil {
		beta = 1
		for r := range rows {
			copy(a[r*k.Rows:(r+1)*k.Rows], f.Offsets[n])
		}
	}
	blas64.Gemm(blas.NoTrans, blas.Trans, -1,
		blas64.General{Rows: rows, Cols: k.Cols, Stride: k.Cols, Data: x}, k,
		beta, blas64.General{Rows: rows, Cols: k.Rows, Stride: k.Rows, Data: a})
	return nil
}
