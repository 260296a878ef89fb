// Package picard solves equations by full-history recursive multilevel Picard
// approximation, with f of u and of its gradient, in high dimensions. It needs a process
// that is sampled exactly. The source is E, Hutzenthaler, Jentzen, Kruse (2019, 2021) and
// Hutzenthaler, Jentzen, Kruse (2022).
package picard

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/autodiff/parallel"
	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
	"github.com/deepbsde/deepbsde/autodiff/random"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/internal/paths"
)

// Multilevel are the settings of [Solve]. Zero fields mean the defaults, which take a
// few seconds at d = 100.
type Multilevel struct {
	Level       int    // n ≥ 1, Picard iterations; default 4, with z in f 3
	Basis       int    // M, samples a level, an even number; default 12, with z in f 24
	Repetitions int    // ≥ 2, independent estimates of U_n, whose mean is taken; default 16
	Seed        uint64 // of all random numbers
	Workers     int    // goroutines, default GOMAXPROCS; results do not depend on it
}

// Solve estimates u(0, Start) by full-history recursive multilevel Picard
// approximation: Picard's iteration of
//
//	(u, z)(t,x) = E[g(X_T)·(1, w_T)] + ∫ₜᵀ E[f(r, X_r, u, z)·(1, w_r)] dr,   X_t = x
//
// with weights w_r that make a gradient of a value (see [pde.Problem.GradientWeight]), in which the change
// from one iteration to the next is sampled by the fewer points the smaller it is:
//
//	(U₀, Z₀) = 0
//	(U_n, Z_n) = M⁻ⁿ Σ g(X_T)·(1, w_T) + Σ_{l<n} M^{l−n} Σ [f(U_l, Z_l) − 1_{l>0} f(U_{l−1}, Z_{l−1})]/p(R)·(1, w_R)
//
// The sums run over Mⁿ and M^{n−l} samples of X and of a time R with the density p, and
// every U_l, Z_l at (R, X_R) is sampled afresh. R is uniform on [t,T], or where f depends
// on z, p ∝ (r−t)^{−½}, so that w_R/p(R), w_R of size (r−t)^{−½}, has a finite variance.
//
// Three departures from the papers make the errors smaller. The times of a sum are
// stratified. Where f depends on z a sample is a pair of paths driven by W and −W, which
// does for z what the papers' g(X_T) − g(x) does, and more: even parts of g and f cancel.
// Neither changes a mean. And f of noisy U, Z, which in the mean is not f of their means,
// is replaced by the jackknife of two halves a, b of the samples of U, Z:
//
//	2f((a+b)/2) − ½f(a) − ½f(b)
//
// which has no such bias for f quadratic (it is a·b for ‖z‖²). At d = 100, where Z is a
// hundred noisy numbers, this decides: on hjb it took the error from 0.16 to 0.01 %.
//
// Conditions: X has an exact transition (constant coefficients, geometric Brownian
// motion or Ornstein–Uhlenbeck); others are refused by name. The proofs want f Lipschitz
// in y and z and, with z, g Lipschitz. Without that, or with a long horizon, the
// variance may be infinite: StdErr is then large and does not fall as it should.
//
// The work grows as a power of n times Mⁿ, times d. The error is of three parts:
//
//   - the scatter of the repetitions, whose standard error s is estimated;
//   - n iterations are not infinitely many;
//   - what the jackknife leaves of the bias from noise: of order M^{2(1−n)} for smooth f,
//     more at a kink, where for f convex in z (a maximum, as in diff-rates) it raises the
//     value and for concave f it lowers it. Only the noise of level n−1 counts, the
//     others cancel in the sum over l.
//
// The last two are judged together by the term l = n−1: its mean c is what the last
// iteration changed, taken from the same samples, and r its ratio to the change before.
// Then
//
//	StdErr = √((q·s/1.96)² + c²·max(1, r/(1−r))²)
//
// with q the 97.5 % quantile of Student's t of Repetitions−1 degrees of freedom, so that
// Value ± 1.96 StdErr is a 95 % interval where c is 0. That the geometric series bounds
// the two parts is usual, where the changes fall fast from level to level, but not proved
// for any one problem: compare with another Level and Basis. At Level 1, c is the whole of
// f. Refused are changes that do not shrink (r > 0.8), an f so steep in y or z that n
// iterations cannot have settled, and a g of which no standard error can be trusted. Cost
// counts single evaluations of f and of g.
//
// Source: E, Hutzenthaler, Jentzen, Kruse (2019), J. Sci. Comput. 79, and (2021), PDE
// Appl. 2; Hutzenthaler, Jentzen, Kruse, Nguyen, von Wurstemberger (2020), Proc. R. Soc.
// A 476; with gradient Hutzenthaler, Jentzen, Kruse (2022), Found. Comput. Math. 22.
func Solve(ctx context.Context, p pde.Problem, m Multilevel) (*pde.Reference, error) {
	e, err := newEquation(p)
	if err != nil {
		return nil, fmt.Errorf("multilevel Picard: %w", err)
	}
	m = m.withDefaults(e.gradient)
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("multilevel Picard: %w", err)
	}
	if err := e.settles(ctx, &p, m, random.Stream{Key: random.Key(m.Seed, uint64(paths.ForPicard)), Batch: uint32(m.Repetitions)}); err != nil {
		return nil, fmt.Errorf("multilevel Picard: %w", err)
	}
	terms, seen, cost := make([][]float64, m.Repetitions), make([][]float64, m.Repetitions), make([]int64, m.Repetitions)
	err = parallel.Share(ctx, m.Workers, m.Repetitions, func(c int) error {
		r := e.newRun(ctx, m, random.Stream{Key: random.Key(m.Seed, uint64(paths.ForPicard)), Batch: uint32(c)})
		var err error
		terms[c], err = r.estimate(p.Start)
		cost[c], seen[c] = r.cost, r.seen
		return err
	}, ranks.Each(terms, 1), ranks.Each(seen, 1), ranks.Each(cost, 1))
	if err != nil {
		return nil, fmt.Errorf("multilevel Picard: %w", err)
	}
	ref := &pde.Reference{
		Method: "multilevel Picard",
		Source: fmt.Sprintf("%d repetitions at level %d with basis %d, seed %d", m.Repetitions, m.Level, m.Basis, m.Seed),
	}
	for _, c := range cost {
		ref.Cost += c
	}
	s := newSeries(terms)
	ref.Value, ref.StdErr = s.value, math.Hypot(s.scatter, s.rest())
	if math.IsNaN(ref.StdErr) || math.IsInf(ref.StdErr, 0) {
		return nil, fmt.Errorf("multilevel Picard: the estimates are not finite (mean %g); f grows too fast in y or z for this horizon (level %d, basis %d)", ref.Value, m.Level, m.Basis)
	}
	if err := errors.Join(e.trust(&p, slices.Concat(seen...)), s.converges()); err != nil {
		return nil, fmt.Errorf("multilevel Picard: %w", err)
	}
	return ref, nil
}

func (m Multilevel) withDefaults(gradient bool) Multilevel {
	level, basis := 4, 12
	if gradient {
		level, basis = 3, 24
	}
	for _, f := range []struct {
		field *int
		value int
	}{{&m.Level, level}, {&m.Basis, basis}, {&m.Repetitions, 16}, {&m.Workers, runtime.GOMAXPROCS(0)}} {
		if *f.field == 0 {
			*f.field = f.value
		}
	}
	return m
}

func (m Multilevel) check() error {
	switch {
	case m.Level < 1:
		return fmt.Errorf("setting Level is %d, want at least 1", m.Level)
	case m.Basis < 2 || m.Basis%2 != 0:
		return fmt.Errorf("setting Basis is %d, want an even number, at least 2: the samples are halved", m.Basis)
	case m.Repetitions < 2:
		return fmt.Errorf("setting Repetitions is %d, want at least 2: the error is estimated from their scatter", m.Repetitions)
	case m.Workers < 1:
		return fmt.Errorf("setting Workers is %d, want at least 1", m.Workers)
	case math.Pow(float64(m.Basis), float64(m.Level)) > 1<<31:
		return fmt.Errorf("setting Basis %d to the power of Level %d is more than 2³¹ samples", m.Basis, m.Level)
	}
	return nil
}

// equation is one prepared for sampling.
type equation struct {
	dim      int
	horizon  float64
	step     *pde.Transition
	tangent  func(h float64) float64
	f, g     *expr.Func
	gradient bool // f depends on z
}

func newEquation(p pde.Problem) (*equation, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	e := &equation{dim: p.Dim, horizon: p.Horizon}
	var err error
	if e.step, e.tangent, err = p.GradientWeight(); err != nil {
		return nil, err
	}
	t, x, y, z := expr.Input("t", 1), expr.Input("x", p.Dim), expr.Input("y", 1), expr.Input("z", p.Dim)
	if e.g, err = expr.Compile(p.Terminal(x), x); err != nil {
		return nil, err
	}
	f := p.GeneratorAt(t, x, y, z)
	if e.f, err = expr.Compile(f, t, x, y, z); err != nil {
		return nil, err
	}
	nodes, err := expr.Nodes(f, t, x, y, z)
	for _, n := range nodes {
		e.gradient = e.gradient || n.Op == expr.OpInput && n.Input == 3
	}
	return e, err
}
