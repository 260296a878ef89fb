package montecarlo

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/internal/paths"
	"github.com/deepbsde/deepbsde/pde/reference/internal/probe"
	"github.com/deepbsde/deepbsde/pde/reference/internal/sample"
	"gonum.org/v1/gonum/floats"
)

// Nearby is [Solve] with the help of a nearby problem whose value u₀ is
// known: an equation with the same process (μ, σ, Start, Horizon), another g or f, and
// Exact or Reference given. Both are simulated on the same paths, and the error that
// the nearby one shows is taken off as a control variate,
//
//	V − β(V₀ − u₀)
//
// for the means V and V₀ of the values of the paths. β minimises the variance; it is
// found by regression of the pairs of one half of the sample (those of even number) and
// used on the other half, and the reverse. A coefficient is thus independent of the
// values that it is multiplied with: unlike with one regression over all pairs, the
// mean is exact.
//
// StdErr is that of the corrected values, and of the nearby Reference where it has one,
// times β. It falls by the factor √(1−ρ²), ρ being the correlation of the two values of
// a pair; a nearby problem that has nothing to do with the first does no harm but its
// cost. In the time step the errors of both are extrapolated as in Solve.
//
// The defaults are those of Solve; there are 32 pairs at least. Conditions, each
// refused by name: both generators are a(t,x) + b(t,x)·y, the processes agree at random
// points, the value is known and no bound. Where Exact and Reference are given Exact is
// used.
//
// Source: Glasserman, Monte Carlo Methods in Financial Engineering (2004), sections
// 4.1.1 and 4.1.3 (bias); Kemna, Vorst, J. Banking Finance 14 (1990), for the geometric
// mean as the neighbour of the arithmetic one.
func Nearby(ctx context.Context, p, nearby pde.Problem, s pde.Sampling) (*pde.Reference, error) {
	ref, err := controlledMean(ctx, &p, &nearby, s)
	if err != nil {
		return nil, fmt.Errorf("simulation of the Feynman–Kac formula with a nearby problem: %w", err)
	}
	return ref, nil
}

func controlledMean(ctx context.Context, p, nearby *pde.Problem, s pde.Sampling) (*pde.Reference, error) {
	if err := sameProcess(p, nearby, s); err != nil {
		return nil, err
	}
	k, err := newFeynmanKac(ctx, s, 32, p, nearby)
	if err != nil {
		return nil, err
	}
	known, err := nearby.ExactReference()
	switch {
	case err != nil:
		return nil, err
	case known == nil:
		known = nearby.Reference
	}
	if known == nil || known.Bound != pde.Neither || !(known.StdErr >= 0) || math.IsNaN(known.Value-known.Value) {
		return nil, fmt.Errorf("needs the value of the nearby problem, by Exact or a finite Reference that is no bound; it has %+v", known)
	}
	parts, kept := make([][2]joint, k.w.Chunks(k.pairs)), make([][2]float64, min(k.pairs, sample.Kept))
	err = k.run(func(chunk, pair int, v []float64) {
		if pair < len(kept) {
			kept[pair] = [2]float64{v[0], v[1]}
		}
		parts[chunk][pair%2].merge(joint{n: 1, mean: [2]float64{v[0], v[1]}})
	}, ranks.Each(parts, 1), ranks.Each(kept, k.w.Chunk()))
	if err != nil {
		return nil, err
	}
	var half [2]joint
	for _, part := range parts {
		half[0].merge(part[0])
		half[1].merge(part[1])
	}
	var value, variance, weight float64
	for i := range half {
		beta := half[1-i].slope()
		share := half[i].n / (half[0].n + half[1].n)
		value += share * (half[i].mean[0] - beta*(half[i].mean[1]-known.Value))
		variance += share * share * half[i].residual(beta) / half[i].n
		weight += share * beta
	}
	if v := value + variance; math.IsNaN(v) || math.IsInf(v, 0) {
		return nil, k.notFinite()
	}
	rest := make([]float64, len(kept))
	for i, v := range kept {
		rest[i] = v[0] - half[1-i%2].slope()*v[1]
	}
	if err := k.trust(rest); err != nil {
		return nil, err
	}
	return &pde.Reference{
		Value: value, StdErr: math.Hypot(math.Sqrt(variance), weight*known.StdErr), Method: "Monte Carlo with a nearby problem", Cost: k.cost(),
		Source: fmt.Sprintf("%s; β=%.4g for %s, known by %s", k.source(), weight, nearby.Name, known.Method),
	}, nil
}

// joint are the number, means and sums of products of deviations of pairs of numbers.
type joint struct {
	n    float64
	mean [2]float64
	m2   [2][2]float64
}

// merge adds another sample (Chan, Golub, LeVeque 1979).
func (j *joint) merge(o joint) {
	n := j.n + o.n
	if n == 0 {
		return
	}
	delta := [2]float64{o.mean[0] - j.mean[0], o.mean[1] - j.mean[1]}
	for a := range delta {
		j.mean[a] += delta[a] * o.n / n
		for b := range delta {
			j.m2[a][b] += o.m2[a][b] + delta[a]*delta[b]*j.n*o.n/n
		}
	}
	j.n = n
}

// slope is the regression coefficient of the first number on the second, 0 where the
// second is constant but for rounding.
func (j *joint) slope() float64 {
	if j.m2[1][1] <= 1e-24*j.n*j.mean[1]*j.mean[1] {
		return 0
	}
	return j.m2[0][1] / j.m2[1][1]
}

// residual is the variance of the first number minus beta times the second.
func (j *joint) residual(beta float64) float64 {
	return math.Max(j.m2[0][0]-2*beta*j.m2[0][1]+beta*beta*j.m2[1][1], 0) / (j.n - 1)
}

// sameProcess compares dX = μ dt + σ dW of two problems, the coefficients at random
// points.
func sameProcess(p, o *pde.Problem, s pde.Sampling) error {
	if err := errors.Join(p.Validate(), o.Validate()); err != nil {
		return err
	}
	switch {
	case p.Dim != o.Dim:
		return fmt.Errorf("needs a nearby problem of the same Dim, has %d and %d", p.Dim, o.Dim)
	case p.Horizon != o.Horizon:
		return fmt.Errorf("needs a nearby problem of the same Horizon, has %g and %g", p.Horizon, o.Horizon)
	case !slices.Equal(p.Start, o.Start):
		return fmt.Errorf("needs a nearby problem of the same Start, has %g and %g", p.Start, o.Start)
	}
	tr, err := p.Transition()
	if err != nil {
		return err
	}
	pr, err := probe.New(p, tr, s, paths.ForMonteCarlo)
	if err != nil {
		return err
	}
	d := p.Dim
	t, x, dw := expr.Input("t", 1), expr.Input("x", d), expr.Input("dw", d)
	for _, c := range []struct {
		field     string
		mine, its expr.Value
	}{
		{"Drift", p.DriftOrZero().At(t, x), o.DriftOrZero().At(t, x)},
		{"Diffusion", p.Diffusion.Mul(t, x, dw), o.Diffusion.Mul(t, x, dw)},
	} {
		mine, its := make([]float64, d*probe.Count), make([]float64, d*probe.Count)
		for to, out := range map[*[]float64]expr.Value{&mine: c.mine, &its: c.its} {
			f, err := expr.Compile(out, t, x, dw)
			if err == nil {
				err = f.Eval(probe.Count, *to, pr.T, pr.X, pr.Z[:d*probe.Count])
			}
			if err != nil {
				return err
			}
		}
		for r, v := range mine {
			size := floats.Norm(mine[r/d*d:(r/d+1)*d], math.Inf(1))
			if !(math.Abs(its[r]-v) <= 1e-10*size) {
				return fmt.Errorf("needs a nearby problem of the same %s: at t=%.3g and a random x component %d is %g and %g", c.field, pr.T[r/d], r%d, v, its[r])
			}
		}
	}
	return nil
}
