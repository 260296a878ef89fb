package report

import (
	"fmt"
	"math"
	"strings"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/member"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/words"
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

// mayHave points to the command that may find a reference, where there is one.
func mayHave(command string) string {
	if command == "" {
		return ""
	}
	return "'" + command + "' may have one"
}

// policyBlock is the numbers of the result of a control problem.
func (s *Report) policyBlock() words.Block {
	var b words.Block
	cost := "cost"
	if s.Result.Control.Maximize {
		cost = "reward"
	}
	where, action := "of the trained policy on fresh paths", "at time 0 in the start"
	if s.Control.Problem.RandomStart != nil {
		where, action = "of the trained policy on fresh paths, over random starts", "at time 0 in the centre of the starts"
	}
	b.Line("mean "+cost, words.ToError(s.Result.Value, s.Result.StdErr), where)
	b.Line("95 % interval", words.Between(s.Result.CI95[0], s.Result.CI95[1], s.Result.StdErr), "standard error "+words.Short(s.Result.StdErr))
	if sign, bound := s.bound(); len(s.Control.Problem.Constraints) == 0 { // else the policy may be better by breaking them
		b.Line("optimal "+cost, sign+words.ToError(bound, s.Result.StdErr), fmt.Sprintf("with 97.5 %% confidence, on %d time steps", s.Result.Settings.Steps))
	}
	if s.Reference == nil {
		b.Line("reference", "none known at once", mayHave(s.ReferenceCommand()))
	} else {
		b.Line("reference", ReferenceDigits(s.Reference, s.Result.StdErr), Origin(s.Reference))
		remark := "by which the policy is worse, sampling error and all"
		if strings.HasSuffix(s.Reference.Method, member.ContinuousTime) {
			remark = "by which the policy is worse, with what the time grid costs and sampling error"
		}
		b.Line("excess", words.Percent(s.Excess()), remark)
	}
	if names := s.ActionNames(); names != nil {
		action += ": " + strings.Join(names, "; ")
	}
	b.Line("first action", words.Vector(s.Result.Control.Action), action)
	if words.Known(s.Distance) {
		b.Line("action error", words.Percent(s.Distance), "relative L2 distance from the optimal actions in states of fresh paths")
	}
	for i, c := range s.Control.Problem.Constraints {
		if i >= len(s.Result.Control.Violation) { // after divergence
			b.Line("violation", "unknown", "of "+c.Name)
			continue
		}
		b.Line("violation", words.Short(s.Result.Control.Violation[i]), fmt.Sprintf("of %s at most, %s in the mean over paths", c.Name, words.Short(s.Result.Control.ViolationMean[i])))
	}
	if s.Result.Status != bsde.IterationLimit {
		b.Line("status", s.Result.Status.String(), s.Result.Status.Advice())
	}
	return b
}
