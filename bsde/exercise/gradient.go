package exercise

import (
	"context"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/parallel"
	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
)

// gradient is ∇u: the mean of D ∂Φ/∂x (or ∂g/∂x) along the rule's stopping times with the tangent of
// X. That the stopping times move with the start changes nothing in first order, as the rule is
// nearly the best (Piterbarg 2004). It is for exact steps and f = a − c y; else it stays unknown.
func (s *Solution) gradient(ctx context.Context, o *origin, paths int, e *Estimate) error {
	m := s.model
	if !m.Eq.Move.Exact || !m.gen.constant || ctx.Err() != nil {
		return nil
	}
	d := m.Eq.Dim
	free := make(chan *walker, s.Workers)
	for range s.Workers {
		free <- s.newWalker()
	}
	chunks := (paths + rowsAtOnce - 1) / rowsAtOnce
	sums := make([][2][]float64, chunks)
	err := parallel.Share(ctx, s.Workers, chunks, func(c int) error {
		w := <-free
		defer func() { free <- w }()
		sums[c] = [2][]float64{make([]float64, d), make([]float64, d)}
		return w.slopesAlong(noise{s.seed, walk.ForCurvature}, o, c*rowsAtOnce, min(rowsAtOnce, paths-c*rowsAtOnce), sums[c][0], sums[c][1])
	}, ranks.Each(sums, 1))
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	mean, stderr := make([]float64, d), make([]float64, d)
	for _, sum := range sums {
		for j := range d {
			mean[j] += sum[0][j] / float64(paths)
			stderr[j] += sum[1][j] / float64(paths)
		}
	}
	for j := range d {
		stderr[j] = math.Sqrt(math.Max(stderr[j]-mean[j]*mean[j], 0) / float64(paths))
		if math.IsNaN(mean[j]) || math.IsInf(mean[j], 0) {
			return nil
		}
	}
	e.Gradient, e.GradientStdErr, e.GradientDiscretization = mean, stderr, 0
	return nil
}

// slopesAlong adds the derivatives of rows of paths, and their squares.
func (w *walker) slopesAlong(of noise, o *origin, first, rows int, sum, square []float64) error {
	d, N := w.Eq.Dim, w.Grid.Steps()
	tangent, moved, slope := make([]float64, rows*d), make([]float64, rows*d), make([]float64, rows*d)
	stops, over := make([]bool, rows), make([]bool, rows)
	for i := range tangent {
		tangent[i] = 1
	}
	w.begin(rows, o.x)
	discount, t := 1.0, o.t
	take := func(which int) error {
		if err := w.slopes[which].Eval(rows, slope, []float64{t}, w.x[:rows*d]); err != nil {
			return err
		}
		for r := range rows {
			if !stops[r] || over[r] {
				continue
			}
			over[r] = true
			for j := range d {
				v := discount * slope[r*d+j] * tangent[r*d+j]
				sum[j] += v
				square[j] += v * v
			}
		}
		return nil
	}
	for n := o.n; n < N; n++ {
		h, date := w.length(o, n), w.Dates[n] && t == w.Grid.Time(n)
		if err := w.look(n, t, h, date); err != nil {
			return err
		}
		if date {
			if err := w.exercises(t, stops); err != nil {
				return err
			}
			if err := take(0); err != nil {
				return err
			}
		}
		w.draw(of, n, first, h)
		w.Eq.Move.Tangent(h, rows, tangent, w.dw[:rows*d], moved)
		tangent, moved = moved, tangent
		if err := w.advance(t, h); err != nil {
			return err
		}
		discount *= math.Exp(-w.gen.c * h)
		t = w.Grid.Time(n + 1)
	}
	for r := range stops {
		stops[r] = true
	}
	return take(1)
}
