package bsde

import (
	"context"
	"math"
)

// estimate is the final answer of a trained network.
type estimate struct {
	value, stderr  float64
	discretization float64
	bias           float64
	ratio          float64
	paths          int
	gradient       *gradient // nil where it cannot be had
}

func unknown() *estimate {
	nan := math.NaN()
	return &estimate{value: nan, stderr: nan, discretization: nan, bias: nan, ratio: nan}
}

// normal95 is the 97.5 % point of the normal distribution.
const normal95 = 1.959963984540054

func (e *estimate) fill(r *Result) {
	r.Value, r.StdErr = e.value, e.stderr
	r.CI95 = e.interval()
	r.DiscretizationError, r.NetworkBias, r.ResidualRatio = e.discretization, e.bias, e.ratio
	r.Paths = e.paths
	r.Gradient, r.GradientStdErr, r.GradientDiscretization, r.GradientNetworkBias = e.slope()
}

// interval is the 95 % interval of the value.
func (e *estimate) interval() [2]float64 {
	return [2]float64{e.value - normal95*e.stderr, e.value + normal95*e.stderr}
}

// slope is the gradient with its errors.
func (e *estimate) slope() (mean, stderr []float64, discretization, bias float64) {
	if e.gradient == nil {
		return nil, nil, math.NaN(), math.NaN()
	}
	return e.gradient.mean, e.gradient.stderr, e.gradient.discretization, e.gradient.bias
}

// estimate finds the Y0 for which
//
//	E[Γ (Y_N(Y0) − g(X_N))] = 0,   1/Γ = dY_N/dY0
//
// on fresh paths from one point with the trained Z: for f independent of y, where Γ is 1, that is the
// control variate estimate Y0 = E[g(X_T) + Σ f h − Σ Z·ΔW], in which Z removes the
// variance that it explains. Otherwise it is one Newton step from the Y0 that a
// pilot run has found. Where f depends on z the paths are controlled, however the
// network was trained. Then, and with Γ, the error of Z, from training and from the
// time step, enters in second order only (docs/method.md, section 4).
//
// The same paths on two and four times the step give an extrapolation to step 0
// and its error, see levels. The bias of an imperfect Z is subtracted where it is
// small enough to be a correction, see networkBias.
func (e *engine[T]) estimate(ctx context.Context, from *origin, paths int, progress func(done int)) (*estimate, error) {
	if from == nil {
		from = e.origin
	}
	y0, err := e.fixedPoint(ctx, from, min(paths, pilotPaths))
	if err != nil {
		return nil, err
	}
	l := &levels{y0: y0}
	for stride := 1; stride <= 4 && stride <= from.steps(); stride *= 2 {
		report := progress
		if stride > 1 {
			report = nil
		}
		r, err := e.residuals(ctx, from, stride, paths, y0, report)
		if err != nil {
			return nil, err
		}
		if !l.add(r, from.meanStep(stride)) || e.stepFree() {
			break
		}
	}
	out, err := e.conclude(from, l)
	if err == nil && !math.IsNaN(out.value) {
		out.gradient, err = e.gradient(ctx, from, l, min(out.paths, gradientPaths))
		if out.gradient != nil && e.stepFree() {
			out.gradient.discretization = 0
		}
	}
	return out, err
}

// stepFree tells whether the recursion has no time step error.
func (m *model[T]) stepFree() bool { return m.eq.generator == nil && m.eq.move.Exact }

// conclude turns the levels into the answer; it is unknown where the recursion
// blows up.
func (e *engine[T]) conclude(from *origin, l *levels) (*estimate, error) {
	out := unknown()
	if len(l.runs) == 0 {
		return out, nil
	}
	out.paths = len(l.runs[0].delta)
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
	out.bias, err = e.networkBias(from, out.value, variance, l.runs[0].slope)
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
func (e *engine[T]) fixedPoint(ctx context.Context, from *origin, paths int) (float64, error) {
	y0 := e.trained(from)
	if !e.eq.usesY {
		return y0, nil
	}
	here, err := e.residuals(ctx, from, 1, paths, y0, nil)
	if err != nil {
		return 0, err
	}
	for range 30 {
		step := here.mean()
		if !(math.Abs(step) > 1e-3*here.std()) {
			break
		}
		for halvings := 0; ; halvings++ {
			next, err := e.residuals(ctx, from, 1, paths, y0-step, nil)
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

// trained is Y0 at the origin as training left it, where it has seen that; else a value
// of the same order.
func (e *engine[T]) trained(from *origin) float64 {
	if e.eq.random == nil || from.t > 0 {
		return e.model.value()
	}
	w := <-e.free
	defer func() { e.free <- w }()
	var y [1]float64
	w.first.run(w.serial, y[:], from.x)
	return y[0]
}
