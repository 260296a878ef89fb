package bsde

import (
	"fmt"
	"math"
	"strings"

	"github.com/deepbsde/deepbsde/bsde/verdict"
	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/control"
)

// Excess is how much worse a policy is than the reference, relative to it; NaN
// for an equation, or without a reference.
func (s *Report) Excess() float64 {
	if s.Reference == nil || s.Result.Control == nil {
		return math.NaN()
	}
	worse := s.Result.Value - s.Reference.Value
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
	if words.Known(r.Continuous) {
		b.Line("on the grid", words.ToError(r.Value, r.StdErr), fmt.Sprintf("of %d time steps, standard error %s", r.Settings.Steps, words.Short(r.StdErr)))
		b.Line("in cont. time", words.PlusMinus(r.Continuous, r.ContinuousError, r.StdErr), "extrapolated from shorter steps: the time step's error is "+words.Short(r.Value-r.Continuous))
	} else {
		b.Line("sampling", words.Short(r.StdErr), "standard error")
	}
	s.optimumLine(&b, "optimal "+cost)
	s.trustLines(&b)
	if s.Reference == nil {
		b.Line("reference", "none known at once", s.MayHave)
	} else {
		b.Line("reference", verdict.Digits(s.Reference, r.StdErr), verdict.Origin(s.Reference))
		remark := "by which the policy is worse, sampling error and all"
		if strings.HasSuffix(s.Reference.Method, verdict.ContinuousTime) {
			remark = "by which the policy is worse, with what the time grid costs and sampling error"
		}
		b.Line("excess", words.Percent(s.Excess()), remark)
	}
	if names := p.ActionNames; names != nil {
		action += ": " + strings.Join(names, "; ")
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

// optimumLine says between what the optimal cost lies, on the grid. A bound is rounded away from
// it, so that it is one still.
func (s *Report) optimumLine(b *words.Block, label string) {
	r := s.Result
	low, high := words.Known(r.Lower), words.Known(r.Upper)
	on := fmt.Sprintf("on %d time steps", r.Settings.Steps)
	if p, ok := s.Problem.(control.Problem); ok && p.Stages > 0 {
		on = fmt.Sprintf("of the problem with %d stages", p.Stages)
	}
	alone := on + ", with 97.5 % confidence; nothing is known of the other side, the policy may be far from it"
	switch {
	case low && high:
		b.Line(label, "between "+words.Floor(r.Lower, r.StdErr)+" and "+words.Ceil(r.Upper, r.StdErr), "with 95 % confidence, "+on)
	case low:
		b.Line(label, "≥ "+words.Floor(r.Lower, r.StdErr), alone)
	case high:
		b.Line(label, "≤ "+words.Ceil(r.Upper, r.StdErr), alone)
	case !s.Earlier:
		b.Line(label, "unknown", "nothing bounds it: the policy may break constraints, or few paths decide its mean")
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
