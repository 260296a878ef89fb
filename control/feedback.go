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

// Cost is the exact expected cost of a linear policy, of as many steps as it has gains,
// in the N-step problem: the recursion of DiscreteRiccati with the gains given. The cost
// of a = 0 is that of zero gains.
func (l *LinearQuadratic) Cost(f *Feedback) (float64, error) {
	s, err := l.stages(len(f.Gains))
	if err != nil {
		return 0, err
	}
	if len(f.Gains) != s.steps {
		return 0, l.errorf("Stages", "is %d, the policy has %d gains", s.steps, len(f.Gains))
	}
	p, constant := mat.DenseCopyOf(s.g), 0.0
	for n := s.steps - 1; n >= 0; n-- {
		k := f.Gains[n]
		if r, c := k.Dims(); r != l.ActionDim() || c != l.StateDim() {
			return 0, l.errorf("B", "is %d×%d, gain %d of the policy is %d×%d, want %d×%d", l.StateDim(), l.ActionDim(), n, r, c, l.ActionDim(), l.StateDim())
		}
		h, g, free := s.complete(p)
		// xᵀ(free + KᵀHK − 2KᵀF)x
		var hk, step mat.Dense
		hk.Mul(h, k)
		g.Scale(2, g)
		hk.Sub(&hk, g)
		step.Mul(k.T(), &hk)
		constant += s.noise(p)
		p.Add(free, &step)
		symmetrise(p)
	}
	return l.expected(p) + constant, nil
}
