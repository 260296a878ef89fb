package stopping

import (
	"context"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/parallel"
	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
	"github.com/deepbsde/deepbsde/autodiff/vec"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/exercise"
	"github.com/deepbsde/deepbsde/bsde/internal/basis"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"github.com/deepbsde/deepbsde/pde"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

const (
	// blockRows is the number of paths that a worker handles at a time. No random number depends on
	// it, and sums are made block by block, in order.
	blockRows = 256
	// mostNumbers bounds what is kept of the paths, in float32.
	mostNumbers = 1 << 27
	// fewestSamples are simulated however much they take.
	fewestSamples = 1024
	// chosenOn is the number of paths that the functions are chosen on, fewer in many dimensions.
	chosenOn = 8192
	mostOn   = 1 << 21 // numbers
)

// samples are the paths of the fit.
type samples struct {
	model  *exercise.Model
	paths  int
	states [][]float32 // of each point of the grid, paths×d
	values []float64   // V at the point where the fit has come to
	seed   uint64
}

// fitPaths is how many paths are simulated where so many are asked for.
func fitPaths(m *exercise.Model, asked int) int {
	return max(min(asked, mostNumbers/(m.Eq.Dim*(m.Grid.Steps()+1))), fewestSamples)
}

// chosenPaths is on how many of them the functions are chosen.
func chosenPaths(paths, dim int) int { return min(paths, max(mostOn/dim, fewestSamples), chosenOn) }

// newSamples simulates the paths. In single precision they take half the room; that X_{n+1} is
// rounded against what ΔW gives is no matter for a fit.
func newSamples(ctx context.Context, m *exercise.Model, paths int, set bsde.Settings) (*samples, error) {
	d, steps := m.Eq.Dim, m.Grid.Steps()
	paths = fitPaths(m, paths)
	s := &samples{model: m, paths: paths, values: make([]float64, paths), seed: set.Seed}
	for range steps + 1 {
		s.states = append(s.states, make([]float32, paths*d))
	}
	chunks := (paths + blockRows - 1) / blockRows
	least := make([]float64, chunks)
	const round = 64 // blocks, whose states are exchanged at a time
	for lo := 0; lo < chunks; lo += round {
		outs := []ranks.Out{ranks.Each(least[lo:], 1), ranks.Each(s.values[lo*blockRows:], blockRows)}
		for _, x := range s.states {
			outs = append(outs, ranks.Each(x[lo*blockRows*d:], blockRows*d))
		}
		err := parallel.Share(ctx, set.Workers, min(round, chunks-lo), func(c int) (err error) {
			first := (lo + c) * blockRows
			least[lo+c], err = s.simulate(first, min(blockRows, paths-first))
			return err
		}, outs...)
		if err != nil {
			return nil, err
		}
	}
	m.Patient = m.NeverCosts() && floats.Min(least) >= 0
	return s, nil
}

// simulate fills in rows of paths and their values at T; least is the smallest Φ or g that they meet.
func (s *samples) simulate(first, rows int) (least float64, err error) {
	d := s.model.Eq.Dim
	x, next, dw, pay := make([]float64, rows*d), make([]float64, rows*d), make([]float64, rows*d), make([]float64, rows)
	extra := make([]float64, rows*d*s.model.Eq.Move.Extra)
	for r := range rows {
		copy(x[r*d:], s.model.Eq.Start)
	}
	least = math.Inf(1)
	for n := 0; ; n++ {
		vec.Narrow(s.states[n][first*d:(first+rows)*d], x)
		if n == s.model.Grid.Steps() {
			err = s.model.Eq.G.Eval(rows, s.values[first:first+rows], x)
			return math.Min(least, floats.Min(s.values[first:first+rows])), err
		}
		if s.model.Dates[n] {
			if err := s.model.Obstacle(s.model.Grid.Time(n), rows, x, pay); err != nil {
				return 0, err
			}
			least = math.Min(least, floats.Min(pay))
		}
		h := s.model.Grid.Length(n)
		s.increments(n, first, rows, h, dw)
		if len(extra) > 0 {
			noise := s.noise(first, rows)
			noise.Extra(n, extra)
		}
		if err := s.model.Eq.Move.Step(s.model.Grid.Time(n), h, rows, x, dw, extra, next); err != nil {
			return 0, err
		}
		x, next = next, x
	}
}

// increments are those of the noise in step n.
func (s *samples) increments(n, first, rows int, h float64, dw []float64) {
	noise := s.noise(first, rows)
	noise.Increments(n, h, dw)
}

// noise is that of rows of paths.
func (s *samples) noise(first, rows int) walk.Noise {
	return walk.NewNoise(s.seed, walk.ForFit, 0, first, rows, s.model.Eq.Dim)
}

// state fills x with rows of states at point n.
func (s *samples) state(n, first, rows int, x []float64) {
	d := s.model.Eq.Dim
	vec.Widen(x, s.states[n][first*d:(first+rows)*d])
}

// choose measures the functions on some of the paths.
func (s *samples) choose(p *pde.Problem, seed uint64) (*basis.Basis, error) {
	on := chosenPaths(s.paths, p.Dim)
	x := make([]float64, on*p.Dim)
	return basis.New(p, &basis.Sample{
		Grid: s.model.Grid, Paths: on, End: s.values[:on], Fit: s.paths, Seed: seed,
		State: func(n int) []float64 { s.state(n, 0, on, x); return x },
	})
}

func meanVariance(v []float64) (mean, variance float64) { return stat.MeanVariance(v, nil) }
