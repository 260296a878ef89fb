package bsde

import (
	"math"

	"github.com/deepbsde/deepbsde/autodiff"
	"gonum.org/v1/gonum/stat"
)

// scales are the orders of magnitude of a problem, from uncontrolled paths. They
// make the network's inputs, outputs and loss of order 1.
type scales struct {
	mean   [][]float64 // of X at each time step, steps×d
	invstd [][]float64 // 1/standard deviation of X, 0 where X does not vary
	g      float64     // standard deviation of g(X_T), 1 if it does not vary
	y0     float64     // mean of g(X_T): the start of Y0
	z      float64     // of a component of Z: g/√(T·d)
}

// startChunk is the number of paths simulated at a time.
const startChunk = 64

// newScales simulates paths of X. Sums are made per chunk and added in order, so
// that they do not depend on the number of workers.
func newScales(e *equation, s *Settings, pool *autodiff.Pool) (*scales, error) {
	chunks := (s.StartPaths + startChunk - 1) / startChunk
	parts := make([]*moments, chunks)
	errs := make([]error, chunks)
	pool.Run(chunks, func(c int) {
		rows := min(startChunk, s.StartPaths-c*startChunk)
		parts[c] = &moments{}
		errs[c] = parts[c].simulate(e, s, c*startChunk, rows)
	})
	total := newMoments(s.Steps, e.Dim)
	for c, part := range parts {
		if errs[c] != nil {
			return nil, errs[c]
		}
		total.add(part)
	}
	return total.scales(e), nil
}

// moments are sums of X − x0 and its square by step and component, and the values
// of g(X_T).
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

func (m *moments) simulate(e *equation, s *Settings, first, rows int) error {
	*m = *newMoments(s.Steps, e.Dim)
	h := e.Horizon / float64(s.Steps)
	w := newNoise(s.Steps, rows, e.Dim, e.move.Extra)
	w.draw(s.Seed, forStart, 0, first, rows, h)
	x, next := make([]float64, rows*e.Dim), make([]float64, rows*e.Dim)
	spread(x, e.Start)
	for n := range s.Steps {
		for i, v := range x {
			j := i % e.Dim
			v -= e.Start[j]
			m.x[n][j] += v
			m.xx[n][j] += v * v
		}
		dw, extra := w.step(n)
		if err := e.move.Step(float64(n)*h, h, rows, x, dw, extra, next); err != nil {
			return err
		}
		x, next = next, x
	}
	g := make([]float64, rows)
	if err := e.terminal.Eval(rows, g, x); err != nil {
		return err
	}
	m.g = g
	return nil
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
		s.g = std
		s.z *= std
	}
	for n := range m.x {
		for j := range m.x[n] {
			mean := m.x[n][j] / paths
			variance := m.xx[n][j]/paths - mean*mean
			s.mean[n][j] = e.Start[j] + mean
			s.invstd[n][j] = 0
			if variance > 1e-24*(mean*mean+1e-300) && n > 0 {
				s.invstd[n][j] = 1 / math.Sqrt(variance)
			}
		}
	}
	return s
}
