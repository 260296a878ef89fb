// Package cost says what a policy costs and how near the optimum that is: sampling with a variate,
// the time step, bounds, and what speaks against the answer.
package cost

import (
	"context"
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/control/reference/linearquadratic"
)

const (
	// mostViolating is the share of paths that may break a constraint: a penalty of finite weight
	// leaves some.
	mostViolating = 0.05
	// negligible is the share of the cost below which it does not matter how a standard error came
	// about, largeStep that from which on an irregular time step is a reason to distrust it: chosen,
	// not measured, as half of what a trusted cost may miss of the optimum, nearOptimum.
	negligible = 1e-6
	largeStep  = 0.005
	// nearOptimum is how far above a lower bound that is the optimum itself, relative to it, a cost
	// may lie.
	nearOptimum = 0.01
	// mostLoss is the part of the cost that long steps may take; an error with more than that in it
	// is true, but tells little. Chosen for use, not measured: the error holds on either side of it.
	mostLoss = 0.05
	// mostChange is the part of the cost that the time steps may change in all: beyond it the policy was trained for
	// another problem. Chosen for use, as mostLoss; the named problems and the cases change by a tenth.
	mostChange = 0.25
	// settled is what training may leave of the cost where it has ended, as between its rounds.
	settled = 2e-3
)

// policy is the one whose cost is asked for.
type policy struct{ *estimate.Policy }

// Of is what a policy costs from the problem's start on fresh paths, with its errors. In discrete
// time they are of sampling alone. In continuous time Value is the cost there, see steps, and Error
// covers the optimum too, as far as the time steps keep the policy from it, see gridLoss; Grid has
// the cost on these steps. Upper and Lower are of the optimal cost: by the policy's own, if it keeps
// all constraints by itself, and see below. Where they are near one another Optimal is true.
func Of(ctx context.Context, of *estimate.Policy, paths int, progress func(done int)) (*estimate.Estimate, *control.Outcome, error) {
	p := policy{of}
	var v, along *control.Variate
	if p.Variate != nil {
		var err error
		if v, err = p.Variate(); err != nil {
			return nil, nil, err
		}
	}
	if p.followed(paths) == paths {
		along = v
	}
	o, err := p.FromStart(ctx, paths, along, progress)
	if err != nil {
		return nil, nil, err
	}
	e := estimate.Unknown()
	e.Value, e.StdErr, e.Paths = o.Cost, o.StdErr, o.Paths
	e.DiscretizationError, e.GridLoss = 0, 0
	if math.IsNaN(o.Cost) || math.IsInf(o.Cost, 0) {
		return e, o, nil
	}
	noise, q, err := p.follow(ctx, e, o, v)
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
	if err != nil {
		return nil, nil, err
	}
	for _, jump := range jumps {
		doubt(estimate.Jumps, "%s", jump)
	}
	keeps := len(p.Problem.Constraints) == 0 && few == ""
	if keeps {
		p.own(e, estimate.Normal95*e.StdErr)
	}
	l, err := p.below(ctx, e, q, doubt)
	if err == nil && p.Problem.Stages == 0 {
		err = p.continuous(ctx, e, q, l, keeps, doubt)
	}
	if err == nil {
		err = p.baselines(ctx, e, q, doubt)
	}
	if err == nil {
		err = p.deviate(ctx, e, doubt)
	}
	if err == nil {
		err = p.corrected(ctx, e, q, doubt)
	}
	e.Error = estimate.Normal95*e.StdErr + e.DiscretizationError + e.GridLoss
	if few != "" {
		e.Error = math.NaN()
	}
	e.CI95 = [2]float64{e.Value - e.Error, e.Value + e.Error}
	return e, o, err
}

// own bounds the optimum by what the policy itself costs.
func (p policy) own(e *estimate.Estimate, half float64) {
	if p.Problem.Maximize {
		e.Lower = e.Value - half
	} else {
		e.Upper = e.Value + half
	}
}

// continuous replaces what e says of the grid by what holds in continuous time.
func (p policy) continuous(ctx context.Context, e *estimate.Estimate, q [][]float64, l *linearquadratic.Form, keeps bool, doubt func(estimate.Kind, string, ...any)) error {
	e.Grid = &estimate.OnGrid{Value: e.Value, StdErr: e.StdErr, Lower: e.Lower, Upper: e.Upper}
	e.Lower, e.Upper = math.NaN(), math.NaN()
	asymptotic, err := p.steps(ctx, e, q, doubt)
	if err != nil {
		return err
	}
	inCost, inX, err := p.between(ctx)
	if err != nil {
		return err
	}
	e.DiscretizationError += math.Abs(inCost)
	half := estimate.Normal95*e.StdErr + e.DiscretizationError
	if math.Abs(inCost) > largeBetween*math.Abs(e.Value) || inX > largeBetween {
		doubt(estimate.CostBetween, "the cost by %.2g, and X by %.2g of its standard deviation", math.Abs(inCost), inX)
		asymptotic = false
	}
	if keeps && asymptotic {
		p.own(e, half)
	}
	optimum, rounding, known := exact(l)
	if known {
		away := e.Value - optimum
		if p.Problem.Maximize {
			e.Upper, e.Lower, away = optimum+rounding, math.Min(e.Lower, optimum-rounding), -away
		} else {
			e.Lower, e.Upper = optimum-rounding, math.Max(e.Upper, optimum+rounding)
		}
		e.GridLoss = math.Max(0, away) + rounding
		if away < -3*e.StdErr-e.DiscretizationError-rounding {
			doubt(estimate.StepUnknown, "the cost lies on the wrong side of the optimum in continuous time, %s, by more than its errors", words.Short(optimum))
		}
	} else {
		if keeps && asymptotic {
			if known, err = p.equation(ctx, e, half, doubt); err != nil {
				return err
			}
		}
		if !known {
			if err := p.gridLoss(ctx, e, q, doubt); err != nil {
				return err
			}
		}
	}
	if change := e.Value - e.Grid.Value; math.Abs(change) > mostChange*math.Max(math.Abs(e.Value), math.Abs(e.Grid.Value))+half {
		doubt(estimate.LongSteps, "they change the cost from %s to %s, and the policy was trained for the first", words.Short(e.Grid.Value), words.Short(e.Value))
	}
	if (e.Optimal || !known) && e.GridLoss > mostLoss*math.Abs(e.Value)+half {
		doubt(estimate.LongSteps, "they keep the policy %s from the optimum in continuous time", words.Percent(e.GridLoss/math.Abs(e.Value)))
	}
	return nil
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
