// Package linearquadratic writes linear-quadratic problems by their matrices, as a [Form],
// and finds the form of a problem that is given by functions. Package riccati solves
// them.
package linearquadratic

import (
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/pde"
)

// Form is a problem with linear dynamics and quadratic cost, whose optimal
// cost and policy are known exactly. In continuous time (Horizon > 0)
//
//	dX = (A X + B a) dt + S dW + Σ_k (C_k X + D_k a) dV_k
//	minimise E[∫ (XᵀQX + aᵀRa + 2XᵀNa) dt + X_TᵀG X_T]
//
// and in discrete time (Stages > 0)
//
//	X_{n+1} = A X_n + B a_n + S w + Σ_k (C_k X_n + D_k a_n) v_k
//	minimise E[Σ (X_nᵀQX_n + a_nᵀRa_n + 2X_nᵀN a_n) + X_NᵀG X_N]
//
// with independent noises. A matrix is a slice of rows; nil is 0 but for B. Affine terms
// are written with one more state that is constant at 1: its column of A is a constant
// drift, its row and column of Q and G are linear costs, its column of C_k noise that
// is correlated with D_k a. [Find] makes it the last one, and says so with Affine.
//
// Q, R and G must be symmetric. They need not be positive: what must be is the matrix
// that multiplies the action, R + ΣD_kᵀPD_k in continuous time and
// R + BᵀPB + ΣD_kᵀPD_k in discrete time, where xᵀPx + const is the value function. Where the
// problem maximises it must be negative.
type Form struct {
	Name string // for messages and results

	A [][]float64   // d×d
	B [][]float64   // d×m; gives the dimensions
	S [][]float64   // d×k, additive noise of k components
	C [][][]float64 // multiplicative noise: as many d×d matrices as D has, or none
	D [][][]float64 // as many d×m matrices as C has, or none

	Q [][]float64 // d×d, symmetric
	R [][]float64 // m×m, symmetric
	N [][]float64 // d×m
	G [][]float64 // d×d, symmetric

	Start       []float64   // mean of X_0, d components
	StartFactor [][]float64 // d×d: X_0 = Start + StartFactor·ξ, ξ standard normal; nil: X_0 = Start

	Horizon float64 // T, in continuous time
	Stages  int     // N, in discrete time

	Maximize bool // Q, R, N and G are of rewards, which are maximised
	Affine   bool // the last state is not one of the problem but constant at 1

	// At is the form at a time t, or stage, where coefficients depend on it: its A, B, S, C, D,
	// Q, R and N. The matrices above are then those at 0. nil: they are constant.
	At func(t float64) (*Form, error)
}

// StateDim is d.
func (l *Form) StateDim() int { return len(l.B) }

// ActionDim is m.
func (l *Form) ActionDim() int {
	if len(l.B) == 0 {
		return 0
	}
	return len(l.B[0])
}

// AdditiveDim is the number of components of the additive noise.
func (l *Form) AdditiveDim() int {
	if len(l.S) == 0 {
		return 0
	}
	return len(l.S[0])
}

// MultiplicativeDim is that of the multiplicative noise.
func (l *Form) MultiplicativeDim() int { return max(len(l.C), len(l.D)) }

// Validate checks the shapes, that all numbers are finite and that Q, R and G are
// symmetric. The error is a *pde.Error that names the matrix.
func (l *Form) Validate() error {
	d, m := l.StateDim(), l.ActionDim()
	if d == 0 || m == 0 {
		return l.errorf("B", "has %d rows and %d columns, want one row a state and one column an action", d, m)
	}
	if l.Stages < 0 || l.Stages > 0 && l.Horizon != 0 {
		return l.errorf("Stages", "is %d with Horizon=%g, want Stages > 0 in discrete time or Horizon > 0 in continuous time", l.Stages, l.Horizon)
	}
	if l.Stages == 0 && (!(l.Horizon > 0) || math.IsInf(l.Horizon, 1)) {
		return l.errorf("Horizon", "is %g, want a positive finite number, or Stages > 0 in discrete time", l.Horizon)
	}
	if c, n := len(l.C), len(l.D); c > 0 && n > 0 && c != n {
		return l.errorf("C", "has %d matrices and D %d, want one of each for every component of the noise, or none", c, n)
	}
	if len(l.Start) != d {
		return l.errorf("Start", "has %d components, want %d, the rows of B", len(l.Start), d)
	}
	type named struct {
		name       string
		m          [][]float64
		rows, cols int
		symmetric  bool
	}
	list := []named{
		{"A", l.A, d, d, false}, {"B", l.B, d, m, false}, {"S", l.S, d, l.AdditiveDim(), false},
		{"Q", l.Q, d, d, true}, {"R", l.R, m, m, true}, {"N", l.N, d, m, false}, {"G", l.G, d, d, true},
		{"Start", [][]float64{l.Start}, 1, d, false}, {"StartFactor", l.StartFactor, d, d, false},
	}
	for k, c := range l.C {
		list = append(list, named{fmt.Sprintf("C[%d]", k), c, d, d, false})
	}
	for k, c := range l.D {
		list = append(list, named{fmt.Sprintf("D[%d]", k), c, d, m, false})
	}
	for _, v := range list {
		if v.m == nil {
			continue
		}
		if err := l.checkMatrix(v.name, v.m, v.rows, v.cols); err != nil {
			return err
		}
		if v.symmetric {
			if err := l.checkSymmetric(v.name, v.m); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *Form) checkMatrix(name string, m [][]float64, rows, cols int) error {
	if len(m) != rows {
		return l.errorf(name, "has %d rows, want a %d×%d matrix", len(m), rows, cols)
	}
	for i, row := range m {
		if len(row) != cols {
			return l.errorf(name, "has %d entries in row %d, want a %d×%d matrix", len(row), i, rows, cols)
		}
		for j, v := range row {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return l.errorf(name, "has %g in row %d, column %d, want finite numbers", v, i, j)
			}
		}
	}
	return nil
}

// checkSymmetric allows the rounding of a product.
func (l *Form) checkSymmetric(name string, m [][]float64) error {
	largest := 0.0
	for _, row := range m {
		for _, v := range row {
			largest = math.Max(largest, math.Abs(v))
		}
	}
	for i, row := range m {
		for j, v := range row[:i] {
			if math.Abs(v-m[j][i]) > 1e-12*largest {
				return l.errorf(name, "is not symmetric: %g in row %d, column %d and %g across; want (%s+%sᵀ)/2", v, i, j, m[j][i], name, name)
			}
		}
	}
	return nil
}

func (l *Form) errorf(field, format string, args ...any) error {
	return pde.Errorf(l.Name, field, nil, format, args...)
}
