package bsde

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/pde/grid"
)

// again takes the answer of an attempt in where trust alone is asked for: the first one is followed
// by others if these can help.
func (d *Demand) again(ctx context.Context, r *Result) (Method, Settings) {
	switch {
	case d.best == nil:
		d.first, d.best = r, r
	case better(r, d.best):
		r.Attempts, r.Retried = d.best.Attempts, d.best.Retried
		d.told(r, fmt.Sprintf("%s, %s, was not trusted: %s", d.nameOf(d.best), attemptOf(d.best.Method, d.best.Settings), doubts(d.best)))
		d.best = r
	default:
		d.told(d.best, fmt.Sprintf("another, %s, is not better: %s", attemptOf(r.Method, r.Settings), doubts(r)))
	}
	d.best.Elapsed = d.spent
	if ctx.Err() != nil || d.best.Trusted() {
		return nil, Settings{}
	}
	m, s := d.after()
	if m != nil && d.Again != nil {
		d.Again(d.best, s)
	}
	return m, s
}

// nameOf is the first answer, or another one.
func (d *Demand) nameOf(r *Result) string {
	if r == d.first {
		return "the first"
	}
	return "another"
}

// told notes what another attempt was.
func (d *Demand) told(r *Result, text string) {
	if r.Retried != "" {
		text = r.Retried + "; " + text
	}
	r.Attempts, r.Retried = max(r.Attempts, 1)+1, text
}

// after is the next attempt after those that have been made: by the other method, and on a graded grid.
func (d *Demand) after() (Method, Settings) {
	if m, s := d.Other, d.first.Settings; m != nil {
		doubtful := d.first.Status == Diverged || len(d.first.Reasons) > 0
		if d.Other = nil; doubtful && d.first.Status != Cancelled && d.first.Status != TimeLimit && !unseen(d.first) {
			s.Chosen = "the answer of " + d.first.Method.Name() + " is not trusted"
			return m, s
		}
	}
	if d.regraded {
		return nil, Settings{}
	}
	d.regraded = true
	return d.graded(d.first)
}

// unseen tells whether no path has seen what g pays for, which no method mends.
func unseen(r *Result) bool {
	return slices.ContainsFunc(r.Reasons, func(r estimate.Reason) bool { return r.Kind == estimate.NothingSeen })
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

// attemptOf is what an attempt is made with, in words.
func attemptOf(m Method, s Settings) string {
	s = s.WithDefaults()
	by := ""
	if p, ok := m.(Planner); ok {
		by = "by " + p.Name() + " "
	}
	return fmt.Sprintf("%son %d %s steps", by, s.Steps, s.Grid)
}

// doubts are why an answer is not trusted, in words.
func doubts(r *Result) string {
	if r.Status == Diverged {
		return "training diverged"
	}
	return strings.Join(r.Doubts(), "; ")
}
