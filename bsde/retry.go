package bsde

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/pde/grid"
)

// again takes the answer of an attempt in where trust alone is asked for: the first one is followed
// by another if that can help.
func (d *Demand) again(ctx context.Context, r *Result) (Method, Settings) {
	if d.best == nil {
		d.best = r
		m, s := d.graded(r)
		if m != nil && ctx.Err() == nil {
			if d.Again != nil {
				d.Again(r, s)
			}
			return m, s
		}
		return nil, Settings{}
	}
	if better(r, d.best) {
		r.Retried = fmt.Sprintf("the first, on %s, was not trusted: %s", gridOf(d.best), doubts(d.best))
		d.best = r
	} else {
		d.best.Retried = fmt.Sprintf("another, on %s, is not better: %s", gridOf(r), doubts(r))
	}
	d.best.Elapsed = d.spent
	return nil, Settings{}
}

// graded is another attempt at an answer that is not trusted, on twice the steps, short where T is near:
// there Z changes most, under strong controls and over kinks. The method is nil where it is of no use:
// for what no grid mends, and for gradient descent, whose cost is that of the run before.
func (d *Demand) graded(r *Result) (Method, Settings) {
	s := r.Settings
	fitted := false
	if f, ok := r.Method.(Refined); ok {
		_, fitted = f.Refine(2)
	}
	switch {
	case r.Trusted(), hopeless(r) != "", !fitted, s.Grid != grid.Names[0] || len(s.Times) > 0, r.Status == Cancelled, r.Status == TimeLimit:
		return nil, s
	case 2*s.Steps > mostSteps, s.TimeLimit > 0 && s.TimeLimit < 4*r.Elapsed:
		return nil, s
	}
	for _, reason := range r.Reasons {
		if reason.Kind == estimate.HeavyTails && math.IsNaN(r.Error) { // the tails are those of g
			return nil, s
		}
	}
	if s.Grid, s.Steps = "graded", 2*s.Steps; s.TimeLimit > 0 {
		s.TimeLimit -= r.Elapsed
	}
	return r.Method, s
}

// gridOf is the grid of an answer in words.
func gridOf(r *Result) string { return fmt.Sprintf("%d %s steps", r.Settings.Steps, r.Settings.Grid) }

// doubts are why an answer is not trusted, in words.
func doubts(r *Result) string {
	if r.Status == Diverged {
		return "training diverged"
	}
	return strings.Join(r.Doubts(), "; ")
}
