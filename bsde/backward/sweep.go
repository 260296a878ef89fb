package backward

import (
	"math"

	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
	"github.com/deepbsde/deepbsde/autodiff/vec"
	"github.com/deepbsde/deepbsde/bsde/internal/features"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"gonum.org/v1/gonum/floats"
)

// sweep fits a level from the horizon back, and tells whether all numbers stayed finite.
func (e *engine[T]) sweep(stride int) (bool, error) {
	s, err := e.paths(stride)
	if err != nil {
		return false, err
	}
	for n := s.steps - 1; n >= 0; n-- {
		if !e.fit(s, n) {
			return false, nil
		}
		if n > 0 {
			if finite, err := e.back(s, n); err != nil || !finite {
				return false, err
			}
		}
		s.rows[n] = nil
	}
	return true, nil
}

// ridge is relative to the squares of the columns. Where rounding needs more, ten times as much is taken, and so on.
const ridge = 1e-5

// kept are the unknowns that step n of a sweep can tell apart: at x0, where all paths are, the functions of the state
// are numbers, of which the first is 1. nil is all.
func (e *engine[T]) kept(n int, list []part) (keep []int) {
	if n > 0 {
		return nil
	}
	for _, p := range list {
		for i := range p.columns {
			keep = append(keep, p.first+i)
		}
	}
	return keep
}

// fit is the least squares problem of step n of a sweep.
func (e *engine[T]) fit(s *paths[T], n int) bool {
	size, list := e.unknowns(), e.parts()
	normal := features.NewNormal(size)
	blocks := s.count / blockRows
	if e.blocks == nil {
		e.blocks = features.NewBlocks[T](e.set.Workers*ranks.Count(), blockRows, size)
	}
	e.blocks.AddTo(normal, e.pool.Share, blocks, func(i int, b *features.Block[T]) error {
		for r := range blockRows {
			row := s.rows[n][(i*blockRows+r)*s.wide:][:s.wide]
			e.columns(b.J[r*size:(r+1)*size], row, list)
			b.R = append(b.R, -s.value[i*blockRows+r])
		}
		return nil
	}, nil)
	var w []float64
	for by := ridge; w == nil && by < 1; by *= 10 {
		w = normal.Solve(by, e.kept(n, list))
	}
	if w == nil {
		return false
	}
	for _, p := range list {
		to := e.Params[e.at[p.of(s.stride, n*s.stride)]:]
		for i, v := range w[p.first:][:p.rows*p.columns] {
			to[i] = T(v)
		}
	}
	span := e.Params[e.at[spanOf(s.stride, n*s.stride)]:]
	span[0], span[1] = T(floats.Min(s.value)), T(floats.Max(s.value))
	return true
}

// columns are those of a path in the least squares problem, of its moments and functions.
func (e *engine[T]) columns(to, row []T, list []part) {
	moments, all := row[:e.basis.Moments()], row[e.basis.Moments():]
	copy(to, all)
	for _, p := range list[1:] {
		for i, f := range all[:p.rows] {
			at := p.first + i*p.columns
			for j, m := range moments[p.moments:][:p.columns] {
				to[at+j] = f * m
			}
		}
	}
}

// martingale is what Z and Γ add in step n to a path.
func (e *engine[T]) martingale(s *paths[T], n, path int) (sum float64) {
	row := s.rows[n][path*s.wide:][:s.wide]
	moments, all := row[:e.basis.Moments()], row[e.basis.Moments():]
	for _, p := range e.parts()[1:] {
		w := e.Params[e.at[p.of(s.stride, n*s.stride)]:][:p.rows*p.columns]
		for i, f := range all[:p.rows] {
			part := 0.0
			for j, m := range moments[p.moments:][:p.columns] {
				part += float64(m) * float64(w[i*p.columns+j])
			}
			sum += float64(f) * part
		}
	}
	return sum
}

// back is the step in y: the values of the paths are those of step n then. It tells whether these are finite.
func (e *engine[T]) back(s *paths[T], n int) (finite bool, err error) {
	k, d := n*s.stride, e.Eq.Dim
	mean, span := e.Params[e.at[e.parts()[0].of(s.stride, k)]:][:e.basis.all()], e.Params[e.at[spanOf(s.stride, k)]:]
	err = e.pool.Share(s.count/walk.ChunkRows, func(c int) error {
		w := e.team.Take()
		defer e.team.Give(w)
		first := c * walk.ChunkRows
		u := s.value[first : first+walk.ChunkRows]
		x, fitted := make([]float64, d), make([]float64, walk.ChunkRows)
		if s.states != nil {
			x, fitted = make([]float64, walk.ChunkRows*d), nil
			vec.Widen(x, s.states[n][first*d:][:len(x)])
		}
		for r := range fitted {
			row := s.rows[n][(first+r)*s.wide+e.basis.Moments():][:len(mean)]
			for i, v := range row {
				fitted[r] += float64(v) * float64(mean[i])
			}
			fitted[r] = min(max(fitted[r], float64(span[0])), float64(span[1]))
		}
		if e.method.Target == Joint {
			return w.Settled(k, s.stride, x, fitted, u)
		}
		v := make([]float64, walk.ChunkRows)
		if err := w.Settled(k, s.stride, x, fitted, v); err != nil {
			return err
		}
		for r := range u {
			u[r] -= e.martingale(s, n, first+r)
		}
		return w.Back(k, s.stride, x, v, u)
	}, ranks.Each(s.value, walk.ChunkRows))
	if err != nil {
		return false, err
	}
	sum := floats.Sum(s.value)
	return !math.IsNaN(sum) && !math.IsInf(sum, 0), nil
}
