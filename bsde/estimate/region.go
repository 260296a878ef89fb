package estimate

import (
	"context"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"gonum.org/v1/gonum/stat"
)

// regionStarts is the number of random starts at which u(0, ·) as trained is measured,
// with walk.ChunkRows paths from each.
const regionStarts = 1024

// regionError is the root mean square of û(0, X_0) − u(0, X_0) over the random starts,
// û as trained. The mismatches of paths from one start have the mean û − u and
// independent noise, so that the mean product of two of them is the square of û − u
// without a bias. They are extrapolated in the time step like the value. bound is a 95 %
// upper bound. Both are NaN where the context was cancelled.
func (e *engine[T]) regionError(ctx context.Context) (rms, bound float64, err error) {
	squares := make([]float64, regionStarts)
	err = e.pool.Share(regionStarts, func(c int) (err error) {
		if ctx.Err() != nil {
			return nil
		}
		w := e.team.Take()
		defer func() { e.team.Give(w) }()
		squares[c], err = e.squaredError(w, c)
		return err
	}, ranks.Each(squares, 1))
	if err != nil {
		return 0, 0, err
	}
	if ctx.Err() != nil {
		return math.NaN(), math.NaN(), nil
	}
	mean, std := stat.MeanStdDev(squares, nil)
	upper := mean + oneSided95*std/math.Sqrt(regionStarts)
	return math.Sqrt(math.Max(mean, 0)), math.Sqrt(math.Max(upper, 0)), nil
}

// oneSided95 is the 95 % point of the normal distribution.
const oneSided95 = 1.6448536269514722

// squaredError estimates (û − u)² at random start number c; it may be negative.
func (e *engine[T]) squaredError(w *walk.Walker[T], c int) (float64, error) {
	delta, err := e.fromOneStart(w, c, 1)
	if err != nil {
		return 0, err
	}
	if !e.StepFree() && e.Grid.Steps() > 1 {
		coarse, err := e.fromOneStart(w, c, 2)
		if err != nil {
			return 0, err
		}
		fine := e.Grid.Length(0)
		if !e.Grid.Regular() {
			fine = e.Origin.MeanStep(1)
		}
		weight := fine / (e.Origin.MeanStep(2) - fine)
		for i := range delta {
			delta[i] += weight * (delta[i] - coarse[i])
		}
	}
	sum, squares := 0.0, 0.0
	for _, v := range delta {
		sum += v
		squares += v * v
	}
	n := float64(len(delta))
	return (sum*sum - squares) / (n * (n - 1)), nil
}

// fromOneStart is the mismatch of a chunk of paths, seen from time 0.
func (e *engine[T]) fromOneStart(w *walk.Walker[T], c, stride int) ([]float64, error) {
	if err := w.Begin(walk.ForRegion, 0, c*walk.ChunkRows, walk.ChunkRows, nil); err != nil {
		return nil, err
	}
	walk.Spread(w.X, append([]float64(nil), w.X[:e.Eq.Dim]...))
	delta := make([]float64, walk.ChunkRows)
	var logs []float64
	if e.Eq.UsesY {
		logs = make([]float64, walk.ChunkRows)
	}
	err := w.Mismatch(stride, w.StartValues()[0][0], delta, logs, nil)
	if logs != nil {
		r := &residuals{delta: delta}
		r.discount(logs)
	}
	return delta, err
}
