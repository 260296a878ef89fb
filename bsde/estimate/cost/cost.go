// Package cost says what a policy costs and how near the optimum that is: sampling with a variate,
// the time step, bounds, and what speaks against the answer.
package cost

import (
	"context"
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/control"
)

const (
	// mostViolating is the share of paths that may break a constraint: a penalty of finite weight
	// leaves some.
	mostViolating = 0.05
	// negligible is the share of the cost below which it does not matter how a standard error came
	// about, largeStep that from which on an irregular time step is a reason to distrust it.
	negligible = 1e-6
	largeStep  = 0.01
	// nearOptimum is how far above a lower bound that is the optimum itself, relative to it, a cost
	// may lie.
	nearOptimum = 0.01
)

// policy is the one whose cost is asked for.
type policy struct{ *estimate.Policy }

// Of is what a policy costs from the problem's start on fresh paths, with its errors: of
// sampling, and in continuous time of the time step. Value is the cost on the grid; Error covers
// that in continuous time. Upper and Lower are of the optimal cost on the grid: by the policy's own
// cost, if it keeps all constraints by itself, and see below. Where they are near one another Optimal is
// true.
func Of(ctx context.Context, of *estimate.Policy, paths int, progress func(done int)) (*estimate.Estimate, *control.Outcome, error) {
	p := policy{of}
	o, err := p.FromStart(ctx, paths, progress)
	if err != nil {
		return nil, nil, err
	}
	e := estimate.Unknown()
	e.Value, e.StdErr, e.Paths = o.Cost, o.StdErr, o.Paths
	if math.IsNaN(o.Cost) || math.IsInf(o.Cost, 0) {
		return e, o, nil
	}
	noise, q, err := p.follow(ctx, e, o)
	if err != nil {
		return nil, nil, err
	}
	doubt := func(kind estimate.Kind, format string, args ...any) {
		e.Reasons = append(e.Reasons, estimate.Reason{Kind: kind, Detail: fmt.Sprintf(format, args...)})
	}
	few := ""
	if e.StdErr > negligible*math.Abs(e.Value) {
		few = estimate.FewDecide(noise)
	}
	if few != "" {
		doubt(estimate.HeavyTails, "%s", few)
	}
	if err := p.steps(ctx, e, doubt); err != nil {
		return nil, nil, err
	}
	e.Error = estimate.Normal95*e.StdErr + e.DiscretizationError
	if few != "" {
		e.Error = math.NaN()
	}
	e.CI95 = [2]float64{e.Value - e.Error, e.Value + e.Error}
	for i, share := range o.Violating {
		if share > mostViolating {
			doubt(estimate.Violated, "%s on %.3g %% of the paths", p.Problem.Constraints[i].Name, 100*share)
		}
	}
	states, err := p.visited(ctx)
	if err != nil {
		return nil, nil, err
	}
	jumps, err := p.Problem.Jumps(states)
	for _, jump := range jumps {
		doubt(estimate.Jumps, "%s", jump)
	}
	if len(p.Problem.Constraints) == 0 && few == "" {
		if half := estimate.Normal95 * e.StdErr; p.Problem.Maximize {
			e.Lower = e.Value - half
		} else {
			e.Upper = e.Value + half
		}
	}
	if err == nil {
		err = p.below(ctx, e, q, doubt)
	}
	return e, o, err
}

// visited are some states along paths of the policy.
func (p policy) visited(ctx context.Context) (list [][]float64, err error) {
	const paths = 16
	o, err := control.Simulate(context.WithoutCancel(ctx), p.Problem, p.Policy, control.Simulation{
		Paths: 2 * paths, Record: paths, Seed: p.Seed, Purpose: purposeOfStates, Workers: p.Workers,
	})
	if err != nil {
		return nil, err
	}
	for _, r := range o.Records {
		list = append(list, r.States...)
	}
	return list, nil
}
