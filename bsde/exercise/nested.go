package exercise

import (
	"math"

	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"gonum.org/v1/gonum/floats"
)

// inner simulates what a martingale made of the fitted values needs: from each state of the
// outer paths at a date, or at their begin, inner paths to the next date give
//
//	M_{k+1} − M_k = A − E[A | X_k],   A = D V(X_{k+1}) + Σ D_n Add_n
//
// with V the fitted value there, D the product of the factors on the way, and the fitted
// increments as a control variate (Haugh, Kogan 2004, with less noise). Noise in the
// inner means only raises the bound.
type inner struct {
	*walker          // along inner paths, rows from one outer state after another
	discount, source []float64
	variate          []float64
	increment        []float64
}

func (s *Solution) newInner() *inner {
	rows := rowsAtOnce
	return &inner{s.newWalker(), make([]float64, rows), make([]float64, rows), make([]float64, rows), make([]float64, rows)}
}

// blocks are the stretches between dates from o on: each from point first to point last.
func (m *Model) blocks(o *origin) (list [][2]int) {
	first := o.n
	for n := o.n + 1; n <= m.Grid.Steps(); n++ {
		if m.Dates[n] || n == m.Grid.Steps() {
			list = append(list, [2]int{first, n})
			first = n
		}
	}
	return list
}

// run walks rows of paths over a block, from the states in x, and fills a with A less the fitted
// martingale: Σ D_{n+1} ΔM_n. draw makes the noise of step n.
func (w *inner) run(o *origin, block [2]int, a []float64, draw func(n int, h float64)) error {
	rows := w.rows
	for r := range rows {
		w.discount[r], w.source[r], w.variate[r] = 1, 0, 0
	}
	t := w.Grid.Time(block[0])
	if block[0] == o.n {
		t = o.t
	}
	for n := block[0]; n < block[1]; n++ {
		h := w.Grid.Time(n+1) - t
		if err := w.look(n, t, h, false); err != nil {
			return err
		}
		draw(n, h)
		if err := w.at.Increment(h, w.dw[:rows*w.Eq.Dim], w.increment[:rows]); err != nil {
			return err
		}
		for r := range rows {
			w.source[r] += w.discount[r] * w.step.Add[r]
			w.discount[r] *= w.step.Factor[r]
			w.variate[r] += w.discount[r] * w.increment[r]
		}
		if err := w.advance(t, h); err != nil {
			return err
		}
		t = w.Grid.Time(n + 1)
	}
	if err := w.value(block[1], a); err != nil {
		return err
	}
	for r := range rows {
		a[r] = w.source[r] + w.discount[r]*a[r]
	}
	return nil
}

// value fills v with V at point n: g at the end, else the larger of Φ and the continuation value.
func (w *inner) value(n int, v []float64) error {
	rows := w.rows
	x := w.x[:rows*w.Eq.Dim]
	if n == w.Grid.Steps() {
		return w.Eq.G.Eval(rows, v[:rows], x)
	}
	t := w.Grid.Time(n)
	if err := w.look(n, t, w.Grid.Length(n), true); err != nil {
		return err
	}
	if err := w.Obstacle(t, rows, x, w.pay[:rows]); err != nil {
		return err
	}
	for r := range rows {
		v[r] = math.Max(w.pay[r], w.hold[r])
	}
	return nil
}

// outer is one path of the upper bound with inner simulation, so many paths from each date: the
// best in hindsight less the martingale, at its begin.
func (w *inner) outer(seed uint64, o *origin, path, paths int) (float64, error) {
	d := w.Eq.Dim
	outerNoise, innerNoise := noise{seed, walk.ForRegion}, noise{seed, walk.ForPairs}
	list := w.blocks(o)
	x, a := append([]float64(nil), o.x...), make([]float64, rowsAtOnce)
	pay := make([]float64, len(list))
	factor, add := make([]float64, len(list)), make([]float64, len(list)) // of each block, as of a Step
	for k, block := range list {
		begin := w.Grid.Time(block[0])
		if k == 0 {
			begin = o.t
		}
		pay[k] = math.Inf(-1)
		if w.Dates[block[0]] && begin == w.Grid.Time(block[0]) {
			if err := w.Obstacle(begin, 1, x, pay[k:k+1]); err != nil {
				return 0, err
			}
		}
		mean := 0.0
		for done := 0; done < paths; done += rowsAtOnce {
			w.begin(min(rowsAtOnce, paths-done), x)
			if err := w.run(o, block, a, func(n int, h float64) { w.draw(innerNoise, n, path*paths+done, h) }); err != nil {
				return 0, err
			}
			mean += (floats.Sum(a[:w.rows]) - floats.Sum(w.variate[:w.rows])) / float64(paths)
		}
		w.begin(1, x)
		if err := w.run(o, block, a, func(n int, h float64) { w.draw(outerNoise, n, path, h) }); err != nil {
			return 0, err
		}
		factor[k], add[k] = w.discount[0], w.source[0]-(a[0]-mean)
		copy(x, w.x[:d])
	}
	if err := w.Eq.G.Eval(1, a[:1], x); err != nil {
		return 0, err
	}
	theta := a[0]
	for k := len(list) - 1; k >= 0; k-- {
		theta = math.Max(factor[k]*theta+add[k], pay[k])
	}
	return theta, nil
}
