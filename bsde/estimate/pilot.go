package estimate

import (
	"context"
	"math"

	"github.com/deepbsde/deepbsde/bsde/internal/walk"
)

// pilotPaths is the number of paths, the first ones of the estimate, that find the
// fixed point in Y0 for generators that depend on y, and the scale of Z.
const pilotPaths = 2048

// pilot is what few paths tell before the estimate: where Y0 is, and how much of Z to take.
type pilot struct {
	from *walk.Origin // with the scale of Z
	r    *residuals   // from Y0 on
	zero float64      // standard deviation that Z = 0 leaves at the end; NaN where not measured
	unit float64      // standard deviation that errors are judged by
}

// unexplained is the residual ratio from which on the scale of Z is looked for.
const unexplained = 0.8

// pilot finds the fixed point with Z as the field gives it, and where that explains little,
// with the multiple of Z that leaves the least variance: on fixed paths the variance is
// quadratic in it, so that three values tell the best. With the multiple 0 that is plain
// Monte Carlo, and no field leaves more than that.
func (e *engine[T]) pilot(ctx context.Context, from *walk.Origin, paths int) (*pilot, error) {
	best, err := e.fixedPoint(ctx, from, paths)
	if err != nil || !e.Linearised() && best.r.atEnd() <= unexplained*e.Scales.G {
		return best, err
	}
	at, zero := map[float64]float64{1: best.r.std()}, math.NaN()
	try := func(scale float64) error {
		p, err := e.fixedPoint(ctx, from.Scaled(scale), paths)
		if err != nil {
			return err
		}
		std := p.r.std()
		if at[scale] = std; std < 0.99*best.r.std() || !finite(best.r.std()) {
			best = p
		}
		if scale == 0 {
			zero = p.r.atEnd()
		}
		return nil
	}
	for _, scale := range []float64{0, 0.5} {
		if err := try(scale); err != nil {
			return nil, err
		}
	}
	v0, v1, v2 := at[0]*at[0], at[0.5]*at[0.5], at[1]*at[1]
	bend, slope := 2*(v0-2*v1+v2), -3*v0+4*v1-v2
	if c := -slope / (2 * bend); bend > 0 && math.Abs(c) < 4 {
		if err := try(c); err != nil {
			return nil, err
		}
	}
	best.zero = zero
	if e.Linearised() && finite(zero) { // f of a rough solution may be of another order than that of a fitted one
		best.unit = zero
	}
	return best, nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// fixedPoint is the Y0 at which the mean mismatch of the pilot paths vanishes, by
// Newton's method with steps halved until the mismatch falls.
func (e *engine[T]) fixedPoint(ctx context.Context, from *walk.Origin, paths int) (*pilot, error) {
	here, err := e.residuals(ctx, from, 1, paths, e.trained(from), nil, nil)
	if err != nil || !e.Eq.UsesY || e.Linearised() {
		return &pilot{from, here, math.NaN(), e.Scales.G}, err
	}
	if m := here.mean(); !finite(m) || !(here.std() < blownUp*e.Scales.G) {
		if here, err = e.residuals(ctx, from, 1, paths, e.Scales.Rough, nil, nil); err != nil {
			return nil, err
		}
	}
	for range 30 {
		step := here.mean()
		if !(math.Abs(step) > 1e-3*here.std()) {
			break
		}
		moved := false
		for range 12 {
			next, err := e.residuals(ctx, from, 1, paths, here.y0-step, nil, nil)
			if err != nil {
				return nil, err
			}
			if moved = math.Abs(next.mean()) < math.Abs(here.mean()); moved {
				here = next
				break
			}
			step /= 2
		}
		if !moved {
			break
		}
	}
	return &pilot{from, here, math.NaN(), e.Scales.G}, nil
}

// settled tells whether the mean of the mismatches of all paths is one that the noise of
// the pilot paths explains, or small on the given scale, and not a fixed point missed. Where f
// does not depend on y any Y0 will do.
func (e *engine[T]) settled(p *pilot, all *residuals, scale float64) bool {
	within := 5*all.std()/math.Sqrt(float64(len(p.r.delta))) + 0.01*scale
	return !e.Eq.UsesY || e.Linearised() || math.Abs(all.mean()) <= within
}

// trained is Y0 at the origin as training left it, where it has seen that; else a value
// of the same order.
func (e *engine[T]) trained(from *walk.Origin) float64 {
	if e.Eq.Random == nil || from.T > 0 {
		return e.Model.Value()
	}
	w := e.team.Take()
	defer e.team.Give(w)
	return w.Trained(from.X)
}
