// Package branching simulates branching diffusions: an equation whose generator is a
// polynomial in u is solved by the mean over random trees of particles, without time
// steps. It needs a process that is sampled exactly, a bounded terminal function and a
// horizon before the blow-up of a majorant. The source is Henry-Labordère, Tan, Touzi
// (2014).
package branching

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/autodiff/parallel"
	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/internal/paths"
	"github.com/deepbsde/deepbsde/pde/reference/internal/probe"
	"github.com/deepbsde/deepbsde/pde/reference/internal/sample"
)

// Solve solves an equation with a polynomial in u alone,
//
//	f(t,x,y,z) = Σ a_k yᵏ,   k = 0 … 5, constant a_k
//
// by branching diffusions. A particle starts in Start and moves like X; at a random
// time it dies and leaves k others in its place; u(0,x0) is the mean over the trees of
// the product of a_k/(p_k β) over the deaths, of g(X_T) over the particles alive at T,
// and of the inverses of the probabilities to survive. There are no time steps: the
// process must be one that [pde.Problem.Transition] samples exactly.
//
// The term a₁y is no branching type but a factor exp(a₁·lifetime) of every particle:
// this is the mean over the branchings of one particle into one, given all the others,
// and so has the smaller variance (Rao–Blackwell). Rates and probabilities of the other
// terms are p_k ∝ |a_k| m^{k−1}, β = Σ |a_k| m^{k−1}, where m(T−t) is the majorant of
// |u| that solves m′ = a₁m + Σ_{k≠1}|a_k|mᵏ from m(0) = sup|g|: the weight of every
// tree is then at most m(T), and the variance is finite, if m does not blow up before
// T. This is the condition of Henry-Labordère with the sign of a₁ in favour; where it
// fails the problem is refused, as it is where a path would have more than 1000
// particles in the mean. sup|g| is the largest of |g(X_T)| among 4096 samples; beyond
// it the estimate is still right in the mean, but weights may exceed the bound. The
// condition is therefore checked again, with the largest |g| that the particles met, and
// weights whose tail is so heavy that no standard error can be trusted are refused.
//
// Coefficients are found by interpolation in Chebyshev points and verified at random
// points; other generators are refused by name of the condition. The default is 2²⁰
// paths (trees); Steps is not used. StdErr is the standard error, Cost the evaluations
// of g. The value does not depend on Workers.
//
// Source: Rasulov, Raimova, Mascagni (2010); Henry-Labordère (2012); Henry-Labordère,
// Tan, Touzi (2014).
func Solve(ctx context.Context, p pde.Problem, s pde.Sampling) (*pde.Reference, error) {
	ref, err := trees(ctx, &p, s)
	if err != nil {
		return nil, fmt.Errorf("branching diffusion: %w", err)
	}
	return ref, nil
}

func trees(ctx context.Context, p *pde.Problem, s pde.Sampling) (*pde.Reference, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	tr, err := p.Transition()
	if err != nil {
		return nil, err
	}
	if !tr.Exact {
		return nil, fmt.Errorf("needs a process that is sampled exactly (constant coefficients, geometric Brownian motion, Ornstein–Uhlenbeck), the problem has drift %T and diffusion %T", p.DriftOrZero(), p.Diffusion)
	}
	s = s.WithDefaults(1<<20, 1)
	w, err := paths.NewWalk(ctx, p, tr, s, paths.ForBranching, false)
	if err != nil {
		return nil, err
	}
	pr, err := probe.New(p, tr, s, paths.ForBranching)
	if err != nil {
		return nil, err
	}
	sup, err := largestTerminal(p, tr, pr.G, s)
	if err != nil {
		return nil, err
	}
	a, err := polynomial(pr, math.Max(1, 2*sup))
	if err != nil {
		return nil, err
	}
	// Any start of m is right in the mean; one far below a₀T, the first growth of m,
	// would only waste particles.
	start := math.Max(sup, math.Abs(a[0])*p.Horizon/100)
	if start == 0 {
		start = 1
	}
	law, err := newLaw(a, start, p.Horizon)
	if err != nil {
		return nil, err
	}
	kept := make([]float64, min(s.Paths, sample.Kept))
	parts, cost, tops := make([]sample.Moments, w.Chunks(s.Paths)), make([]int64, w.Chunks(s.Paths)), make([]float64, w.Chunks(s.Paths))
	forests := sync.Pool{New: func() any { return newForest(law, tr, pr.G, p.Start, &s) }}
	err = parallel.Share(ctx, s.Workers, len(parts), func(k int) error {
		first := k * w.Chunk()
		f := forests.Get().(*forest)
		defer forests.Put(f)
		values, err := f.grow(first, min(w.Chunk(), s.Paths-first))
		for i, v := range values {
			parts[k].Add(v)
			if first+i < len(kept) {
				kept[first+i] = v
			}
		}
		cost[k], tops[k] = f.cost, f.top
		return err
	}, ranks.Each(parts, 1), ranks.Each(cost, 1), ranks.Each(tops, 1), ranks.Each(kept, w.Chunk()))
	if err != nil {
		return nil, err
	}
	sum, total := sample.Merged(parts), int64(0)
	for _, c := range cost {
		total += c
	}
	if v := sum.Mean + sum.M2; math.IsNaN(v) || math.IsInf(v, 0) {
		return nil, fmt.Errorf("the weights of the paths are not finite; is g on all of the paths?")
	}
	if top := slices.Max(tops); top > start {
		if _, err := newLaw(a, top, p.Horizon); err != nil {
			return nil, fmt.Errorf("|g| reaches %.4g on the paths, beyond the %.4g of 4096 samples of X_T: %w", top, sup, err)
		}
	}
	if slices.Min(kept) == slices.Max(kept) && a == [maxPower + 1]float64{1: a[1]} { // the tree is one particle
		if varies, err := pr.TerminalVaries(); err != nil || varies {
			return nil, errors.Join(err, fmt.Errorf("all of %d paths have the value %g, though g is not constant: none came to where it changes, so that there is no standard error", s.Paths, kept[0]))
		}
	}
	if err := sample.Trust(kept); err != nil {
		return nil, fmt.Errorf("no standard error can be trusted: %w", err)
	}
	return &pde.Reference{
		Value: sum.Mean, StdErr: sum.StdErr(), Method: "branching diffusion", Cost: total,
		Source: fmt.Sprintf("%d paths, seed %d; %s", s.Paths, s.Seed, sample.Blind),
	}, nil
}

// largestTerminal is the largest |g(X_T)| among 4096 samples; the number depends on
// neither Paths nor Workers, and the samples, of Batch 2, are those of no path.
func largestTerminal(p *pde.Problem, tr *pde.Transition, g *expr.Func, s pde.Sampling) (float64, error) {
	d, top := p.Dim, 0.0
	noise, x, v := make([]float64, d*(1+tr.Extra)), make([]float64, d), make([]float64, 1)
	for i := range 4096 {
		stream := paths.Stream(s, paths.ForBranching, i)
		stream.Batch = 2
		stream.Normals(noise, 1)
		for j := range d {
			noise[j] *= math.Sqrt(p.Horizon)
		}
		if err := tr.Step(0, p.Horizon, 1, p.Start, noise[:d], noise[d:], x); err != nil {
			return 0, err
		}
		if err := g.Eval(1, v, x); err != nil {
			return 0, err
		}
		top = math.Max(top, math.Abs(v[0])) // NaN stays
	}
	if math.IsNaN(top) || math.IsInf(top, 0) {
		return 0, fmt.Errorf("needs a bounded terminal function, |g(X_T)| reaches %g", top)
	}
	return top, nil
}

// polynomial interpolates f in y by degree 5 in the Chebyshev points of [−r, r] and
// compares with f at other points; terms of the size of rounding are 0.
func polynomial(pr *probe.Points, r float64) (a [maxPower + 1]float64, err error) {
	const n = maxPower + 1
	var y, c [n]float64
	for i := range y {
		y[i] = r * math.Cos(math.Pi*(float64(i)+0.5)/n)
		if c[i], err = pr.Generator(0, y[i], 0, 0); err != nil {
			return a, err
		}
	}
	for k := 1; k < n; k++ { // Newton's divided differences
		for i := n - 1; i >= k; i-- {
			c[i] = (c[i] - c[i-1]) / (y[i] - y[i-k])
		}
	}
	for i := n - 1; i >= 0; i-- { // a ← a·(y − y_i) + c_i
		for k := n - 1; k > 0; k-- {
			a[k] = a[k-1] - y[i]*a[k]
		}
		a[0] = c[i] - y[i]*a[0]
	}
	size := func(y float64) (s float64) {
		for k, v := range a {
			s += math.Abs(v) * math.Pow(math.Abs(y), float64(k))
		}
		return s
	}
	for i := range probe.Count {
		for _, scale := range []float64{0.1, 1, 5} {
			y := pr.Y[3*i] * r * scale
			f, err := pr.Generator(i, y, scale, 0)
			if err != nil {
				return a, err
			}
			sum := 0.0
			for k := n - 1; k >= 0; k-- {
				sum = sum*y + a[k]
			}
			if !(math.Abs(f-sum) <= 1e-9*size(math.Max(r, math.Abs(y)))) {
				return a, fmt.Errorf("needs a generator that is a polynomial in y of degree at most %d with constant coefficients; at t=%.3g, y=%.4g with x and z at random it is %g, the polynomial %g", maxPower, pr.T[i], y, f, sum)
			}
		}
	}
	rounding := 1e-13 * size(r)
	for k, v := range a {
		if math.Abs(v)*math.Pow(r, float64(k)) <= rounding {
			a[k] = 0
		}
	}
	return a, nil
}
