// Package montecarlo simulates the formula of Feynman and Kac for equations whose generator
// is a(t,x) + b(t,x)·y, plainly by [Solve] or with the help of a nearby equation whose
// value is known by [Nearby]. The source is Karatzas, Shreve (1991), theorem 5.7.6.
package montecarlo

import (
	"context"
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

// Solve solves an equation that is linear in u and has no term in ∇u beside the drift,
//
//	f(t,x,y,z) = a(t,x) + b(t,x)·y
//
// by simulating the Feynman–Kac formula
//
//	u(0,x0) = E[ Γ_T g(X_T) + ∫ Γ_t a(t,X_t) dt ],   Γ_t = exp(∫₀ᵗ b(s,X_s) ds)
//
// on paths in antithetic pairs W and −W. The law of X is sampled exactly where
// [pde.Problem.Transition] can. If in addition a and b are constants (f = 0 among them),
// the formula needs X_T alone and one step is the default. Otherwise the default is
// 100 steps, an odd number being raised by one: the integrals are taken by the
// trapezoidal rule, of weak order 2, or 1 with Euler steps, and the leading term of
// the error is removed by Richardson extrapolation from N and N/2 steps on the same
// Brownian increments.
//
// The default of Paths is 2¹⁷, a pair counting as two; there are two pairs at least.
// StdErr is the standard error of the value, extrapolated if it is, from the means of
// the pairs; it does not contain what the extrapolation leaves of the error in the time
// step. Where the values have a tail so heavy that their variance is infinite, where a few
// of them make up all of it, or where none saw g change, no standard error can be trusted,
// and the problem is refused; a rare large value that no path saw beside others that vary
// leaves no trace. For a g that is even around the mean of X_T the partner of a path tells nothing
// new. Where the value of an equation close by is known, [Nearby] makes the error
// smaller. The value does not depend on Workers. That f has the form is checked at random
// points; other generators are refused by name of the condition.
//
// Source: Karatzas, Shreve, Brownian Motion and Stochastic Calculus (1991), theorem
// 5.7.6; Talay, Tubaro, Expansion of the global error (1990) for the extrapolation;
// Glasserman, Monte Carlo Methods in Financial Engineering (2004), section 4.2.
func Solve(ctx context.Context, p pde.Problem, s pde.Sampling) (*pde.Reference, error) {
	ref, err := feynmanKacMean(ctx, &p, s)
	if err != nil {
		return nil, fmt.Errorf("simulation of the Feynman–Kac formula: %w", err)
	}
	return ref, nil
}

func feynmanKacMean(ctx context.Context, p *pde.Problem, s pde.Sampling) (*pde.Reference, error) {
	k, err := newFeynmanKac(ctx, s, 2, p)
	if err != nil {
		return nil, err
	}
	parts, kept := make([]sample.Moments, k.w.Chunks(k.pairs)), make([]float64, min(k.pairs, sample.Kept))
	err = k.run(func(chunk, pair int, v []float64) {
		parts[chunk].Add(v[0])
		if pair < len(kept) {
			kept[pair] = v[0]
		}
	}, ranks.Each(parts, 1), ranks.Each(kept, k.w.Chunk()))
	if err != nil {
		return nil, err
	}
	sum := sample.Merged(parts)
	if v := sum.Mean + sum.M2; math.IsNaN(v) || math.IsInf(v, 0) {
		return nil, k.notFinite()
	}
	if err := k.trust(kept); err != nil {
		return nil, err
	}
	return &pde.Reference{
		Value: sum.Mean, StdErr: sum.StdErr(), Method: "Monte Carlo", Cost: k.cost(), Source: k.source(),
	}, nil
}

// feynmanKac simulates the formula for problems that differ in f and g alone.
type feynmanKac struct {
	w      *paths.Walk
	list   []*affine
	pairs  int
	ranges [][2]float64  // least and largest value of the paths of a chunk, for the first problem
	points *probe.Points // of the first problem
}

// newFeynmanKac checks the problems, which have the process of the first, and chooses
// the steps; the number of pairs is raised to least.
func newFeynmanKac(ctx context.Context, s pde.Sampling, least int, problems ...*pde.Problem) (*feynmanKac, error) {
	var tr *pde.Transition
	k, exact := &feynmanKac{}, true
	for i, p := range problems {
		err := p.Validate()
		if err == nil && i == 0 {
			tr, err = p.Transition()
		}
		if err != nil {
			return nil, err
		}
		pr, err := probe.New(p, tr, s, paths.ForMonteCarlo)
		if err != nil {
			return nil, err
		}
		if err := linearInY(pr); err != nil {
			return nil, err
		}
		c, err := newAffine(p)
		if err != nil {
			return nil, err
		}
		c.g = pr.G
		if i == 0 {
			k.points = pr
		}
		k.list = append(k.list, c)
		exact = exact && tr.Exact && c.constant
	}
	if exact {
		s = s.WithDefaults(1<<17, 1)
	} else {
		s = s.WithDefaults(1<<17, 100)
	}
	w, err := paths.NewWalk(ctx, problems[0], tr, s, paths.ForMonteCarlo, !exact)
	if err != nil {
		return nil, err
	}
	w.Mirror = true
	k.w, k.pairs = w, max((s.Paths+1)/2, least)
	k.ranges = make([][2]float64, w.Chunks(k.pairs))
	return k, nil
}

// run calls seen for every pair, in order within a chunk, with the means of the pair's
// two values for each of the problems. What it writes must be in outs.
func (k *feynmanKac) run(seen func(chunk, pair int, v []float64), outs ...ranks.Out) error {
	w := k.w
	return parallel.Share(w.Context, w.Sampling.Workers, w.Chunks(k.pairs), func(c int) error {
		first := c * w.Chunk()
		n := min(w.Chunk(), k.pairs-first)
		values, err := kacValues(w, k.list, first, n)
		if err != nil {
			return err
		}
		k.ranges[c] = [2]float64{slices.Min(values[0]), slices.Max(values[0])}
		v := make([]float64, len(values))
		for i := range n {
			for j, all := range values {
				v[j] = (all[i] + all[n+i]) / 2
			}
			seen(c, first+i, v)
		}
		return nil
	}, append(outs, ranks.Each(k.ranges, 1))...)
}

// trust tells why the standard error of some values cannot be trusted.
func (k *feynmanKac) trust(values []float64) error {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, r := range k.ranges {
		lo, hi = math.Min(lo, r[0]), math.Max(hi, r[1])
	}
	if lo == hi {
		varies, err := k.points.TerminalVaries()
		if err != nil {
			return err
		}
		if varies {
			return fmt.Errorf("all of %d paths have the value %g, though g is not constant: none came to where it changes, so that there is no standard error", 2*k.pairs, lo)
		}
	}
	if err := sample.Trust(values); err != nil {
		return fmt.Errorf("no standard error can be trusted: %w", err)
	}
	return nil
}

// cost counts the evaluations of f and g.
func (k *feynmanKac) cost() int64 {
	perPath, w := 0, k.w
	for _, c := range k.list {
		perPath++
		double := w.Coarse && !w.Transition.Exact
		if double {
			perPath++
		}
		if !c.constant {
			perPath += 2 * (w.Sampling.Steps + 1)
			if double {
				perPath += 2 * (w.Sampling.Steps/2 + 1)
			}
		}
	}
	return int64(2*k.pairs) * int64(perPath)
}

func (k *feynmanKac) source() string {
	return fmt.Sprintf("Feynman–Kac, %d paths in antithetic pairs, steps %d, seed %d; %s", 2*k.pairs, k.w.Sampling.Steps, k.w.Sampling.Seed, sample.Blind)
}

func (k *feynmanKac) notFinite() error {
	return fmt.Errorf("the values of the paths are not finite; are μ, σ, f and g on all of the paths, with finite variance?%s", paths.EulerHint(k.w.Transition))
}
