package cost

import (
	"context"
	"math"

	"github.com/deepbsde/deepbsde/bsde/estimate"
)

// equation takes the bracket of the optimum that the problem's equation gives in continuous time beside
// the policy's own cost, which is known but for half. The distance from it is all that the policy can
// lose; where it is far, that is a reason not to trust it.
func (p policy) equation(ctx context.Context, e *estimate.Estimate, half float64, doubt func(estimate.Kind, string, ...any)) (known bool, err error) {
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
	size := math.Abs(e.Value)
	e.GridLoss = math.Max(0, away)
	if e.Optimal = away <= nearOptimum*size; away-half > nearOptimum*size {
		doubt(estimate.NotOptimal, "the bounds of its equation leave it %.3g away, %.2g %%", away, 100*away/size)
	}
	return true, nil
}
