package bsde

import (
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/bsde/exercise"
	"github.com/deepbsde/deepbsde/bsde/words"
)

// ExerciseResult is what a run found for a problem with early exercise alone, beside the bracket
// of Estimate.
type ExerciseResult struct {
	ByRule          float64   `json:"by_rule"`                // what the rule is worth, without its error: no more than u in the mean
	RuleStdErr      float64   `json:"by_rule_stderr"`         // its standard error
	Hindsight       float64   `json:"hindsight"`              // the best in hindsight less a martingale: no less than u in the mean
	HindsightStdErr float64   `json:"hindsight_stderr"`       // its standard error
	Nested          bool      `json:"nested"`                 // whether that martingale is by inner simulation
	Dates           []float64 `json:"dates"`                  // of exercise, before T
	Probability     []float64 `json:"probability"`            // that the rule exercises there
	Held            float64   `json:"held"`                   // probability that it holds until T
	Now             *bool     `json:"exercise_now,omitempty"` // whether it exercises at time 0; nil where that is no date
}

func exerciseOf(e *exercise.Estimate) *ExerciseResult {
	r := &ExerciseResult{e.ByRule, e.RuleStdErr, e.Hindsight, e.HindsightStdErr, e.Nested, e.Dates, e.Probability, e.Held, nil}
	if !math.IsNaN(e.Obstacle) {
		r.Now = &e.Stop
	}
	return r
}

// exerciseBlock is the numbers of the result of a problem with early exercise.
func (s *Report) exerciseBlock() words.Block {
	r, e, digits := s.Result, s.Result.Exercise, s.digits()
	var b words.Block
	b.Line("u(0, x0)", words.PlusMinus(r.Value, r.Error, r.StdErr), s.headline())
	if words.Known(r.Lower) && words.Known(r.Upper) {
		b.Line("bounds", "between "+words.Floor(r.Lower, digits)+" and "+words.Ceil(r.Upper, digits)+" (95 %)", "their own errors included")
	} else {
		s.boundLines(&b)
	}
	b.Line("by the rule", words.ToError(e.ByRule, e.RuleStdErr), "standard error "+words.Short(e.RuleStdErr)+", on fresh paths")
	how := "of the best in hindsight, less the fitted martingale"
	if e.Nested {
		how = "of the best in hindsight, less a martingale by inner simulation"
	}
	b.Line("in hindsight", words.ToError(e.Hindsight, e.HindsightStdErr), "standard error "+words.Short(e.HindsightStdErr)+", "+how)
	switch step := r.DiscretizationError; {
	case !words.Known(step):
		b.Line("time step", "unknown", "")
	case step > 0:
		b.Line("time step", "± "+words.Short(step), "by two steps at a time, in the bounds already")
	}
	s.trustLines(&b)
	for i, line := range e.dates() {
		label := ""
		if i == 0 {
			label = "exercise"
		}
		b.Line(label, line[0], line[1])
	}
	s.referenceLines(&b)
	if g := words.Finite(r.Gradient); g != nil {
		b.Line("gradient", words.Vector(g), slopeErrors(r))
	} else if r.Settings.Gradient != Nothing {
		b.Line("gradient", "unknown", "it is known for exact steps and a constant discount")
	}
	if r.Status != IterationLimit && r.Status != Converged {
		b.Line("status", r.Status.String(), r.Status.Advice())
	}
	return b
}

// mostDates is the number of dates that have a line of their own.
const mostDates = 12

// dates are the probabilities of exercise, date by date or where there are many in stretches of time.
func (e *ExerciseResult) dates() (lines [][2]string) {
	per := (len(e.Dates) + mostDates - 1) / mostDates
	for lo := 0; lo < len(e.Dates); lo += max(per, 1) {
		hi := min(lo+max(per, 1), len(e.Dates))
		sum := 0.0
		for _, p := range e.Probability[lo:hi] {
			sum += p
		}
		when := fmt.Sprintf("at t = %.4g", e.Dates[lo])
		if hi-lo > 1 {
			when = fmt.Sprintf("from t = %.4g to %.4g", e.Dates[lo], e.Dates[hi-1])
		}
		lines = append(lines, [2]string{words.Percent(sum), when})
	}
	return append(lines, [2]string{words.Percent(e.Held), "never before T"})
}
