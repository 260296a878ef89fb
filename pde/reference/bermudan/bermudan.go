// Package bermudan solves problems with early exercise in one dimension by dynamic
// programming: from date to date the value is the larger of the obstacle and the discounted
// mean of what follows, which is a convolution with a normal density.
package bermudan

import (
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
)

// Solve is u(0, x0) for d = 1, f = −c y with a number c, dates of exercise, and an X whose
// increments, or those of log X, are normal: constant μ and σ, or μ = r·x and σ = s·x. Its StdErr is
// the difference to a mesh of half the width. It refuses other problems.
func Solve(p pde.Problem) (*pde.Reference, error) {
	s, err := newSolver(&p)
	if err != nil {
		return nil, err
	}
	points := firstPoints
	before, err := s.value(points)
	if err != nil {
		return nil, err
	}
	for {
		points *= 2
		v, err := s.value(points)
		if err != nil {
			return nil, err
		}
		if change := math.Abs(v - before); change <= accuracy*math.Abs(v) || points >= mostPoints {
			return &pde.Reference{Value: v, StdErr: change, Method: "one-dimensional programme", Source: "bermudan.Solve"}, nil
		}
		before = v
	}
}

const (
	firstPoints = 512
	mostPoints  = 1 << 12
	accuracy    = 1e-6
	// width is how many standard deviations the mesh reaches beyond the mean path, and a density
	// beyond its mean: what lies outside weighs 1e-16.
	width = 8.5
)

// solver is a problem in ℓ, X or log X, with dℓ = trend dt + spread dW.
type solver struct {
	p                *pde.Problem
	log              bool
	start            float64
	trend, spread    float64
	discount         float64
	terminal, payoff *expr.Func
	dates            []float64 // after 0, the last is T
	now              bool      // 0 is a date
}

func newSolver(p *pde.Problem) (*solver, error) {
	refuse := func(format string, args ...any) (*solver, error) {
		return nil, fmt.Errorf("one-dimensional programme: "+format, args...)
	}
	switch {
	case p.Obstacle == nil || p.Exercise == nil:
		return refuse("the problem has no dates of exercise, want an obstacle and dates")
	case p.Dim != 1:
		return refuse("the dimension is %d, want 1", p.Dim)
	case p.RandomStart != nil:
		return refuse("the start is random, want one point")
	}
	if err := p.Validate(); err != nil {
		return nil, err
	}
	s := &solver{p: p, start: p.Start[0]}
	l, ok := pde.LoadingOf(p.Diffusion, 1)
	rate, linear := pde.LinearRate(p.DriftOrZero())
	if !ok || l.Log && !linear || !l.Log && !constant(p.DriftOrZero()) {
		return refuse("the increments of X or log X are not known to be normal, want constant μ and σ, or μ = r·x and σ = s·x")
	}
	s.spread = math.Sqrt(l.Variances()[0])
	if s.log = l.Log; s.log {
		if !(s.start > 0) {
			return refuse("the start is %g, want a positive number", s.start)
		}
		s.start, s.trend = math.Log(s.start), rate-s.spread*s.spread/2
	} else {
		s.trend = driftOf(p)
	}
	if !(s.spread > 0) {
		return refuse("there is no noise")
	}
	var err error
	if s.discount, err = discountOf(p); err != nil {
		return refuse("%v", err)
	}
	t, x := expr.Input("t", 1), expr.Input("x", 1)
	if s.terminal, err = expr.Compile(p.Terminal(x), x); err != nil {
		return nil, err
	}
	if s.payoff, err = expr.Compile(p.Obstacle(t, x), t, x); err != nil {
		return nil, err
	}
	for _, date := range p.Exercise {
		if date == 0 {
			s.now = true
		} else if date < p.Horizon {
			s.dates = append(s.dates, date)
		}
	}
	s.dates = append(s.dates, p.Horizon)
	return s, nil
}

func constant(m pde.Drift) bool {
	switch m := m.(type) {
	case pde.ConstantDrift, pde.VectorDrift:
		return true
	case pde.LinearDrift:
		return m == 0
	}
	return false
}

// driftOf is the number that a constant drift is.
func driftOf(p *pde.Problem) float64 {
	switch m := p.DriftOrZero().(type) {
	case pde.ConstantDrift:
		return float64(m)
	case pde.VectorDrift:
		return m[0]
	}
	return 0
}

// discountOf is the c of f = −c y.
func discountOf(p *pde.Problem) (float64, error) {
	if p.Generator == nil {
		return 0, nil
	}
	t, x, y, z := expr.Input("t", 1), expr.Input("x", 1), expr.Input("y", 1), expr.Input("z", 1)
	out := p.Generator(t, x, y, z)
	list, err := expr.Nodes(out, t, x, y, z)
	if err != nil {
		return 0, err
	}
	if expr.Contains(list, 0) || expr.Contains(list, 1) || expr.Contains(list, 3) || !expr.Affine(list, 2) {
		return 0, fmt.Errorf("f is not −c y with a number c")
	}
	f, err := expr.Compile(out, t, x, y, z)
	if err != nil {
		return 0, err
	}
	v := make([]float64, 2)
	if err := f.Eval(2, v, []float64{0}, []float64{1}, []float64{0, 1}, []float64{0}); err != nil {
		return 0, err
	}
	if v[0] != 0 {
		return 0, fmt.Errorf("f is %g for y = 0, want −c y with a number c", v[0])
	}
	return -v[1], nil
}
