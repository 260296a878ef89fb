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

// bound is the end of the interval that bounds the optimal value.
func (s *Report) bound() (sign string, value float64) {
	if s.Result.Control.Maximize {
		return "≥ ", s.Result.CI95[0]
	}
	return "≤ ", s.Result.CI95[1]
}

// policyBlock is the numbers of the result of a control problem.
func (s *Report) policyBlock() words.Block {
	var b words.Block
	p, _ := s.Problem.(control.Problem)
	cost := "cost"
	if s.Result.Control.Maximize {
		cost = "reward"
	}
	where, action := "of the trained policy on fresh paths", "at time 0 in the start"
	if p.RandomStart != nil {
		where, action = "of the trained policy on fresh paths, over random starts", "at time 0 in the centre of the starts"
	}
	if !words.Known(s.Result.Value) { // after divergence
		b.Line("mean "+cost, "unknown", "")
		b.Line("status", s.Result.Status.String(), s.Result.StatusAdvice())
		return b
	}
	b.Line("mean "+cost, words.ToError(s.Result.Value, s.Result.StdErr), where)
	b.Line("95 % interval", words.Between(s.Result.CI95[0], s.Result.CI95[1], s.Result.StdErr), "standard error "+words.Short(s.Result.StdErr))
	if sign, bound := s.bound(); len(p.Constraints) == 0 { // else the policy may be better by breaking them
		b.Line("optimal "+cost, sign+words.ToError(bound, s.Result.StdErr), fmt.Sprintf("with 97.5 %% confidence, on %d time steps", s.Result.Settings.Steps))
	}
	if s.Reference == nil {
		b.Line("reference", "none known at once", s.MayHave)
	} else {
		b.Line("reference", verdict.Digits(s.Reference, s.Result.StdErr), verdict.Origin(s.Reference))
		remark := "by which the policy is worse, sampling error and all"
		if strings.HasSuffix(s.Reference.Method, verdict.ContinuousTime) {
			remark = "by which the policy is worse, with what the time grid costs and sampling error"
		}
		b.Line("excess", words.Percent(s.Excess()), remark)
	}
	if names := p.ActionNames; names != nil {
		action += ": " + strings.Join(names, "; ")
	}
	b.Line("first action", words.Vector(s.Result.Control.Action), action)
	if words.Known(s.ActionError) {
		b.Line("action error", words.Percent(s.ActionError), "relative L2 distance from the optimal actions in states of fresh paths")
	}
	for i, c := range p.Constraints {
		if i >= min(len(s.Result.Control.Violation), len(s.Result.Control.ViolationMean)) { // of a result that was read
			break
		}
		share := "" // of a result of an earlier version
		if i < len(s.Result.Control.Violating) {
			share = ", on " + words.Percent(s.Result.Control.Violating[i]) + " of the paths"
		}
		b.Line("violation", words.Short(s.Result.Control.Violation[i]), fmt.Sprintf("of %s at most, %s in the mean over paths%s", c.Name, words.Short(s.Result.Control.ViolationMean[i]), share))
	}
	if len(p.Constraints) > 0 && words.Known(s.Result.Control.Penalised) {
		b.Line("penalised", words.ToError(s.Result.Control.Penalised, s.Result.StdErr), "mean "+cost+" with the penalties of the constraints, which was trained")
	}
	if s.Result.Status != IterationLimit {
		b.Line("status", s.Result.Status.String(), s.Result.StatusAdvice())
	}
	return b
}
