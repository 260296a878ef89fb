package colehopf

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff/parallel"
	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/internal/paths"
	"github.com/deepbsde/deepbsde/pde/reference/internal/probe"
	"github.com/deepbsde/deepbsde/pde/reference/internal/sample"
)

// minEffective is the effective sample size m of n paths below which a mean of
// exponentials is not to be trusted: it then hangs on a few paths, and its standard error
// on fewer still. Where weights are like lognormal ones, exp(τξ), m is n·exp(−τ²), and the
// variance of the weights is known to a relative error of √(exp(4τ²)/n) = √(n³/m⁴) only,
// which must not be larger than 1. (A test on the sample's own fourth moment would make
// it worse: it would choose the samples that missed the large weights.)
func minEffective(n int) float64 { return math.Max(100, math.Pow(float64(n), 0.75)) }

// mostShare is what the largest 0.1 % of the weights may carry of their sum.
const mostShare = 0.3

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
// hold the value too seldom. So is a sample whose largest 0.1 % of the weights carry more
// than 30 % of their sum, or whose weights have a tail of infinite variance. Source states
// both numbers. What no sample shows are weights that no path had: a g that is very low
// (λ > 0) where paths hardly come. Other generators are refused, by values at random points.
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
	parts, kept := make([]exponentials, w.Chunks(s.Paths)), make([]float64, min(s.Paths, sample.Kept))
	err = parallel.Share(ctx, s.Workers, len(parts), func(k int) error {
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
			copy(kept[min(first, len(kept)):], near)
			if w.Coarse {
				far = make([]float64, len(near))
				if err := pr.G.Eval(len(far), far, at.Far); err != nil {
					return err
				}
			}
			parts[k] = sumExponentials(-lambda, near, far)
			return nil
		})
	}, ranks.Each(parts, 1), ranks.Each(kept, w.Chunk()))
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
	if slices.Min(kept) == slices.Max(kept) {
		if varies, err := pr.TerminalVaries(); err != nil || varies {
			return nil, errors.Join(err, fmt.Errorf("g is %g on all of %d paths, though it is not constant: none came to where it changes", kept[0], s.Paths))
		}
	}
	for i, g := range kept { // to weights
		kept[i] = math.Exp(-lambda*g - sum.top[0])
	}
	share := sample.Largest(kept)
	if share > mostShare {
		return nil, fmt.Errorf("the largest 0.1 %% of the weights exp(−λg) carry %.0f %% of their sum, want %.0f %% at most: with λ=%g a few paths make up the mean; simulate more paths or take another method", 100*share, 100*mostShare, lambda)
	}
	if err := sample.Heavy(kept); err != nil {
		return nil, fmt.Errorf("the standard error of the mean of exp(−λg) cannot be trusted: %w", err)
	}
	return &pde.Reference{
		Value: -value / lambda, StdErr: math.Sqrt(math.Max(variance, 0)) / math.Abs(lambda),
		Method: "Cole–Hopf Monte Carlo", Cost: cost * int64(s.Paths),
		Source: fmt.Sprintf("%d paths, steps %d, seed %d; effective sample size %.0f %%, the largest 0.1 %% of the weights carry %.2g %%; %s",
			s.Paths, w.Sampling.Steps, s.Seed, 100*sum.effective()/float64(s.Paths), 100*share, sample.Blind),
	}, nil
}
