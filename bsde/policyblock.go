package bsde

import (
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/bsde/verdict"
	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/control"
)

// Excess is how much worse a policy is than the reference, relative to it; NaN
// for an equation, or without a reference. A reference of the grid is compared with the cost there.
func (s *Report) Excess() float64 {
	if s.Reference == nil || s.Result.Control == nil {
		return math.NaN()
	}
	worse := s.Result.Beside(s.Reference).Value - s.Reference.Value
	if s.Result.Control.Maximize {
		worse = -worse
	}
	return worse / math.Abs(s.Reference.Value)
}

// policyBlock is the numbers of the result of a control problem: what the policy costs with one
// error, the parts of that, what is known of the optimal cost, and whether it can be trusted.
func (s *Report) policyBlock() words.Block {
	var b words.Block
	r, c := s.Result, s.Result.Control
	p, _ := s.Problem.(control.Problem)
	cost := "cost"
	if c.Maximize {
		cost = "reward"
	}
	if !words.Known(r.Value) { // after divergence
		b.Line("mean "+cost, "unknown", "")
		b.Line("status", r.Status.String(), r.StatusAdvice())
		return b
	}
	action := "at time 0 in the start"
	if p.RandomStart != nil {
		action = "at time 0 in the centre of the starts"
	}
	b.Line("mean "+cost, words.PlusMinus(r.Value, r.Error, r.StdErr), s.headline())
	b.Line("sampling", words.Short(r.StdErr), "standard error")
	if r.Grid != nil {
		b.Line("time step", "± "+words.Short(r.DiscretizationError), fmt.Sprintf("left of it: extrapolated from %d, %d, %d and %d steps", r.Settings.Steps, 2*r.Settings.Steps, 4*r.Settings.Steps, 8*r.Settings.Steps))
		b.Known("long steps", r.GridLoss, "± "+words.Short(r.GridLoss), "by which the policy may miss the optimum as it was trained for long steps")
		b.Line("on the grid", words.ToError(r.Grid.Value, r.Grid.StdErr), fmt.Sprintf("of %d time steps, standard error %s", r.Settings.Steps, words.Short(r.Grid.StdErr)))
	}
	s.optimumLines(&b, "optimal "+cost)
	for _, simple := range r.Baselines {
		b.Line(simple.Name, words.ToError(simple.Value, simple.StdErr), "the best that was found: "+beside(simple))
	}
	s.trustLines(&b)
	if s.Reference == nil {
		b.Line("reference", "none at hand", s.MayHave)
	} else {
		remark := "by which the policy is worse, sampling error and all"
		if r.Grid != nil {
			remark = "by which the policy is worse on the grid, sampling error and all"
			if inTime(s.Reference) {
				remark = "by which the policy is worse in continuous time, all errors included"
			}
		}
		b.Line("reference", verdict.Digits(s.Reference, r.Beside(s.Reference).StdErr), verdict.Origin(s.Reference))
		b.Line("excess", words.Percent(s.Excess()), remark)
	}
	if names := p.ActionNames; names != nil {
		action += ": " + words.Names(names)
	}
	b.Line("first action", words.Vector(c.Action), action)
	if words.Known(s.ActionError) {
		b.Line("action error", words.Percent(s.ActionError), "relative L2 distance from the optimal actions in states of fresh paths")
	}
	s.violationLines(&b, p.Constraints, cost)
	if r.Status != IterationLimit && r.Status != Converged {
		b.Line("status", r.Status.String(), r.StatusAdvice())
	}
	return b
}

// beside says how much worse a simple policy is than the trained one.
func beside(b estimate.Baseline) string {
	if math.Abs(b.Worse) <= 2*b.StdErr {
		return "as good as the policy"
	}
	than := "worse"
	if b.Worse < 0 {
		than = "better"
	}
	return words.Short(math.Abs(b.Worse)) + " " + than + " than the policy, on the same noise"
}

// optimumLines say between what the optimal cost lies, in continuous time and on the grid.
func (s *Report) optimumLines(b *words.Block, label string) {
	r := s.Result
	if r.Grid == nil {
		s.optimumLine(b, label, r.OnGrid(), fmt.Sprintf("of the problem with %d stages", r.Settings.Steps))
		return
	}
	s.optimumLine(b, label, estimate.OnGrid{StdErr: r.StdErr, Lower: r.Lower, Upper: r.Upper}, "in continuous time")
	if words.Known(r.Grid.Lower) && words.Known(r.Grid.Upper) {
		s.optimumLine(b, "", *r.Grid, fmt.Sprintf("on %d time steps", r.Settings.Steps))
	}
}

// optimumLine is one of them. A bound is rounded away from the optimum, so that it is one still.
func (s *Report) optimumLine(b *words.Block, label string, o estimate.OnGrid, on string) {
	low, high := words.Known(o.Lower), words.Known(o.Upper)
	alone := on + ", with 97.5 % confidence; no bound from the other side, the policy may be far from it"
	why := func() {
		if reason := s.Result.NoBounds; reason != "" {
			b.Line("", "", reason)
		}
	}
	switch {
	case low && high:
		b.Line(label, "between "+words.Floor(o.Lower, o.StdErr)+" and "+words.Ceil(o.Upper, o.StdErr), "with 95 % confidence, "+on)
	case low:
		b.Line(label, "≥ "+words.Floor(o.Lower, o.StdErr), alone)
		why()
	case high:
		b.Line(label, "≤ "+words.Ceil(o.Upper, o.StdErr), alone)
		why()
	case !s.Earlier:
		b.Line(label, "unknown", "nothing bounds it: the policy may break constraints, few paths decide its mean, or shorter steps change it without end")
	}
}

// violationLines say how the policy keeps the constraints.
func (s *Report) violationLines(b *words.Block, list []control.Constraint, cost string) {
	c := s.Result.Control
	for i, constraint := range list {
		share := "" // of a result of an earlier version
		if i < len(c.Violating) {
			share = ", on " + words.Percent(c.Violating[i]) + " of the paths"
		}
		b.Line("violation", words.Short(c.Violation[i]), fmt.Sprintf("of %s at most, %s in the mean over paths%s", constraint.Name, words.Short(c.ViolationMean[i]), share))
	}
	if len(list) > 0 && words.Known(c.Penalised) {
		b.Line("penalised", words.ToError(c.Penalised, s.Result.StdErr), "mean "+cost+" with the penalties of the constraints, which was trained")
	}
}
