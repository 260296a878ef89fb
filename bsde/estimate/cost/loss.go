package cost

import (
	"context"
	"math"

	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"github.com/deepbsde/deepbsde/control"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// lossPaths are those on which policies are compared.
const lossPaths = 4096

// gridLoss fills in by how much the policy misses the optimum in continuous time because it was
// trained for steps h. A policy for h' is the best one up to something of the order h', and cost is
// flat around the best one: used for steps of length s it costs about κ(h' − s)² more than the best
// one for s. So the policy loses κh² in continuous time, and that is what one trained for 2h costs more
// than it on its own steps h. 0 where the policy was not trained for steps.
func (p policy) gridLoss(ctx context.Context, e *estimate.Estimate, q [][]float64, doubt func(estimate.Kind, string, ...any)) error {
	if p.Coarse == nil {
		return nil
	}
	coarse, err := p.Coarse(ctx)
	if err != nil {
		return err
	}
	if coarse == nil {
		e.GridLoss = math.NaN()
		doubt(estimate.StepUnknown, "there is no policy for twice the step to compare with")
		return nil
	}
	by, noise, err := p.worse(ctx, coarse, q)
	if err != nil {
		return err
	}
	if by < -3*noise-settled*math.Abs(e.OnGrid().Value) {
		doubt(estimate.StillFalling, "a policy for half as many steps is better by %.2g", -by)
	}
	e.GridLoss = math.Max(0, by) + estimate.Normal95*noise
	return nil
}

// worse is by how much another policy is worse than p on the same noise, with the standard error.
func (p policy) worse(ctx context.Context, other control.Policy, q [][]float64) (by, noise float64, err error) {
	s := control.Simulation{Paths: lossPaths, Seed: p.Seed, Purpose: uint64(walk.ForEstimate) + purposeOfLoss, Workers: p.Workers}
	if q != nil {
		if s.Variate, err = p.Problem.Variate(q); err != nil {
			return 0, 0, err
		}
	}
	var costs [2][]float64
	for i, policy := range []control.Policy{p.Policy, other} {
		o, err := control.Simulate(context.WithoutCancel(ctx), p.Problem, policy, s)
		if err != nil {
			return 0, 0, err
		}
		if costs[i] = o.Pairs; s.Variate != nil {
			floats.Sub(costs[i], o.Followed)
		}
	}
	floats.Sub(costs[1], costs[0])
	by, std := stat.MeanStdDev(costs[1], nil)
	if p.Problem.Maximize {
		by = -by
	}
	return by, std / math.Sqrt(float64(len(costs[1]))), nil
}
