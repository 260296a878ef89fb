package cost

import (
	"context"
	"math"

	"github.com/deepbsde/deepbsde/bsde/estimate"
)

// equation takes the bracket of the optimum that the problem's equation gives in continuous time beside
// the policy's own cost. Where the policy is near it, that distance is all that it can lose.
func (p policy) equation(ctx context.Context, e *estimate.Estimate) (near bool, err error) {
	if p.Equation == nil {
		return false, nil
	}
	lower, upper, why, err := p.Equation(ctx)
	if err != nil {
		return false, err
	}
	own := [2]float64{e.Lower, e.Upper}
	if why == "" && (lower > own[1] || upper < own[0]) {
		why = "the bounds of its equation contradict what the policy costs"
	}
	if why != "" {
		if e.NoBounds != "" {
			why = e.NoBounds + "; " + why
		}
		e.NoBounds = why
		return false, nil
	}
	e.NoBounds = ""
	if e.Lower = lower; own[0] > lower {
		e.Lower = own[0]
	}
	if e.Upper = upper; own[1] < upper {
		e.Upper = own[1]
	}
	away := e.Value - e.Lower
	if p.Problem.Maximize {
		away = e.Upper - e.Value
	}
	if e.Optimal = away <= nearOptimum*math.Abs(e.Value); e.Optimal {
		e.GridLoss = math.Max(0, away)
	}
	return e.Optimal, nil
}
