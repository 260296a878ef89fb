// Package riccati solves linear-quadratic problems exactly: in continuous time by Riccati's
// differential equation, on a grid by his recursion. It needs the matrices of the
// problem, a linearquadratic.Form. The sources are Yong, Zhou (1999), chapter 6, and
// Bertsekas, Dynamic Programming and Optimal Control I, section 3.1.
package riccati

import (
	"fmt"
	"math"
	"sort"

	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/control/reference/internal/matrix"
	"github.com/deepbsde/deepbsde/control/reference/linearquadratic"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/grid"
	"gonum.org/v1/gonum/mat"
)

// ContinuousSolution is that of a linear-quadratic problem in continuous time:
// the value function is xᵀP(t)x + c(t), the optimal action −K(t)x.
type ContinuousSolution struct {
	Value float64 // E[X_0ᵀP(0)X_0] + c(0), the optimal cost
	Error float64 // of Value, estimated

	l     *linearquadratic.Form
	s     *matrices
	fixed *mat.Cholesky // of H where it is R at all times
	nodes []node        // from T down to 0
}

// node is the solution at a time: P row by row, c and T − t.
type node struct {
	t float64
	y []float64
}

const (
	fineTolerance   = 1e-12 // of a step, relative to the largest entry
	coarseTolerance = 1e-9  // of the second solution, for the error
)

// Continuous solves the problem in continuous time: backwards from P(T) = G,
// c(T) = 0,
//
//	−P′ = Q + AᵀP + PA + ΣC_kᵀPC_k − KᵀHK,   −c′ = tr(SᵀPS)
//	H = R + ΣD_kᵀPD_k,   K = H⁻¹(Nᵀ + BᵀP + ΣD_kᵀPC_k)
//
// by extrapolation of order 12 with error control, 1e-12 a step. Error is the distance
// to the solution with 1e-9 a step, 1e-13 of the value at least. H must be positive
// definite at all times; that fails, or P escapes to infinity, where Q or G is too
// negative for the horizon, and the error says when.
//
// Source: Yong, Zhou (1999), Stochastic Controls, chapter 6; Wonham (1968), SIAM J.
// Control 6.
func Continuous(l *linearquadratic.Form) (*ContinuousSolution, error) {
	if err := l.Validate(); err != nil {
		return nil, err
	}
	if l.Stages > 0 {
		return nil, pde.Errorf(l.Name, "Stages", nil, "is %d, want a problem in continuous time", l.Stages)
	}
	r := &ContinuousSolution{l: l, s: newMatrices(l)}
	if fixed := new(mat.Cholesky); len(l.D) == 0 && l.At == nil && fixed.Factorize(matrix.Symmetric(r.s.r)) {
		r.fixed = fixed
	}
	coarse, err := r.solve(coarseTolerance)
	if err != nil {
		return nil, err
	}
	if r.nodes, err = r.solve(fineTolerance); err != nil {
		return nil, err
	}
	r.Value = r.cost(r.nodes)
	y := r.nodes[len(r.nodes)-1].y // rounding goes by the size of P, not by a value in which parts cancel
	r.Error = math.Abs(r.Value-r.cost(coarse)) + 1e-13*math.Max(math.Abs(r.Value), mat.Norm(r.matrix(y), 1))
	return r, nil
}

func (r *ContinuousSolution) cost(nodes []node) float64 {
	y := nodes[len(nodes)-1].y
	return sign(r.l) * (expected(r.l, r.matrix(y)) + y[len(y)-2])
}

// matrix is P, the same memory.
func (r *ContinuousSolution) matrix(y []float64) *mat.Dense {
	d := r.l.StateDim()
	return mat.NewDense(d, d, y[:d*d])
}

// at is the solution at t in [0, T]: one step from the next later node, as accurate as
// the nodes.
func (r *ContinuousSolution) at(t float64) ([]float64, error) {
	if !(t >= 0 && t <= r.l.Horizon) {
		return nil, fmt.Errorf("riccati: t=%g, want a time from 0 to %g", t, r.l.Horizon)
	}
	i := sort.Search(len(r.nodes), func(i int) bool { return r.nodes[i].t < t })
	if n := r.nodes[i-1]; n.t > t {
		y, _, err := extrapolate(r.slope, n.y, n.t-t)
		return y, err
	}
	return r.nodes[i-1].y, nil
}

// P is the d×d matrix, of one more row and column where the form is Affine, and c the constant of
// the value function at time t.
func (r *ContinuousSolution) P(t float64) (p *mat.Dense, c float64, err error) {
	y, err := r.at(t)
	if err != nil {
		return nil, 0, err
	}
	p = mat.DenseCopyOf(r.matrix(y))
	p.Scale(sign(r.l), p)
	return p, sign(r.l) * y[len(y)-2], nil
}

// Gain is the m×d matrix K(t) of the optimal action −K(t)x, of one more column where the form is
// Affine.
func (r *ContinuousSolution) Gain(t float64) (*mat.Dense, error) {
	y, err := r.at(t)
	if err != nil {
		return nil, err
	}
	s, err := r.matricesAt(y)
	if err != nil {
		return nil, err
	}
	k, _, err := r.gain(s, r.matrix(y), mat.NewDense(r.l.StateDim(), r.l.StateDim(), nil))
	return k, err
}

// Policy is the optimal policy of continuous time on a grid of the given number of
// steps (0: [control.DefaultSteps]): K at the beginning of each. On the grid it costs a little
// more than that of [Discrete].
func (r *ContinuousSolution) Policy(steps int) (*control.Feedback, error) {
	if steps == 0 {
		steps = control.DefaultSteps
	}
	g := grid.Uniform(r.l.Horizon, max(steps, 0))
	gains := make([]*mat.Dense, g.Steps())
	for n := range gains {
		var err error
		if gains[n], err = r.Gain(g.Point(n)); err != nil {
			return nil, err
		}
	}
	return feedback(r.l, gains), nil
}

// Reference is the optimal cost as a reference.
func (r *ContinuousSolution) Reference() *pde.Reference {
	return &pde.Reference{Value: r.Value, StdErr: r.Error, Method: "Riccati equation", Source: "extrapolation of order 12 with error control"}
}
