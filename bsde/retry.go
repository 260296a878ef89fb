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
		d.first, d.best, d.once = r, r, r.Elapsed
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
	return d.after()
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

// after is the next attempt after those that have been made: by the other method, and on a graded grid. The
// method is nil where there is none, or not three times the time of the first is left.
func (d *Demand) after() (Method, Settings) {
	m, s := d.other()
	if m == nil && !d.regraded {
		d.regraded = true
		m, s = d.graded(d.first)
	}
	if m == nil {
		return nil, Settings{}
	}
	if s.TimeLimit > 0 {
		if s.TimeLimit -= d.spent; s.TimeLimit < 3*d.once {
			return nil, Settings{}
		}
	}
	if d.Again != nil {
		d.Again(d.best, m, s)
	}
	return m, s
}

// other is the attempt by the other method, once.
func (d *Demand) other() (Method, Settings) {
	m, s, r := d.Other, d.first.Settings, d.first
	d.Other = nil
	if m == nil || r.Status == Cancelled || r.Status == TimeLimit || unseen(r) || r.Status != Diverged && len(r.Reasons) == 0 {
		return nil, s
	}
	s.Chosen = "the answer of " + r.Method.Name() + " is not trusted"
	return m, s
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
	case 2*s.Steps > mostSteps:
		return nil, s
	}
	for _, reason := range r.Reasons {
		if reason.Kind == estimate.HeavyTails && math.IsNaN(r.Error) { // the tails are those of g
			return nil, s
		}
	}
	s.Grid, s.Steps = "graded", 2*s.Steps
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
