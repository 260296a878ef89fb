package bsde

import (
	"cmp"
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
	if d.last = r; d.turned == nil && r.Method.Name() == d.against {
		d.turned = r
	}
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

// after is the next attempt after those that have been made: by the other methods, then twice on more steps. The
// method is nil where there is none, or not three times the time of the first is left.
func (d *Demand) after() (Method, Settings) {
	m, s := d.other()
	if m == nil {
		m, s = d.refine()
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

// other is the attempt by another method, once each.
func (d *Demand) other() (Method, Settings) {
	r := d.first
	for len(d.Others) > 0 {
		o := d.Others[0]
		d.Others = d.Others[1:]
		if o.helps(r) {
			s := r.Settings
			s.Chosen = "the answer of " + r.Method.Name() + " is not trusted"
			if o.Against != nil {
				d.against = o.Method.Name()
			}
			return o.Method, s
		}
	}
	return nil, Settings{}
}

// helps tells whether another method may do better.
func (o Alternative) helps(r *Result) bool {
	if r.Status == Cancelled || r.Status == TimeLimit || unseen(r) || r.Status != Diverged && len(r.Reasons) == 0 {
		return false
	}
	return o.Against == nil || slices.ContainsFunc(r.Reasons, func(r estimate.Reason) bool { return slices.Contains(o.Against, r.Kind) })
}

// refine is an attempt on more steps, from the first answer, or from that of the method against what is wrong with it. The
// first is on a graded grid; the second, where the time step alone is in doubt and the problem is small, on four
// times the steps.
func (d *Demand) refine() (Method, Settings) {
	from := cmp.Or(d.turned, d.first)
	d.refined++
	switch {
	case d.refined == 1:
		return d.graded(from)
	case d.refined > 2 || !ofSteps(from) || !ofSteps(d.last) && !heavy(d.last) || 4*from.Settings.Steps > mostSteps || 4*from.Settings.Steps*from.Dim > fewSteps:
		return nil, Settings{}
	}
	s := from.Settings
	s.Steps *= 4
	if heavy(d.last) {
		s.Paths *= 2 // which tell better whether there are tails
	}
	return from.Method, s
}

// fewSteps is the most steps times components of X that a further attempt takes unasked.
const fewSteps = 400

// ofSteps tells whether the time step is all that speaks against an answer.
func ofSteps(r *Result) bool {
	kinds := []estimate.Kind{estimate.NotAsymptotic, estimate.StepUnknown, estimate.BetweenSteps}
	return len(r.Reasons) > 0 && !slices.ContainsFunc(r.Reasons, func(r estimate.Reason) bool { return !slices.Contains(kinds, r.Kind) })
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
