package backward

import (
	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
	"github.com/deepbsde/deepbsde/autodiff/vec"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"github.com/deepbsde/deepbsde/pde/grid"
)

// paths are those of a sweep: what the fit needs of each step, in the order of the steps.
type paths[T autodiff.Float] struct {
	stride, steps, count int
	wide                 int // moments and functions of a path
	rows                 [][]T
	states               [][]T // nil where f needs neither x nor Z
	value                []float64
}

// blockRows is the number of paths whose products are made at a time.
const blockRows = 8 * walk.ChunkRows

// leastPaths is the number of paths for each unknown that a sweep has at least.
const leastPaths = 6

// paths simulates those of a sweep.
func (e *engine[T]) paths(stride int) (*paths[T], error) {
	var times []float64
	for k := 0; k < e.Grid.Steps(); k += stride {
		times = append(times, e.Grid.Time(k))
	}
	g, err := grid.New(append(times, e.Grid.Horizon()))
	if err != nil {
		return nil, err
	}
	s, b := &paths[T]{stride: stride, steps: len(times), wide: e.basis.Moments() + e.basis.all()}, e.basis
	s.count = (max(e.method.Paths, leastPaths*e.unknowns()) + blockRows - 1) / blockRows * blockRows
	s.value = make([]float64, s.count)
	for range s.steps {
		s.rows = append(s.rows, make([]T, s.count*s.wide))
		if e.needsStates() {
			s.states = append(s.states, make([]T, s.count*e.Eq.Dim))
		}
	}
	pilot := walk.Pilot{Eq: e.Eq, Grid: g, Seed: e.set.Seed, Pool: e.pool}
	outs := []ranks.Out{ranks.Each(s.value, walk.ChunkRows)}
	for n := range s.rows {
		outs = append(outs, ranks.Each(s.rows[n], walk.ChunkRows*s.wide))
	}
	for _, x := range s.states {
		outs = append(outs, ranks.Each(x, walk.ChunkRows*e.Eq.Dim))
	}
	err = e.pool.Share(s.count/walk.ChunkRows, func(c int) error {
		t := <-e.tools
		defer func() { e.tools <- t }()
		first := c * walk.ChunkRows
		return pilot.Along(walk.ForBackward, stride<<24+first, walk.ChunkRows, func(n int, x, dw []float64) error {
			if n == s.steps {
				u := s.value[first : first+walk.ChunkRows]
				if err := e.Eq.G.Eval(walk.ChunkRows, u, x); err != nil || e.method.Target != Splitting {
					return err
				}
				return e.split(stride, x, u)
			}
			t.run(n*stride, x, dw, g.Length(n))
			k := b.Moments()
			for r := range walk.ChunkRows {
				row := s.rows[n][(first+r)*s.wide:][:s.wide]
				copy(row, t.moments[r*k:(r+1)*k])
				copy(row[k:], t.all[r*b.all():(r+1)*b.all()])
			}
			if s.states != nil {
				vec.Narrow(s.states[n][first*e.Eq.Dim:][:len(x)], x)
			}
			return nil
		})
	}, outs...)
	return s, err
}

// split is the step in y that splitting takes at the end, from g.
func (e *engine[T]) split(stride int, x, g []float64) error {
	w := e.team.Take()
	defer e.team.Give(w)
	z := make([]float64, len(x))
	if err := e.basis.gradient.Eval(len(g), z, []float64{e.Grid.Horizon()}, x); err != nil {
		return err
	}
	for i, v := range z {
		z[i] = min(max(v, -mostRough), mostRough)
	}
	return w.Split(e.Grid.Steps(), stride, x, g, z, g)
}

// needsStates tells whether f depends on x or z.
func (e *engine[T]) needsStates() bool {
	if e.Eq.F == nil {
		return false
	}
	last := len(e.Eq.FList) - 1
	return equation.DependsOn(e.Eq.FList, equation.InX, false)[last] || equation.DependsOn(e.Eq.FList, equation.InZ, false)[last]
}
