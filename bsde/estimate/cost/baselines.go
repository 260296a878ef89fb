package cost

import (
	"context"
	"math"

	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/bsde/words"
)

// baselines fills in what simple policies cost on the grid, on the noise of the policy. One that is
// better than the policy by more than noise, and by more than training may leave, is a reason not to
// trust it; so is one that is as good, where a lower bound leaves room below both. Where the policy is
// near the optimum neither matters.
func (p policy) baselines(ctx context.Context, e *estimate.Estimate, q [][]float64, doubt func(estimate.Kind, string, ...any)) error {
	if p.Baselines == nil {
		return nil
	}
	list, err := p.Baselines(ctx)
	if err != nil {
		return err
	}
	on := e.OnGrid()
	bounded := !math.IsNaN(on.Lower) && !math.IsNaN(on.Upper)
	most := settled * math.Abs(on.Value)
	for _, b := range list {
		if b.Worse, b.StdErr, err = p.worse(ctx, b.Policy, q); err != nil {
			return err
		}
		if b.Value = on.Value + b.Worse; p.Problem.Maximize {
			b.Value = on.Value - b.Worse
		}
		if math.IsNaN(b.Worse) || math.IsInf(b.Worse, 0) {
			continue // its paths explode
		}
		e.Baselines = append(e.Baselines, b)
		switch {
		case e.Optimal:
		case b.Worse < -3*b.StdErr-most:
			doubt(estimate.WorseThanSimple, "the best %s is better by %.2g, %s", b.Name, -b.Worse, words.Percent(-b.Worse/math.Abs(on.Value)))
		case bounded && b.Worse <= 3*b.StdErr:
			doubt(estimate.NoBetter, "the best %s is as good, and %.2g %% above the lower bound", b.Name, 100*(b.Value-on.Lower)/math.Abs(on.Lower))
		}
	}
	return nil
}

// corrected doubts a policy that a correction on top of it makes better by more than noise, and by more than half of what a trusted
// cost may miss of the optimum: gradient steps may stop for flat sigmoids or noise where the state at each step has more to tell.
func (p policy) corrected(ctx context.Context, e *estimate.Estimate, q [][]float64, doubt func(estimate.Kind, string, ...any)) error {
	if p.Corrected == nil || e.Optimal || len(e.Reasons) > 0 {
		return nil
	}
	other, err := p.Corrected(ctx)
	if err != nil || other == nil {
		return err
	}
	worse, stderr, err := p.worse(ctx, other, q)
	if size := math.Abs(e.OnGrid().Value); err == nil && worse < -2*stderr-nearOptimum/2*size {
		doubt(estimate.StillFalling, "a correction, a polynomial of the state at each step, makes it better by %s", words.Percent(-worse/size))
	}
	return err
}
