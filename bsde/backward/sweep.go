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
	if e.learner != nil {
		copy(e.learner.params, e.learner.first)
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

// fit finds the parameters of step n of a sweep, at x0 by least squares alone.
func (e *engine[T]) fit(s *paths[T], n int) bool {
	span := e.Params[e.at[spanOf(s.stride, n*s.stride)]:]
	span[0], span[1] = T(floats.Min(s.value)), T(floats.Max(s.value))
	if (n == 0 || e.method.Fit != Adam) && !e.solve(s, n) {
		return false
	}
	return n == 0 || e.learner == nil || e.descend(s, n)
}

// solve is the least squares problem of step n of a sweep.
func (e *engine[T]) solve(s *paths[T], n int) bool {
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

// predict is the conditional mean of a chunk of paths from the first in step n, which was fitted last, and what Z and Γ
// add there.
func (e *engine[T]) predict(s *paths[T], n, first int) (mean, added []float64) {
	if n > 0 && e.learner != nil {
		return e.learner.predict(s, n, first)
	}
	mean, added = make([]float64, walk.ChunkRows), make([]float64, walk.ChunkRows)
	for _, p := range e.parts() {
		w := e.Params[e.at[p.of(s.stride, n*s.stride)]:][:p.rows*p.columns]
		for r := range walk.ChunkRows {
			row := s.rows[n][(first+r)*s.wide:][:s.wide]
			moments, all := row[p.moments:][:p.columns], row[e.basis.Moments():]
			if p.first == 0 {
				for i, f := range all[:p.rows] {
					mean[r] += float64(f) * float64(w[i])
				}
				continue
			}
			for i, f := range all[:p.rows] {
				part := 0.0
				for j, m := range moments {
					part += float64(m) * float64(w[i*p.columns+j])
				}
				added[r] += float64(f) * part
			}
		}
	}
	return mean, added
}

// back is the step in y: the values of the paths are those of step n then. It tells whether these are finite.
func (e *engine[T]) back(s *paths[T], n int) (finite bool, err error) {
	k, d := n*s.stride, e.Eq.Dim
	span := e.Params[e.at[spanOf(s.stride, k)]:]
	err = e.pool.Share(s.count/walk.ChunkRows, func(c int) error {
		w := e.team.Take()
		defer e.team.Give(w)
		first := c * walk.ChunkRows
		u := s.value[first : first+walk.ChunkRows]
		x, fitted, added := make([]float64, d), []float64(nil), []float64(nil)
		if s.states != nil {
			x = make([]float64, walk.ChunkRows*d)
			vec.Widen(x, s.states[n][first*d:][:len(x)])
		} else {
			fitted, added = e.predict(s, n, first)
			for r, v := range fitted {
				fitted[r] = min(max(v, float64(span[0])), float64(span[1]))
			}
		}
		switch e.method.Target {
		case Joint:
			return w.Settled(k, s.stride, x, fitted, u)
		case Splitting:
			return w.Split(k, s.stride, x, fitted, nil, u)
		}
		v := make([]float64, walk.ChunkRows)
		if err := w.Settled(k, s.stride, x, fitted, v); err != nil {
			return err
		}
		if added == nil {
			_, added = e.predict(s, n, first)
		}
		floats.Sub(u, added)
		return w.Back(k, s.stride, x, v, u)
	}, ranks.Each(s.value, walk.ChunkRows))
	if err != nil {
		return false, err
	}
	sum := floats.Sum(s.value)
	return !math.IsNaN(sum) && !math.IsInf(sum, 0), nil
}
