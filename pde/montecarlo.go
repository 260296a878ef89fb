package pde

import (
	"context"
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// MonteCarlo solves an equation that is linear in u and has no term in ∇u beside the
// drift,
//
//	f(t,x,y,z) = a(t,x) + b(t,x)·y
//
// by simulating the Feynman–Kac formula
//
//	u(0,x0) = E[ Γ_T g(X_T) + ∫ Γ_t a(t,X_t) dt ],   Γ_t = exp(∫₀ᵗ b(s,X_s) ds)
//
// on paths in antithetic pairs W and −W. The law of X is sampled exactly where
// [Problem.Transition] can. If in addition a and b are constants (f = 0 among them),
// the formula needs X_T alone and one step is the default. Otherwise the default is
// 100 steps, an odd number being raised by one: the integrals are taken by the
// trapezoidal rule, of weak order 2, or 1 with Euler steps, and the leading term of
// the error is removed by Richardson extrapolation from N and N/2 steps on the same
// Brownian increments.
//
// The default of Paths is 2¹⁷, a pair counting as two; there are two pairs at least. StdErr is the standard error of
// the value, extrapolated if it is, from the means of the pairs; it does not contain
// what the extrapolation leaves of the error in the time step. For a g that is even
// around the mean of X_T the partner of a path tells nothing new. The value does not
// depend on Workers. That f has the form is checked at random points; other generators
// are refused by name of the condition.
//
// Source: Karatzas, Shreve, Brownian Motion and Stochastic Calculus (1991), theorem
// 5.7.6; Talay, Tubaro, Expansion of the global error (1990) for the extrapolation;
// Glasserman, Monte Carlo Methods in Financial Engineering (2004), section 4.2.
func MonteCarlo(ctx context.Context, p Problem, s Sampling) (*Reference, error) {
	ref, err := feynmanKac(ctx, &p, s)
	if err != nil {
		return nil, fmt.Errorf("simulation of the Feynman–Kac formula: %w", err)
	}
	return ref, nil
}

func feynmanKac(ctx context.Context, p *Problem, s Sampling) (*Reference, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	tr, err := p.Transition()
	if err != nil {
		return nil, err
	}
	pr, err := newProbe(p, tr, s, forMonteCarlo)
	if err != nil {
		return nil, err
	}
	if err := pr.linearInY(); err != nil {
		return nil, err
	}
	c, err := newAffine(p)
	if err != nil {
		return nil, err
	}
	exact := tr.Exact && c.constant
	if exact {
		s = s.withDefaults(1<<17, 1)
	} else {
		s = s.withDefaults(1<<17, 100)
	}
	w, err := newWalk(ctx, p, tr, s, forMonteCarlo, !exact)
	if err != nil {
		return nil, err
	}
	w.mirror = true
	pairs := max((s.Paths+1)/2, 2) // one pair has no standard error
	parts := make([]moments, w.chunks(pairs))
	err = inChunks(ctx, s.Workers, len(parts), func(k int) error {
		first := k * w.chunk()
		n := min(w.chunk(), pairs-first)
		v, err := c.values(w, pr.g, first, n)
		for i := range n {
			parts[k].add((v[i] + v[n+i]) / 2)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	sum := merged(parts)
	if v := sum.mean + sum.m2; math.IsNaN(v) || math.IsInf(v, 0) {
		return nil, fmt.Errorf("the values of the paths are not finite; are μ, σ, f and g on all of the paths, with finite variance?%s", eulerHint(tr))
	}
	perPath := 1
	if !exact && !tr.Exact {
		perPath = 2
	}
	if !c.constant {
		perPath += 2 * (w.s.Steps + 1)
		if !tr.Exact {
			perPath += 2 * (w.s.Steps/2 + 1)
		}
	}
	return &Reference{
		Value: sum.mean, StdErr: sum.stdErr(), Method: "Monte Carlo", Cost: int64(2*pairs) * int64(perPath),
		Source: fmt.Sprintf("Feynman–Kac, %d paths in antithetic pairs, steps %d, seed %d", 2*pairs, w.s.Steps, s.Seed),
	}, nil
}

// eulerHint names what often makes Euler paths leave the domain of the functions.
func eulerHint(tr *Transition) string {
	if tr.Exact {
		return ""
	}
	return " Euler steps may go where X does not, below 0 under a square root for example"
}

// affine is a generator a(t,x) + b(t,x)·y.
type affine struct {
	a, b     *expr.Func
	constant bool // neither depends on t or x
	a0, b0   float64
}

// newAffine takes a and b from the values of f at y = 0 and 1.
func newAffine(p *Problem) (*affine, error) {
	t, x := expr.Input("t", 1), expr.Input("x", p.Dim)
	zeros := expr.Vector(make([]float64, p.Dim))
	a := p.GeneratorAt(t, x, expr.Const(0), zeros)
	b := p.GeneratorAt(t, x, expr.Const(1), zeros).Sub(a)
	c := &affine{}
	var err error
	if c.a, err = expr.Compile(a, t, x); err != nil {
		return nil, err
	}
	if c.b, err = expr.Compile(b, t, x); err != nil {
		return nil, err
	}
	nodes, err := expr.Nodes(b, t, x) // b contains a
	if err != nil {
		return nil, err
	}
	c.constant = true
	for _, n := range nodes {
		c.constant = c.constant && n.Op != expr.OpInput
	}
	if c.constant {
		v := make([]float64, 2)
		if err := c.a.Eval(1, v[:1], []float64{0}, p.Start); err != nil {
			return nil, err
		}
		if err := c.b.Eval(1, v[1:], []float64{0}, p.Start); err != nil {
			return nil, err
		}
		c.a0, c.b0 = v[0], v[1]
	}
	return c, nil
}

// values are Γ_T g(X_T) + ∫ Γ a dt on the paths of n streams, extrapolated in the step
// where the walk has coarse paths.
func (c *affine) values(w *walk, g *expr.Func, first, n int) ([]float64, error) {
	rows := w.rows(n)
	near, far := newKac(rows), newKac(rows)
	err := w.run(first, n, func(at position) error {
		if !c.constant {
			if err := near.advance(c, at.t, w.h, at.k == 0, at.near); err != nil {
				return err
			}
			if at.far != nil {
				if err := far.advance(c, at.t, 2*w.h, at.k == 0, at.far); err != nil {
					return err
				}
			}
		}
		if at.k < w.s.Steps {
			return nil
		}
		if c.constant {
			near.constant(c, at.t)
			far.constant(c, at.t)
		}
		if err := near.terminal(g, at.near); err != nil || !w.coarse {
			return err
		}
		return far.terminal(g, at.far)
	})
	if err != nil || !w.coarse {
		return near.value, err
	}
	order := 1.0 // the weak order 1 leaves h, 2 leaves h²
	if w.tr.Exact {
		order = 3
	}
	for i, v := range far.value {
		near.value[i] += (near.value[i] - v) / order
	}
	return near.value, nil
}

// kac are the integrals of the Feynman–Kac formula along the paths of a batch, by the
// trapezoidal rule.
type kac struct {
	log   []float64 // ln Γ
	value []float64 // ∫ Γ a dt, in the end with Γ g
	a, b  []float64 // at the last time
	now   []float64
}

func newKac(rows int) *kac {
	k := &kac{}
	for _, v := range []*[]float64{&k.log, &k.value, &k.a, &k.b, &k.now} {
		*v = make([]float64, rows)
	}
	return k
}

// advance adds the step of length h that ends at (t, x), none where t is the start.
func (k *kac) advance(c *affine, t, h float64, start bool, x []float64) error {
	rows, time := len(k.log), []float64{t}
	if err := c.b.Eval(rows, k.now, time, x); err != nil {
		return err
	}
	if start {
		copy(k.b, k.now)
		return c.a.Eval(rows, k.a, time, x)
	}
	for i, b := range k.now {
		k.value[i] += h / 2 * math.Exp(k.log[i]) * k.a[i]
		k.log[i] += h / 2 * (k.b[i] + b)
		k.b[i] = b
	}
	err := c.a.Eval(rows, k.a, time, x)
	for i, a := range k.a {
		k.value[i] += h / 2 * math.Exp(k.log[i]) * a
	}
	return err
}

// constant sets the integrals up to t for constant a and b: Γ = e^{bt}, ∫ = a(e^{bt}−1)/b.
func (k *kac) constant(c *affine, t float64) {
	integral := c.a0 * t
	if c.b0 != 0 {
		integral = c.a0 * math.Expm1(c.b0*t) / c.b0
	}
	for i := range k.log {
		k.log[i], k.value[i] = c.b0*t, integral
	}
}

// terminal adds Γ g(x).
func (k *kac) terminal(g *expr.Func, x []float64) error {
	err := g.Eval(len(k.log), k.now, x)
	for i, v := range k.now {
		k.value[i] += math.Exp(k.log[i]) * v
	}
	return err
}
