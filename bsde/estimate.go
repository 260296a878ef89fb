package bsde

import (
	"context"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// estimate is the final answer of a trained network.
type estimate struct {
	value, stderr  float64
	discretization float64
	bias           float64
	ratio          float64
	paths          int
	z0             []float64 // Z at (0, x0)
}

func unknown() *estimate {
	nan := math.NaN()
	return &estimate{value: nan, stderr: nan, discretization: nan, bias: nan, ratio: nan}
}

// normal95 is the 97.5 % point of the normal distribution.
const normal95 = 1.959963984540054

func (e *estimate) fill(r *Result, eq *equation) {
	r.Value, r.StdErr = e.value, e.stderr
	r.CI95 = [2]float64{e.value - normal95*e.stderr, e.value + normal95*e.stderr}
	r.DiscretizationError, r.NetworkBias, r.ResidualRatio = e.discretization, e.bias, e.ratio
	r.Paths = e.paths
	if e.z0 != nil {
		// No gradient where σ(0, x0) is singular.
		r.Gradient, _ = eq.Gradient(0, eq.Start, e.z0)
	}
}

// estimate finds the Y0 for which
//
//	E[Γ (Y_N(Y0) − g(X_N))] = 0,   1/Γ = dY_N/dY0
//
// on fresh paths with the trained Z: for f independent of y, where Γ is 1, that is the
// control variate estimate Y0 = E[g(X_T) + Σ f h − Σ Z·ΔW], in which Z removes the
// variance that it explains. Otherwise it is one Newton step from the Y0 that a
// pilot run has found. Where f depends on z the paths are controlled, however the
// network was trained. Then, and with Γ, the error of Z, from training and from the
// time step, enters in second order only (docs/method.md, section 4).
//
// The same paths on two and four times the step give an extrapolation to step 0
// and its error, see levels. The bias of an imperfect Z is subtracted where it is
// small enough to be a correction, see networkBias.
func (e *engine[T]) estimate(ctx context.Context, paths int, progress func(done int)) (*estimate, error) {
	y0, err := e.fixedPoint(ctx, min(paths, pilotPaths))
	if err != nil {
		return nil, err
	}
	l := &levels{y0: y0}
	for stride := 1; stride <= 4 && stride <= e.set.Steps; stride *= 2 {
		report := progress
		if stride > 1 {
			report = nil
		}
		r, err := e.residuals(ctx, stride, paths, y0, report)
		if err != nil {
			return nil, err
		}
		if !l.add(r, e.meanStep(stride)) || e.stepFree() {
			break
		}
	}
	return e.conclude(l)
}

// stepFree tells whether the recursion has no time step error.
func (e *engine[T]) stepFree() bool { return e.eq.generator == nil && e.eq.move.Exact }

// conclude turns the levels into the answer; it is unknown where the recursion
// blows up.
func (e *engine[T]) conclude(l *levels) (*estimate, error) {
	out := unknown()
	if len(l.runs) == 0 {
		return out, nil
	}
	out.paths, out.z0 = len(l.runs[0].delta), e.startZ()
	std := l.runs[0].atEnd()
	if !(std <= blownUp*e.scales.g) {
		return out, nil
	}
	if e.scales.varies {
		out.ratio = std / e.scales.g
	}
	out.value, out.stderr = l.extrapolate(0)
	if out.discretization = l.error(); e.stepFree() {
		out.discretization = 0
	}
	variance, resolved := l.variance()
	if !resolved && e.eq.generator != nil {
		return out, nil // the bias stays unknown
	}
	var err error
	out.bias, err = e.networkBias(out.value, variance, l.runs[0].slope)
	if math.Abs(out.bias) <= e.scales.g {
		out.value -= out.bias
	}
	return out, err
}

// blownUp is the residual ratio beyond which there is no value: the recursion has
// left every scale of the problem.
const blownUp = 1e3

// pilotPaths is the number of paths, the first ones of the estimate, that find the
// fixed point in Y0 for generators that depend on y.
const pilotPaths = 2048

// fixedPoint is the Y0 at which the mean mismatch of the pilot paths vanishes, by
// Newton's method with steps halved until the mismatch falls.
func (e *engine[T]) fixedPoint(ctx context.Context, paths int) (float64, error) {
	y0 := e.value()
	if !e.eq.usesY {
		return y0, nil
	}
	here, err := e.residuals(ctx, 1, paths, y0, nil)
	if err != nil {
		return 0, err
	}
	for range 30 {
		step := here.mean()
		if !(math.Abs(step) > 1e-3*here.std()) {
			break
		}
		for halvings := 0; ; halvings++ {
			next, err := e.residuals(ctx, 1, paths, y0-step, nil)
			if err != nil {
				return 0, err
			}
			if math.Abs(next.mean()) < math.Abs(here.mean()) {
				y0, here = y0-step, next
				break
			}
			if halvings == 10 {
				return y0, nil
			}
			step /= 2
		}
	}
	return y0, nil
}

// meanStep is Σ hᵢ²/T, the step that the first-order error is proportional to:
// the last step of a coarse grid may be shorter than the others.
func (e *engine[T]) meanStep(stride int) float64 {
	n, h := e.set.Steps, e.eq.Horizon/float64(e.set.Steps)
	sum := 0.0
	for k := 0; k < n; k += stride {
		step := float64(min(stride, n-k)) * h
		sum += step * step
	}
	return sum / e.eq.Horizon
}

// residuals are the mismatches of many paths from one Y0, seen from time 0,
//
//	δ = Γ (Y_N − g(X_N)),   1/Γ = dY_N/dY0 along the path
//
// Γ is the discrete exp(∫ ∂f/∂y dt).
type residuals struct {
	delta []float64
	slope float64 // mean of 1/Γ
}

// mean is what is to be subtracted from Y0 so that it vanishes.
func (r *residuals) mean() float64 { return stat.Mean(r.delta, nil) }

func (r *residuals) std() float64 { return stat.StdDev(r.delta, nil) }

// atEnd is the standard deviation of Y_N − g(X_N), but for the variation of Γ.
func (r *residuals) atEnd() float64 { return r.std() * r.slope }

// widest is the largest ratio of a Γ to the one of the mean slope. Beyond it single
// paths would decide the estimate; they then count as if they had that one.
const widest = 8

// discount turns the mismatches at the end into those seen from time 0.
func (r *residuals) discount(slopes []float64) {
	r.slope = stat.Mean(slopes, nil)
	for i, s := range slopes {
		if r.slope > 0 {
			s = math.Min(math.Max(s, r.slope/widest), r.slope*widest)
		}
		r.delta[i] /= s
	}
}

// residuals walks the given number of paths on every stride-th grid point; fewer
// where the context is cancelled.
func (e *engine[T]) residuals(ctx context.Context, stride, paths int, y0 float64, progress func(done int)) (*residuals, error) {
	r := &residuals{delta: make([]float64, paths), slope: 1}
	chunks := e.chunks(paths)
	errs := make([]error, chunks)
	var slopes []float64
	if e.eq.usesY {
		slopes = make([]float64, paths)
	}
	// In rounds, to report progress and to notice a cancelled context.
	const round = 64
	for lo := 0; lo < chunks; lo += round {
		if ctx.Err() != nil && lo*chunkRows >= cancelledPaths {
			paths = lo * chunkRows
			chunks = lo
			r.delta = r.delta[:paths]
			break
		}
		e.pool.Run(min(round, chunks-lo), func(k int) {
			w := <-e.free
			defer func() { e.free <- w }()
			c := lo + k
			first := c * chunkRows
			rows := min(chunkRows, paths-first)
			w.begin(forEstimate, 0, first, rows)
			errs[c] = w.mismatch(stride, y0, r.delta[first:first+rows], slopes[min(first, len(slopes)):min(first+rows, len(slopes))])
		})
		if progress != nil {
			progress(min((lo+round)*chunkRows, paths))
		}
	}
	for c := range chunks {
		if errs[c] != nil {
			return nil, errs[c]
		}
	}
	if slopes != nil {
		r.discount(slopes[:paths])
	}
	return r, nil
}

// mismatch fills delta with Y_N − g(X_N) for the paths of the noise, and slopes with
// dY_N/dY0, from a second Y0 close by, unless it is empty.
func (w *walker[T]) mismatch(stride int, y0 float64, delta, slopes []float64) error {
	step := 1e-4 * (math.Abs(y0) + w.m.scales.g)
	values := [][]float64{delta}
	spread(delta, []float64{y0})
	if len(slopes) > 0 {
		spread(slopes, []float64{y0 + step})
		values = append(values, slopes)
	}
	if err := w.walk(stride, values, nil); err != nil {
		return err
	}
	for r := range slopes {
		slopes[r] = (slopes[r] - delta[r]) / step
	}
	floats.Sub(delta, w.g[:len(delta)])
	return nil
}

// startZ is Z at (0, x0).
func (e *engine[T]) startZ() []float64 {
	w := <-e.free
	defer func() { e.free <- w }()
	spread(w.x, e.eq.Start)
	z := w.evaluate(0, w.x)
	return append([]float64(nil), z[:e.eq.Dim]...)
}
