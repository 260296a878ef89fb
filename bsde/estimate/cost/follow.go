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

// The variate takes two products of the size noise×state for each path and step: followWork of these in
// all, on at least followPaths.
const (
	followWork  = 1 << 22
	followPaths = 4096
)

// followed are the paths on which the variate is followed, of so many in all.
func (p policy) followed(paths int) int {
	return min(paths, max(followPaths, followWork/(p.Problem.Noises()*p.Problem.StateDim)))
}

// follow takes the variate v out of the cost of the pairs o where that makes the error smaller, and
// gives the pairs that the error comes from and the Q_n in units of the cost, nil for none. The coefficient is that of least squares on the same
// pairs, whose bias is of the order of the error by their number.
func (p policy) follow(ctx context.Context, e *estimate.Estimate, o *control.Outcome, v *control.Variate) (pairs []float64, q [][]float64, err error) {
	if v == nil || e.StdErr == 0 {
		return o.Pairs, nil, nil
	}
	with := o
	if o.Followed == nil {
		with, err = control.Simulate(context.WithoutCancel(ctx), p.Problem, p.Policy, control.Simulation{
			Paths: p.followed(o.Paths), Seed: p.Seed, Purpose: uint64(walk.ForEstimate), Workers: p.Workers, Variate: v,
		})
		if err != nil {
			return nil, nil, err
		}
	}
	slope := stat.Covariance(with.Pairs, with.Followed, nil) / stat.Variance(with.Followed, nil)
	left := make([]float64, len(with.Pairs))
	for i, c := range with.Pairs {
		left[i] = c - slope*with.Followed[i]
	}
	for _, from := range v.Matrices() {
		unit := make([]float64, len(from))
		floats.AddScaled(unit, slope, from)
		q = append(q, unit)
	}
	mean, std := stat.MeanStdDev(left, nil)
	stderr := std / math.Sqrt(float64(len(left)))
	if !(stderr < e.StdErr) {
		return o.Pairs, q, nil
	}
	o.Penalised += mean - o.Cost
	e.Value, e.StdErr = mean, stderr
	return left, q, nil
}
