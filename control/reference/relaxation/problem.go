package relaxation

import (
	"math"

	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/control/reference/internal/matrix"
	"github.com/deepbsde/deepbsde/control/reference/linearquadratic"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/grid"
	"gonum.org/v1/gonum/mat"
)

// step is the matrices of a step: x' = A x + B a + S w with the cost x'Qx + a'Ra + 2x'Na.
type step struct {
	a, b, s, q, r, n *mat.Dense
	penalty          []float64 // Q_n of the penalty, k×d
	mean             float64   // E[s·(wQ_n)]
}

// problem is one in a box on its grid.
type problem struct {
	d, m, k      int
	start        []float64
	steps        []step
	last         *mat.Dense
	lower, upper []float64
	curvature    float64 // largest eigenvalue of the Hessian in all actions
}

func newProblem(l *linearquadratic.Form, g *grid.Grid, box control.Box, q [][]float64) (*problem, error) {
	d, m, k := l.StateDim(), l.ActionDim(), l.AdditiveDim()
	wrong := func(field, format string, args ...any) error { return pde.Errorf(l.Name, field, nil, format, args...) }
	switch {
	case l.Maximize || l.Affine || l.At != nil:
		return nil, wrong("Q", "and the other coefficients must be those of a cost without constant and linear terms, and not depend on the time")
	case l.MultiplicativeDim() > 0:
		return nil, wrong("C", "is there: the noise must be additive alone")
	case len(box.Lower) != m || len(q) != g.Steps() || len(q[0]) != k*d:
		return nil, wrong("B", "is %d×%d with %d noises, for a box of %d actions and a penalty of %d steps", d, m, k, len(box.Lower), len(q))
	}
	for i, lo := range box.Lower {
		if math.IsInf(lo, 0) || math.IsInf(box.Upper[i], 0) {
			return nil, wrong("Actions", "have no bound in component %d: nothing certifies a minimum there", i)
		}
	}
	joint := mat.NewSymDense(d+m, nil)
	dense := func(rows [][]float64, n, c int) *mat.Dense { return matrix.Dense(rows, n, c) }
	costQ, costR, costN := dense(l.Q, d, d), dense(l.R, m, m), dense(l.N, d, m)
	for i := range d + m {
		for j := i; j < d+m; j++ {
			switch {
			case j < d:
				joint.SetSym(i, j, costQ.At(i, j))
			case i < d:
				joint.SetSym(i, j, costN.At(i, j-d))
			default:
				joint.SetSym(i, j, costR.At(i-d, j-d))
			}
		}
	}
	if !convex(joint) || !convex(matrix.Symmetric(dense(l.G, d, d))) {
		return nil, wrong("Q", "with R, N and G is not convex: a path may have several minima")
	}
	p := &problem{d: d, m: m, k: k, start: l.Start, last: dense(l.G, d, d), lower: box.Lower, upper: box.Upper}
	for n := range g.Steps() {
		a, h, root := dense(l.A, d, d), 1.0, 1.0
		if l.Stages == 0 {
			h = g.Length(n)
			root = math.Sqrt(h)
			a.Scale(h, a)
			for i := range d {
				a.Set(i, i, a.At(i, i)+1)
			}
		}
		s := step{a: a, b: scaled(h, dense(l.B, d, m)), s: scaled(root, dense(l.S, d, k)),
			q: scaled(h, dense(l.Q, d, d)), r: scaled(h, dense(l.R, m, m)), n: scaled(h, dense(l.N, d, m)), penalty: q[n]}
		for j := range k {
			for i := range d {
				s.mean += s.s.At(i, j) * s.penalty[j*d+i]
			}
		}
		p.steps = append(p.steps, s)
	}
	p.curvature = newWork(p).largest()
	return p, nil
}

func scaled(c float64, m *mat.Dense) *mat.Dense {
	m.Scale(c, m)
	return m
}

// convex tells whether a symmetric matrix is positive semidefinite but for rounding.
func convex(s *mat.SymDense) bool {
	var e mat.EigenSym
	if !e.Factorize(s, false) {
		return false
	}
	values := e.Values(nil) // ascending
	return values[0] >= -1e-12*math.Abs(values[len(values)-1])
}
