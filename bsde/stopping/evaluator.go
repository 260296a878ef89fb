package stopping

import (
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/bsde/exercise"
	"github.com/deepbsde/deepbsde/bsde/internal/basis"
	"gonum.org/v1/gonum/floats"
)

// Evaluator is the fit as a field, with a rule of its own where there are networks.
func (t *training) Evaluator(rows int) exercise.Evaluator {
	e := &evaluator{t: t, point: t.basis.NewPoint(rows), scratch: t.basis.NewScratch(rows)}
	if t.decisions != nil {
		return &ruler{evaluator: e, size: rows}
	}
	return e
}

// evaluator is one goroutine's view of the fit.
type evaluator struct {
	t       *training
	n, rows int
	point   *basis.Point
	scratch *basis.Scratch
}

// Move goes to states at point n. The fit of point 0 knows x0 alone: elsewhere that of point 1 serves, and where there is
// none x is taken for x0.
func (e *evaluator) Move(n, rows int, x []float64) {
	if start := e.t.model.Eq.Start; n == 0 && !repeats(x, start) {
		if n = min(1, e.t.model.Grid.Steps()-1); n == 0 {
			x = slices.Repeat(start, rows)
		}
	}
	e.n, e.rows = n, rows
	e.point.Move(n, rows, x)
}

// repeats tells whether all rows of x are the row y.
func repeats(x, y []float64) bool {
	for i, v := range x {
		if v != y[i%len(y)] {
			return false
		}
	}
	return true
}

// Continuation is the fitted conditional expectation, not below 0 where values are never.
func (e *evaluator) Continuation(c []float64) error {
	if err := e.point.Continuation(e.t.at(e.n), c, e.scratch); err != nil {
		return err
	}
	if e.t.model.Patient {
		for r, v := range c {
			c[r] = math.Max(v, 0)
		}
	}
	return nil
}

// Increment is the fitted martingale increment.
func (e *evaluator) Increment(h float64, dw, out []float64) error {
	return e.point.Increment(e.t.at(e.n), h, dw, out, e.scratch)
}

// Z is the fitted σᵀ∇u.
func (e *evaluator) Z(z []float64) error { return e.point.Z(e.t.at(e.n), z, e.scratch) }

// ruler is an evaluator that decides by networks.
type ruler struct {
	*evaluator
	size int
	by   *decider // nil before the first decision
}

// Decide is by the network of the date, or by the fitted values where there is none.
func (r *ruler) Decide(pay, hold, gain []float64) (err error) {
	floats.SubTo(gain, pay, hold)
	d := r.t.decisions
	if d.scales[r.n] == 0 {
		return nil
	}
	if r.by == nil {
		if r.by, err = d.decider(r.size); err != nil {
			return err
		}
	}
	if err := r.point.FillInputs(r.by.x); err != nil {
		return err
	}
	r.by.decide(d.of(r.n), d.scales[r.n], gain)
	return nil
}
