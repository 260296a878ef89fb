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
	worseBy     = 0.01 // of its size: a cost that is higher by more is worse
	// settledScales is the factor between the scales of a pilot and those that it was trained with
	// up to which they are the same.
	settledScales = 2
)

// settle replaces the scales of random actions, which may be those of other states altogether,
// by those of paths under a policy that was trained for a short time, and again until the scales
// no longer change. Scales with which a pilot ends worse than with the ones before are not taken:
// under its policy the states may hardly vary, and training has yet to get there.
func settle[T autodiff.Float](ctx context.Context, d *control.Discrete, m Method, set *bsde.Settings, pool *autodiff.Pool, s *scales) (*scales, error) {
	pilot := *set
	pilot.Iterations = min(int(pilotShare*float64(set.Iterations)), pilotSteps)
	if pilot.Iterations < pilotFewest {
		return s, nil
	}
	least, next := math.Inf(1), s
	for range mostPilots {
		cost, under, err := tryScales[T](ctx, d, m, &pilot, pool, next)
		if err != nil {
			return nil, err
		}
		if under == nil || cost > least+worseBy*math.Abs(least) {
			return s, nil
		}
		least, s, next = cost, next, under
		if !(under.apart(s) > settledScales) {
			return s, nil
		}
	}
	return s, nil
}

// tryScales trains a pilot. It is its cost, a reward with the other sign, with penalties, and the scales
// of its paths, nil where they are not finite.
func tryScales[T autodiff.Float](ctx context.Context, d *control.Discrete, m Method, pilot *bsde.Settings, pool *autodiff.Pool, s *scales) (cost float64, under *scales, err error) {
	e, err := newEngineWith[T](ctx, d, m, pilot, pool, s)
	if err != nil {
		return 0, nil, err
	}
	e.rounds.unjudged = true
	if finite, err := e.train(ctx); err != nil || !finite { // training will say so
		return 0, nil, err
	}
	o, err := control.Simulate(context.WithoutCancel(ctx), d, e.policy, control.Simulation{
		Paths: 2 * exploringPaths, Record: exploringPaths, Seed: pilot.Seed, Purpose: uint64(walk.ForStart), Workers: pilot.Workers,
	})
	if err != nil {
		return 0, nil, err
	}
	mean, std := stat.MeanStdDev(o.Costs, nil)
	if under, err = scalesOf(d, e.structure, o.Records); err != nil {
		return 0, nil, err
	}
	under.smooth = s.smooth
	if under.cost = math.Max(std, math.Abs(mean)); !(under.cost > 0) || math.IsInf(under.cost, 1) {
		return 0, nil, nil
	}
	if d.Maximize {
		return -o.Penalised, under, nil
	}
	return o.Penalised, under, nil
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
