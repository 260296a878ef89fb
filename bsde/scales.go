package bsde

import (
	"context"
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/pde"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// scales are the orders of magnitude of a problem, from uncontrolled paths. They
// make the network's inputs, outputs and loss of order 1.
type scales struct {
	mean   [][]float64 // of X at each time step, steps×d
	invstd [][]float64 // 1/standard deviation of X, 0 where X does not vary
	g      float64     // standard deviation of G, 1 if it does not vary
	y0     float64     // mean of G: the start of Y0
	z      float64     // of a component of Z: g/√(T·d)
	varies bool        // whether G does
}

// startChunk is the number of paths simulated at a time.
const startChunk = 64

// newScales simulates paths of X, twice: the first time for the mean ȳ of g(X_T),
// the second for the moments of X and of
//
//	G = g(X_T) + Σ f(t_n, X_n, ȳ, 0) h
//
// the terminal value as it would be seen with Z = 0. Sums are made per chunk and
// added in order, so that they do not depend on the number of workers.
func newScales(ctx context.Context, e *equation, s *Settings, pool *autodiff.Pool) (*scales, error) {
	first, err := simulateMoments(ctx, e, s, pool, nil)
	if err == nil {
		err = first.finite(e, "Terminal", "g(X_T)")
	}
	if err != nil {
		return nil, err
	}
	if e.generator == nil {
		return first.scales(e), nil
	}
	mean := stat.Mean(first.g, nil)
	second, err := simulateMoments(ctx, e, s, pool, []float64{mean})
	if err == nil {
		err = second.finite(e, "Generator", fmt.Sprintf("f(t, X_t, %.3g, 0)", mean))
	}
	if err != nil {
		return nil, err
	}
	return second.scales(e), nil
}

func simulateMoments(ctx context.Context, e *equation, s *Settings, pool *autodiff.Pool, y []float64) (*moments, error) {
	const round = 16 // chunks at a time, to keep few of them in memory
	var parts [round]*moments
	var errs [round]error
	total := newMoments(s.Steps, e.Dim)
	for lo := 0; lo < s.StartPaths; lo += round * startChunk {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n := min(round, (s.StartPaths-lo+startChunk-1)/startChunk)
		pool.Run(n, func(c int) {
			first := lo + c*startChunk
			parts[c] = newMoments(s.Steps, e.Dim)
			errs[c] = parts[c].simulate(e, s, first, min(startChunk, s.StartPaths-first), y)
		})
		for c := range n {
			if errs[c] != nil {
				return nil, errs[c]
			}
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
func (m *moments) simulate(e *equation, s *Settings, first, rows int, y []float64) error {
	h := e.Horizon / float64(s.Steps)
	w := newNoise(s.Seed, forStart, 0, first, rows, e.Dim)
	dw, extra := make([]float64, rows*e.Dim), make([]float64, rows*e.Dim)
	x, next := make([]float64, rows*e.Dim), make([]float64, rows*e.Dim)
	running, f, zeros := make([]float64, rows), make([]float64, rows), make([]float64, e.Dim)
	spread(x, e.Start)
	if e.random != nil {
		if err := w.starts(e, x); err != nil {
			return err
		}
	}
	for n := range s.Steps {
		t := float64(n) * h
		for i, v := range x {
			j := i % e.Dim
			v -= e.Start[j]
			m.x[n][j] += v
			m.xx[n][j] += v * v
		}
		if y != nil {
			if err := e.generator.Eval(rows, f, []float64{t}, x, y, zeros); err != nil {
				return err
			}
			for r, v := range f {
				running[r] += v * h
			}
		}
		w.increments(n, h, dw)
		if e.move.Extra > 0 {
			w.extra(n, extra)
		}
		if err := e.move.Step(t, h, rows, x, dw, extra, next); err != nil {
			return err
		}
		x, next = next, x
	}
	m.g = make([]float64, rows)
	err := e.terminal.Eval(rows, m.g, x)
	for r, v := range running {
		m.g[r] += v
	}
	return err
}

// finite is an error that names the function whose values made G not finite.
func (m *moments) finite(e *equation, field, what string) error {
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
			reason += fmt.Sprintf(", as X is not at t = %.4g: drift or diffusion are to blame", e.Horizon*float64(n)/float64(len(m.x)))
			break
		}
	}
	return &pde.Error{Problem: e.Name, Field: field, Reason: reason}
}

// spread repeats a row over a batch.
func spread(batch, row []float64) {
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

func (m *moments) scales(e *equation) *scales {
	paths := float64(len(m.g))
	s := &scales{mean: m.x, invstd: m.xx, g: 1, z: 1 / math.Sqrt(e.Horizon*float64(e.Dim))}
	var std float64
	if s.y0, std = stat.MeanStdDev(m.g, nil); std > 0 {
		s.g, s.varies = std, true
		s.z *= std
	}
	for n := range m.x {
		for j := range m.x[n] {
			mean := m.x[n][j] / paths
			variance := m.xx[n][j]/paths - mean*mean
			s.mean[n][j] = e.Start[j] + mean
			s.invstd[n][j] = 0
			// A component without noise has a variance of rounding alone.
			if variance > 1e-10*mean*mean {
				s.invstd[n][j] = 1 / math.Sqrt(variance)
			}
		}
	}
	return s
}
