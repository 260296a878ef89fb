package walk

import (
	"context"
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/grid"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// Scales are the orders of magnitude of a problem, from uncontrolled paths. They
// make a network's inputs, outputs and loss of order 1.
type Scales struct {
	Mean   [][]float64 // of X at each time step, steps×d
	InvStd [][]float64 // 1/standard deviation of X, 0 where X does not vary
	G      float64     // standard deviation of G, 1 if it does not vary
	Y0     float64     // mean of G: the start of Y0
	Z      float64     // of a component of Z: G/√(T·d)
	Rough  float64     // u(0, x0) by a rough solution, see Condition; Y0 where there is none
	Varies bool        // whether G does
}

// startChunk is the number of paths simulated at a time.
const startChunk = 64

// Pilot is the simulation that gives the scales.
type Pilot struct {
	Eq    *equation.Equation
	Grid  *grid.Grid
	Paths int
	Seed  uint64
	Pool  *autodiff.Pool
}

// Scales simulates paths of X, twice: the first time for the mean ȳ of g(X_T),
// the second for the moments of X and of
//
//	G = g(X_T) + Σ f(t_n, X_n, ȳ, 0) h
//
// the terminal value as it would be seen with Z = 0. Sums are made per chunk and
// added in order, so that they do not depend on the number of workers. Where a function
// is not finite on the paths the error is a *pde.Error that names it.
func (p *Pilot) Scales(ctx context.Context) (*Scales, error) {
	e := p.Eq
	first, err := p.moments(ctx, nil)
	if err == nil {
		err = p.finite(first, "Terminal", "g(X_T)")
	}
	if err != nil {
		return nil, err
	}
	if e.F == nil {
		return first.scales(e), nil
	}
	mean := stat.Mean(first.g, nil)
	second, err := p.moments(ctx, []float64{mean})
	if err == nil {
		err = p.finite(second, "Generator", fmt.Sprintf("f(t, X_t, %.3g, 0)", mean))
	}
	if err != nil {
		return nil, err
	}
	return second.scales(e), nil
}

func (p *Pilot) moments(ctx context.Context, y []float64) (*moments, error) {
	const round = 16 // chunks at a time, to keep few of them in memory
	var parts [round]*moments
	steps, d := p.Grid.Steps(), p.Eq.Dim
	total := newMoments(steps, d)
	for lo := 0; lo < p.Paths; lo += round * startChunk {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n := min(round, (p.Paths-lo+startChunk-1)/startChunk)
		err := p.Pool.Share(n, func(c int) error {
			first := lo + c*startChunk
			parts[c] = newMoments(steps, d)
			return p.simulate(parts[c], first, min(startChunk, p.Paths-first), y)
		}, ranks.Each(parts[:n], 1))
		if err != nil {
			return nil, err
		}
		for c := range n {
			total.add(parts[c])
		}
	}
	return total, nil
}

// moments are sums of X − x0 and its square by step and component, and the values
// of G.
type moments struct {
	x, xx [][]float64
	g     []float64
}

func newMoments(steps, dim int) *moments {
	m := &moments{x: make([][]float64, steps), xx: make([][]float64, steps)}
	for n := range steps {
		m.x[n], m.xx[n] = make([]float64, dim), make([]float64, dim)
	}
	return m
}

// simulate adds a chunk of paths; y is ȳ, or nil for g alone.
func (p *Pilot) simulate(m *moments, first, rows int, y []float64) (err error) {
	e := p.Eq
	m.g, err = p.Terminal(ForStart, first, rows, y, func(n int, x, _ []float64) error {
		for i, v := range x {
			j := i % e.Dim
			v -= e.Start[j]
			m.x[n][j] += v
			m.xx[n][j] += v * v
		}
		return nil
	})
	return err
}

// Terminal simulates the given paths and gives G of each with the ȳ in y, g(X_T) alone where y is nil. See
// is shown the steps before T, as by Along.
func (p *Pilot) Terminal(use Purpose, first, rows int, y []float64, see func(n int, x, dw []float64) error) ([]float64, error) {
	e := p.Eq
	g, running, f, zeros := make([]float64, rows), make([]float64, rows), make([]float64, rows), make([]float64, e.Dim)
	err := p.Along(use, first, rows, func(n int, x, dw []float64) error {
		if n == p.Grid.Steps() {
			return e.G.Eval(rows, g, x)
		}
		if err := see(n, x, dw); err != nil || y == nil || e.F == nil {
			return err
		}
		if err := e.F.Eval(rows, f, []float64{p.Grid.Time(n)}, x, y, zeros); err != nil {
			return err
		}
		for r, v := range f {
			running[r] += (v + e.Discount*y[0]) * p.Grid.Length(n)
		}
		return nil
	})
	for r, v := range running {
		g[r] += v
	}
	return g, err
}

// Along simulates the given paths as the problem states them, and shows their states at each step
// n = 0 … N with the increments of the step, rows×d, nil at N. They are valid during the call.
func (p *Pilot) Along(use Purpose, first, rows int, see func(n int, x, dw []float64) error) error {
	e, size := p.Eq, rows*p.Eq.Dim
	w := NewNoise(p.Seed, use, 0, first, rows, e.Dim)
	x, next := make([]float64, size), make([]float64, size)
	dw, extra := make([]float64, size), make([]float64, size)
	Spread(x, e.Start)
	if e.Random != nil {
		if err := w.starts(e, x); err != nil {
			return err
		}
	}
	for n := range p.Grid.Steps() {
		h := p.Grid.Length(n)
		w.Increments(n, h, dw)
		if err := see(n, x, dw); err != nil {
			return err
		}
		if e.Move.Extra > 0 {
			w.Extra(n, extra)
		}
		if err := e.Move.Step(p.Grid.Time(n), h, rows, x, dw, extra, next); err != nil {
			return err
		}
		x, next = next, x
	}
	return see(p.Grid.Steps(), x, nil)
}

// finite is an error that names the function whose values made G not finite.
func (p *Pilot) finite(m *moments, field, what string) error {
	bad := 0
	for _, v := range m.g {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			bad++
		}
	}
	if bad == 0 {
		return nil
	}
	reason := fmt.Sprintf("%s is not finite on %d of %d simulated paths", what, bad, len(m.g))
	for n, sums := range m.x {
		if math.IsNaN(floats.Sum(sums)) || math.IsInf(floats.Sum(sums), 0) {
			reason += fmt.Sprintf(", as X is not at t = %.4g: drift or diffusion are to blame", p.Grid.Point(n))
			break
		}
	}
	return &pde.Error{Problem: p.Eq.Name, Field: field, Reason: reason}
}

// Spread repeats a row over a batch.
func Spread(batch, row []float64) {
	for i := 0; i < len(batch); i += len(row) {
		copy(batch[i:], row)
	}
}

func (m *moments) add(p *moments) {
	for n := range m.x {
		for j := range m.x[n] {
			m.x[n][j] += p.x[n][j]
			m.xx[n][j] += p.xx[n][j]
		}
	}
	m.g = append(m.g, p.g...)
}

func (m *moments) scales(e *equation.Equation) *Scales {
	paths := float64(len(m.g))
	s := &Scales{Mean: m.x, InvStd: m.xx, G: 1, Z: 1 / math.Sqrt(e.Horizon*float64(e.Dim))}
	var std float64
	if s.Y0, std = stat.MeanStdDev(m.g, nil); std > 0 {
		s.G, s.Varies = std, true
		s.Z *= std
	}
	s.Y0 *= e.Shrink(0)
	s.Rough = s.Y0
	for n := range m.x {
		for j := range m.x[n] {
			mean := m.x[n][j] / paths
			variance := m.xx[n][j]/paths - mean*mean
			s.Mean[n][j] = e.Start[j] + mean
			s.InvStd[n][j] = 0
			// A component without noise has a variance of rounding alone.
			if variance > 1e-10*mean*mean {
				s.InvStd[n][j] = 1 / math.Sqrt(variance)
			}
		}
	}
	return s
}
