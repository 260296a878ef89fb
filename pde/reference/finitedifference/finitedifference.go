// Package finitedifference solves equations in one and two dimensions on grids, with any
// coefficients, by the alternating-direction scheme of Hundsdorfer and Verwer and
// extrapolation. The source is in 't Hout, Welfert (2009).
package finitedifference

import (
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/internal/widening"
)

// Solve solves a problem in one or two dimensions on a grid, with any
// drift, diffusion (correlated too) and generator. It is the reference that shares
// nothing with the simulating methods: no paths, no networks, no random error.
//
//   - Space: central differences of order 2 in coordinates ξ with x = x0 + ξ, or
//     x = x0·e^ξ for a component whose drift and noise vanish in proportion to it, as
//     those of geometric Brownian motion do. A component whose noise vanishes at 0
//     otherwise keeps 0 as the boundary, where the equation holds without the noise
//     (Fichera). The coordinate of a square-root process is arsinh(x/x0), and what it
//     drives has more nodes about the start. The start is a node.
//     The domain reaches seven standard deviations (six in two dimensions) beyond all
//     means of X_t, or 1.4 times as far, or further where that changes the value; there u
//     keeps the slope of g, which no generator can drive away.
//   - Terminal condition: averaged over the cell of each node, so that kinks and jumps
//     between the nodes cost no order.
//   - Time: the alternating-direction scheme of Hundsdorfer and Verwer of order 2,
//     θ = ½ + √3/6, the mixed derivative explicit; f enters linearised in y and z, with
//     the derivatives implicit and the rest explicit (a Rosenbrock method with
//     inexact Jacobian: no iteration). The steps shrink towards T, and the first two
//     are implicit Euler steps, which damp what a kink of g excites.
//   - Three grids; the value is that of the Richardson extrapolation for order 2.
//     Where they fail or disagree by more than 5 %, all three are refined.
//
// StdErr is the distance to the extrapolation one level coarser plus what the last
// widening of the domain has changed; a change that does not shrink is an error. For
// smooth data it shrinks like h⁴; it is an estimate, not a bound. Where the solution is
// singular at T it shrinks more slowly. In two dimensions with a square-root process that
// reaches 0, where no noise smooths a kink of g, the step of the extrapolation itself is
// added. Where noise is absent in a direction that drift crosses fast, the
// central differences oscillate, which StdErr shows. Blow-up of the solution and more
// than two dimensions are refused by name.
//
// Source: in 't Hout, Welfert, Unconditional stability of second-order ADI schemes
// applied to multi-dimensional diffusion equations with mixed derivative terms, Appl.
// Numer. Math. 59 (2009); Kreiss, Thomée, Widlund, Smoothing of initial data and rates
// of convergence for parabolic difference equations, Comm. Pure Appl. Math. 23 (1970); in 't
// Hout, Foulon, ADI finite difference schemes for option pricing in the Heston model with
// correlation, Int. J. Numer. Anal. Model. 7 (2010) for the boundary and the coordinates.
func Solve(p pde.Problem) (*pde.Reference, error) {
	if p.Dim > 2 {
		return nil, fmt.Errorf("finite differences: need dimension 1 or 2, problem %s has d=%d", p.Name, p.Dim)
	}
	l, err := newLattice(&p)
	if err != nil {
		return nil, fmt.Errorf("finite differences: %w", err)
	}
	size, err := l.size()
	if err != nil {
		return nil, fmt.Errorf("finite differences: %w", err)
	}
	var r *pde.Reference
	for level := 0; level <= 3-p.Dim; level++ {
		if r, err = l.settled(level, size); err == nil && r.StdErr <= math.Max(0.05*math.Abs(r.Value), 1e-9*size) {
			return r, nil
		}
	}
	if err != nil {
		return nil, fmt.Errorf("finite differences: %w", err)
	}
	return r, nil
}

// settled is the value of three grids from the given level on, on a domain that is wide
// enough.
func (l *lattice) settled(level int, size float64) (*pde.Reference, error) {
	first, err := l.extrapolated(level, 1)
	if err != nil {
		return nil, err
	}
	d := l.p.Dim
	e, err := widening.Settled(first, 2, size, fmt.Sprintf("states beyond %g standard deviations", domainDeviations[d-1]),
		func(wide float64) (widening.Estimate, error) { return l.extrapolated(level, wide) })
	if err != nil {
		return nil, err
	}
	return &pde.Reference{
		Value: e.Value, StdErr: e.Error(),
		Method: "finite differences", Source: fmt.Sprintf("%d-dimensional grid, Hundsdorfer–Verwer scheme, extrapolated", d),
	}, nil
}

// extrapolated is the value of three grids from the given level on, on a domain so many
// times as wide as the first. What happens far out reaches the start by fast modes, which
// a long step in t carries too far: a domain of twice the width has four times the steps.
func (l *lattice) extrapolated(level int, wide float64) (e widening.Estimate, err error) {
	steps := int(math.Round([]float64{40, 12}[l.p.Dim-1]*wide*wide)) << level
	axes := l.widened(wide)
	var v [3]float64
	for k := range v {
		if v[k], err = l.solve(axes, level+k, steps<<k); err != nil {
			return e, err
		}
	}
	coarse, fine := v[1]+(v[1]-v[0])/3, v[2]+(v[2]-v[1])/3
	left := math.Abs(fine - coarse)
	if l.sharp {
		left += math.Abs(fine - v[2])
	}
	return widening.Estimate{Value: fine, Grid: left}, nil
}

// lattice is a problem ready to be solved on grids.
type lattice struct {
	p      *pde.Problem
	terms  *pde.Functions // compiled; the candidate is the terminal function
	axes   []axis
	move   *pde.Transition
	sharp  bool // a kink of g may last, for want of noise: the order 2 is not to be relied on
	moving bool // μ or σ depends on t
	onY    bool // f depends on y
	onZ    bool // f depends on z
}

// solve is u(0, x0) with the axes refined by halving the mesh width level times.
func (l *lattice) solve(axes []axis, level, steps int) (float64, error) {
	g := newGrid(axes, level)
	u, err := l.terminal(g)
	if err != nil {
		return 0, err
	}
	m := &march{lattice: l, grid: g, u: u}
	at := func(k int) float64 { // graded towards T, where a kink smooths out fastest
		s := float64(steps-k) / float64(steps)
		return l.p.Horizon * (1 - s*s)
	}
	for k := steps - 1; k >= 0; k-- {
		if err := m.step(at(k), at(k+1), k >= steps-2); err != nil {
			return 0, err
		}
	}
	return m.u[g.start], nil
}
