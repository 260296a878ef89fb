package policy

import (
	"context"
	"math"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"github.com/deepbsde/deepbsde/control"
	"gonum.org/v1/gonum/stat"
)

const (
	pilotShare  = 0.15 // of the iterations in a pilot, pilotSteps at most
	pilotSteps  = 300
	pilotFewest = 20 // below which there is none
	mostPilots  = 3
	// settledScales is the factor between the scales of a pilot and those that it was trained with
	// up to which they are the same.
	settledScales = 2
)

// settle replaces the scales of random actions, which may be those of other states altogether,
// by those of paths under a policy that was trained for a short time, and again until the scales
// no longer change.
func settle[T autodiff.Float](ctx context.Context, d *control.Discrete, m Method, set *bsde.Settings, pool *autodiff.Pool, s *scales) (*scales, error) {
	steps := min(int(pilotShare*float64(set.Iterations)), pilotSteps)
	if steps < pilotFewest {
		return s, nil
	}
	pilot := *set
	pilot.Iterations = steps
	rate := autodiff.CosineRate(set.LearningRate)
	for range mostPilots {
		e, err := newEngineWith[T](ctx, d, m, &pilot, pool, s)
		if err != nil {
			return nil, err
		}
		e.rounds.unjudged = true
		for i := range steps {
			finite, err := e.GradientStep(i, rate(i, steps))
			if err != nil {
				return nil, err
			}
			if !finite {
				return s, nil // training will say so
			}
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
		}
		next, err := e.scalesUnderPolicy()
		if err != nil {
			return nil, err
		}
		if next == nil || !(next.apart(s) > settledScales) {
			return s, nil
		}
		s = next
	}
	return s, nil
}

// scalesUnderPolicy are the scales of paths under the policy, nil where its cost is not finite.
func (e *engine[T]) scalesUnderPolicy() (*scales, error) {
	o, err := control.Simulate(context.WithoutCancel(e.ctx), e.problem, e.policy, control.Simulation{
		Paths: 2 * exploringPaths, Record: exploringPaths, Seed: e.set.Seed, Purpose: uint64(walk.ForStart), Workers: e.set.Workers,
	})
	if err != nil {
		return nil, err
	}
	mean, std := stat.MeanStdDev(o.Costs, nil)
	out := scalesOf(e.problem, o.Records)
	if out.cost = math.Max(std, math.Abs(mean)); !(out.cost > 0) || math.IsInf(out.cost, 1) {
		return nil, nil
	}
	return out, nil
}

// apart is the largest factor between two scales: of the cost, and of the spread of a component of
// the state over all times.
func (s *scales) apart(o *scales) float64 {
	factor := math.Max(s.cost/o.cost, o.cost/s.cost)
	for j := range s.invstd[0] {
		var logs float64
		for n := range s.invstd {
			logs += math.Abs(math.Log(s.invstd[n][j] / o.invstd[n][j]))
		}
		factor = math.Max(factor, math.Exp(logs/float64(len(s.invstd))))
	}
	return factor
}
