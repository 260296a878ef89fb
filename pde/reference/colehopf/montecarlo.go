package colehopf

import (
	"context"
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/parallel"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/internal/paths"
	"github.com/deepbsde/deepbsde/pde/reference/internal/probe"
)

// minEffective is the effective sample size m of n paths below which a mean of
// exponentials is not to be trusted: it then hangs on a few paths, and its standard error
// on fewer still. Where weights are like lognormal ones, exp(τξ), m is n·exp(−τ²), and the
// variance of the weights is known to a relative error of √(exp(4τ²)/n) = √(n³/m⁴) only,
// which must not be larger than 1. (A test on the sample's own fourth moment would make
// it worse: it would choose the samples that missed the large weights.)
func minEffective(n int) float64 { return math.Max(100, math.Pow(float64(n), 0.75)) }

// MonteCarlo solves the quadratic Hamilton–Jacobi–Bellman equation with any drift,
// diffusion and terminal function,
//
//	f = −λ‖z‖²/2,   u(0,x0) = −(1/λ) ln E exp(−λ g(X_T)),   λ ≠ 0
//
// which the substitution v = exp(−λu) turns into a linear one, by simulating X_T; see
// [Quadrature] for the quadrature where everything is radial. All exponentials are taken
// relative to the largest, so that neither large λ nor large d underflows. The bias of
// the logarithm of a mean over n paths, of the first order −s²/(2m²n) for the sample
// mean m and variance s², is removed; StdErr is the standard error of the value by the
// delta method, (s/m)/(|λ|√n).
//
// The defaults are 2¹⁷ paths and, where [pde.Problem.Transition] samples X_T exactly, one
// step; else 100 Euler steps (an odd number is raised by one), with the error of first
// order in the step removed by extrapolation from N and N/2 steps on the same
// Brownian increments.
//
// Where λ·g varies much over the paths, a few of them make up the whole mean. An
// effective sample size (Σw)²/Σw² of the weights w = exp(−λg) below 100, or below the
// number of paths to the power of ¾, is therefore an error: intervals from such samples
// hold the value too seldom. Other generators are refused, by values at random points.
//
// Source: Chassagneux, Richou (2016); E, Han, Jentzen (2017), section 4.2; Kong (1992)
// for the effective sample size.
func MonteCarlo(ctx context.Context, p pde.Problem, lambda float64, s pde.Sampling) (*pde.Reference, error) {
	ref, err := simulated(ctx, &p, lambda, s)
	if err != nil {
		return nil, fmt.Errorf("Cole–Hopf Monte Carlo: %w", err)
	}
	return ref, nil
}

func simulated(ctx context.Context, p *pde.Problem, lambda float64, s pde.Sampling) (*pde.Reference, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if lambda == 0 || math.IsNaN(lambda) || math.IsInf(lambda, 0) {
		return nil, fmt.Errorf("λ is %g, want a finite number other than 0", lambda)
	}
	tr, err := p.Transition()
	if err != nil {
		return nil, err
	}
	pr, err := probe.New(p, tr, s, paths.ForColeHopf)
	if err != nil {
		return nil, err
	}
	if err := quadraticInZ(pr, lambda); err != nil {
		return nil, err
	}
	cost := int64(1)
	if tr.Exact {
		s = s.WithDefaults(1<<17, 1)
	} else {
		s = s.WithDefaults(1<<17, 100)
		cost = 2
	}
	w, err := paths.NewWalk(ctx, p, tr, s, paths.ForColeHopf, !tr.Exact)
	if err != nil {
		return nil, err
	}
	parts := make([]exponentials, w.Chunks(s.Paths))
	err = parallel.Chunks(ctx, s.Workers, len(parts), func(k int) error {
		first := k * w.Chunk()
		return w.Run(first, min(w.Chunk(), s.Paths-first), func(at paths.Position) error {
			if at.K < w.Sampling.Steps {
				return nil
			}
			near := make([]float64, len(at.Near)/p.Dim)
			far := near
			if err := pr.G.Eval(len(near), near, at.Near); err != nil {
				return err
			}
			if w.Coarse {
				far = make([]float64, len(near))
				if err := pr.G.Eval(len(far), far, at.Far); err != nil {
					return err
				}
			}
			parts[k] = sumExponentials(-lambda, near, far)
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	var sum exponentials
	for _, e := range parts {
		sum.merge(e)
	}
	// ln E w, or its extrapolation 2·(fine) − (coarse).
	value, variance := sum.log(0), sum.relative(0, 0)
	if w.Coarse {
		value = 2*value - sum.log(1)
		variance = 4*variance - 4*sum.relative(0, 1) + sum.relative(1, 1)
	}
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return nil, fmt.Errorf("the mean of exp(−λg) is not finite; are μ, σ and g on all of the paths?%s", paths.EulerHint(tr))
	}
	if n, want := sum.effective(), minEffective(s.Paths); n < want {
		return nil, fmt.Errorf("the effective sample size is %.3g of %d paths, want at least %.0f: with λ=%g a few paths make up the mean of exp(−λg); simulate more paths, take a smaller λ or, where everything is radial, the quadrature", n, s.Paths, want, lambda)
	}
	return &pde.Reference{
		Value: -value / lambda, StdErr: math.Sqrt(math.Max(variance, 0)) / math.Abs(lambda),
		Method: "Cole–Hopf Monte Carlo", Cost: cost * int64(s.Paths),
		Source: fmt.Sprintf("%d paths, steps %d, seed %d", s.Paths, w.Sampling.Steps, s.Seed),
	}, nil
}

// exponentials are the moments of two samples of weights, each relative to the
// largest of it.
type exponentials struct {
	n    float64
	top  [2]float64    // logarithm of the largest weight
	mean [2]float64    // of weight/largest
	m2   [2][2]float64 // sums of products of deviations
}

// sumExponentials are the moments of exp(c·a) and exp(c·b).
func sumExponentials(c float64, a, b []float64) exponentials {
	var sum exponentials
	for i := range a {
		sum.merge(exponentials{n: 1, top: [2]float64{c * a[i], c * b[i]}, mean: [2]float64{1, 1}})
	}
	return sum
}

// merge adds another sample (Chan, Golub, LeVeque 1979).
func (e *exponentials) merge(o exponentials) {
	if e.n == 0 || o.n == 0 {
		if e.n == 0 {
			*e = o
		}
		return
	}
	n := e.n + o.n
	var se, so, delta [2]float64
	for i := range delta {
		top := math.Max(e.top[i], o.top[i])
		if !math.IsInf(top, -1) { // else all weights are 0
			se[i], so[i] = math.Exp(e.top[i]-top), math.Exp(o.top[i]-top)
		}
		e.top[i] = top
		delta[i] = so[i]*o.mean[i] - se[i]*e.mean[i]
		e.mean[i] = se[i]*e.mean[i] + delta[i]*o.n/n
	}
	for i := range delta {
		for j := range delta {
			e.m2[i][j] = se[i]*se[j]*e.m2[i][j] + so[i]*so[j]*o.m2[i][j] + delta[i]*delta[j]*e.n*o.n/n
		}
	}
	e.n = n
}

// relative is the covariance of the means of samples i and j, divided by both means.
func (e *exponentials) relative(i, j int) float64 {
	return e.m2[i][j] / (e.n * (e.n - 1) * e.mean[i] * e.mean[j])
}

// log is ln E w of sample i without the bias of the first order.
func (e *exponentials) log(i int) float64 {
	return e.top[i] + math.Log(e.mean[i]) + e.relative(i, i)/2
}

// effective is (Σw)²/Σw² of the first sample.
func (e *exponentials) effective() float64 {
	sum := e.n * e.mean[0]
	return sum * sum / (e.m2[0][0] + sum*e.mean[0])
}
