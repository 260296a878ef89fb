// Package estimate finds u and ∇u at a point, with all errors, from any field Z(k, x) on
// fresh paths: whoever made it, a network, a fit or a formula. A good Z takes out
// variance; a wrong one costs precision, and shows in the errors.
//
// [New] makes a [Solution] of an equation and a [Field]; methods of package bsde deliver
// theirs. For control problems a [Policy] tells what it costs from any point.
package estimate

import (
	"cmp"
	"context"
	"math"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/bsde/internal/flow"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"gonum.org/v1/gonum/floats"
)

// Estimate is the solution at one point with its errors kept apart. Numbers that are not
// known are NaN.
type Estimate struct {
	Time  float64   // t
	State []float64 // x, d numbers

	// Value is u(t, x): the control-variate estimate on fresh paths, extrapolated in the
	// time step where the levels allow it, and less NetworkBias where that is small.
	Value float64

	// Error is the half-width of the 95 % interval of all errors together, over fresh
	// paths, trainings and seeds: u(t, x) = Value ± Error. NaN where a part of it is not
	// known. Where there are Reasons the value may lie outside.
	Error   float64
	Reasons []Reason // why Error is not to be trusted; empty where it is

	// Lower and Upper bracket u(t, x), each with its own sampling and time step error
	// already taken off or added. NaN where nothing bounds u on that side.
	Lower, Upper float64
	NoBounds     string // why there is no bracket, "" where there is

	CI95   [2]float64 // Value ± Error
	StdErr float64    // standard error of Value, that of the extrapolation: sampling alone

	// DiscretizationError is the size of the time step's error left after
	// extrapolation, in units of Value; 0 where there is none.
	DiscretizationError float64
	// NetworkBias is the estimated bias from an imperfect Z, signed. It is subtracted in
	// Value where it is small beside the other errors. NaN where it is not known.
	NetworkBias float64
	// NetworkError is the size of the error that an imperfect Z may have left in Value;
	// 0 where f is linear in y and z.
	NetworkError float64
	// ResidualRatio is std(Y_N − g(X_N)) over the standard deviation of
	// g(X_T) + ∫f(t,X,ȳ,0)dt on the paths from x0, which Z = 0 leaves there. Near 1 the
	// field explains nothing, and NetworkBias is rough.
	ResidualRatio float64

	// Gradient is ∇u(t, x), d numbers: the derivative of the estimate of the value in
	// x, on its paths. nil where the run was cancelled in the middle of it, or where a
	// derivative on the paths is not finite.
	Gradient       []float64
	GradientStdErr []float64 // the standard error of each component
	// GradientDiscretization is DiscretizationError for the component of Gradient where
	// it is largest.
	GradientDiscretization float64
	// NoGradient is why Gradient is nil, where it was asked for.
	NoGradient string
	// GradientNetworkBias is the size of what an imperfect Z does to Gradient where f is
	// nonlinear in z, for the component where it is largest. It is not subtracted, and
	// includes what is noise in it.
	GradientNetworkBias float64

	// Of a policy alone. In continuous time Value is what it costs there, extrapolated from shorter
	// steps, Lower and Upper are of the optimum there, and Grid is the same on its own time steps;
	// nil in discrete time. Error covers GridLoss too, by which a policy that was trained on long
	// steps misses the optimum in continuous time; 0 in discrete time. Optimal tells that a bound
	// shows the policy to be near the optimum.
	Grid     *OnGrid
	GridLoss float64
	Optimal  bool
	// Baselines are simple policies with what they cost on the grid; nil where there are none.
	Baselines []Baseline

	// Trained is u(0, x) as training left it, without simulation: where the start was
	// random, and at x0. NaN elsewhere.
	Trained float64
	Paths   int // simulated
}

// OnGrid is what a policy costs on its own time steps, and what the optimal policy costs there.
type OnGrid struct {
	Value, StdErr float64
	Lower, Upper  float64 // with 97.5 % each; NaN where nothing bounds the optimum on that side
}

// OnGrid is what stands in Grid; of what has no other grid than its own, the estimate itself.
func (e *Estimate) OnGrid() OnGrid {
	if e.Grid != nil {
		return *e.Grid
	}
	return OnGrid{e.Value, e.StdErr, e.Lower, e.Upper}
}

// Unknown is an estimate of which nothing is known.
func Unknown() *Estimate {
	nan := math.NaN()
	return &Estimate{Value: nan, Error: nan, Lower: nan, Upper: nan, StdErr: nan, CI95: [2]float64{nan, nan}, DiscretizationError: nan, NetworkBias: nan, NetworkError: nan,
		ResidualRatio: nan, GradientDiscretization: nan, GradientNetworkBias: nan, Trained: nan}
}

// Trusted tells whether the value is known within an error that is known too.
func (e *Estimate) Trusted() bool {
	return len(e.Reasons) == 0 && !math.IsNaN(e.Value) && !math.IsNaN(e.Error)
}

// Normal95 is the 97.5 % point of the normal distribution.
const Normal95 = 1.959963984540054

// engine makes estimates in precision T.
type engine[T autodiff.Float] struct {
	*walk.Model[T]
	team *walk.Team[T]
	pool *autodiff.Pool

	gradients []gradients[T] // see pathGradients
	jumping   *bool          // see jumps; nil before it was looked at
}

// Strides are the levels of an estimate on a grid of so many steps: every point, every second, every
// fourth, and every eighth where that leaves four steps.
func Strides(steps int) (list []int) {
	for stride := 1; stride <= 4 && stride <= steps; stride *= 2 {
		list = append(list, stride)
	}
	if steps >= 32 {
		list = append(list, 8)
	}
	return list
}

// strides are the levels from a point: the field has those of its whole grid at most.
func (e *engine[T]) strides(from *walk.Origin) []int {
	return Strides(min(from.Steps(), e.Grid.Steps()))
}

// estimate finds the Y0 for which
//
//	E[Γ (Y_N(Y0) − g(X_N))] = 0,   1/Γ = dY_N/dY0
//
// on fresh paths from one point with the given Z: for f independent of y, where Γ is 1, that is the
// control variate estimate Y0 = E[g(X_T) + Σ f h − Σ Z·ΔW], in which Z removes the
// variance that it explains. Otherwise it is one Newton step from the Y0 that a
// pilot run has found. Where f depends on z the paths are controlled, however the
// network was trained. Then, and with Γ, the error of Z, from training and from the
// time step, enters in second order only (docs/method.md, section 4).
//
// The same paths on two and four times the step give an extrapolation to step 0
// and its error, see levels. What the bias of an imperfect Z may be is measured, see
// networkBias, the gradient is the mean over the given number of paths, the usual one for 0 and none of them if that is
// negative, and what speaks against the answer is listed, see conclude.
func (e *engine[T]) estimate(ctx context.Context, from *walk.Origin, paths, slopes int, progress func(done int)) (*Estimate, error) {
	if from == nil {
		from = e.Origin
	}
	p, err := e.pilot(ctx, from, min(paths, walk.Fewer(pilotPaths, e.Eq.Dim)))
	if err != nil {
		return nil, err
	}
	s, err := flow.New(e.Eq, floats.Min(p.r.g), floats.Max(p.r.g))
	if err != nil {
		return nil, err
	}
	l := &levels{y0: p.r.y0, free: e.StepFree(), second: e.SecondOrder()}
	for _, stride := range e.strides(from) {
		report := progress
		if stride > 1 {
			report = nil
		}
		r, err := e.residuals(ctx, p.from, stride, paths, p.r.y0, s, report)
		if err != nil {
			return nil, err
		}
		if !l.add(r, from.MeanStep(stride)) || l.free {
			break
		}
	}
	out, err := e.conclude(ctx, p, l)
	if err != nil || math.IsNaN(out.Value) || math.IsNaN(out.StdErr) || slopes < 0 {
		return out, err
	}
	of, noInverse, usual := e.gradient, "the backward method asks for it", gradientPathsOf(e.Eq.Dim)
	if jumps, err := e.jumps(); err != nil {
		return nil, err
	} else if jumps {
		of, noInverse = e.byLikelihood, "a g or f that jumps asks for it"
		usual = out.Paths // its terms vary as much as those of the value
	}
	slopes = cmp.Or(slopes, usual)
	g, err := of(ctx, p.from, l, min(out.Paths, slopes))
	switch {
	case err != nil:
	case g != nil:
		out.Gradient, out.GradientStdErr = g.mean, g.stderr
		out.GradientDiscretization, out.GradientNetworkBias = g.discretization, g.bias
	case ctx.Err() == nil:
		out.NoGradient = "σ has no inverse there, and " + noInverse
	}
	return out, err
}
