package exercise

import (
	"context"
	"fmt"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff/parallel"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"github.com/deepbsde/deepbsde/pde"
)

// Stopped is where the rule ends one path from (0, x0).
type Stopped struct {
	Time   float64   // when it exercises; T where it holds until then
	Held   bool      // until T
	Payoff float64   // Φ(Time, State), or g(State) at T; not discounted
	State  []float64 // X then
}

// Simulate follows the rule on fresh paths of the equation's own X. Path i of a seed is the same for any
// number of paths and workers.
func (s *Solution) Simulate(ctx context.Context, paths int, seed uint64) ([]Stopped, error) {
	list := make([]Stopped, paths)
	free := make(chan *walker, s.Workers)
	for range s.Workers {
		free <- s.newWalker()
	}
	err := parallel.Chunks(ctx, s.Workers, (paths+rowsAtOnce-1)/rowsAtOnce, func(c int) error {
		w := <-free
		defer func() { free <- w }()
		first := c * rowsAtOnce
		return w.follows(noise{seed, walk.ForSimulation}, first, list[first:min(first+rowsAtOnce, paths)])
	})
	return list, err
}

// follows fills in where paths from number first on end.
func (w *walker) follows(of noise, first int, list []Stopped) error {
	d, N, rows := w.Eq.Dim, w.Grid.Steps(), len(list)
	w.begin(rows, w.Eq.Start)
	stops, over := make([]bool, rows), make([]bool, rows)
	end := func(r int, t, pay float64, held bool) {
		over[r] = true
		list[r] = Stopped{t, held, pay, slices.Clone(w.x[r*d : (r+1)*d])}
	}
	for n := range N {
		t, h := w.Grid.Time(n), w.Grid.Length(n)
		if w.Dates[n] {
			if err := w.look(n, t, h, true); err != nil {
				return err
			}
			if err := w.exercises(t, stops); err != nil {
				return err
			}
			for r := range rows {
				if stops[r] && !over[r] {
					end(r, t, w.pay[r], false)
				}
			}
		}
		w.draw(of, n, first, h)
		if err := w.move(t, h, w.dw[:rows*d]); err != nil {
			return err
		}
	}
	if err := w.Eq.G.Eval(rows, w.pay[:rows], w.x[:rows*d]); err != nil {
		return err
	}
	for r := range rows {
		if !over[r] {
			end(r, w.Grid.Horizon(), w.pay[r], true)
		}
	}
	return nil
}

// Dates are the dates of exercise before T.
func (s *Solution) Dates() (list []float64) {
	for n := range s.model.Grid.Steps() {
		if s.model.Dates[n] {
			list = append(list, s.model.Grid.Time(n))
		}
	}
	return list
}

// Gain is what exercise at a date pays less the fitted continuation value, or what a Decider makes of these, in states x,
// rows×d. The rule exercises where that is not below 0; it is −Inf where exercise pays nothing and nothing can be lost by waiting. The error of
// a time that is no date, or of a wrong number of components, is a *pde.Error.
func (s *Solution) Gain(t float64, x []float64) ([]float64, error) {
	m, d := s.model, s.model.Eq.Dim
	n, ok := m.Grid.At(t)
	if !ok || n == m.Grid.Steps() || !m.Dates[n] {
		return nil, &pde.Error{Problem: m.Eq.Name, Field: "t", Reason: fmt.Sprintf("is %g, want a date of exercise before T", t)}
	}
	if len(x)%d != 0 {
		return nil, &pde.Error{Problem: m.Eq.Name, Field: "x", Reason: fmt.Sprintf("has %d numbers, want states of %d components", len(x), d)}
	}
	gain, w := make([]float64, len(x)/d), s.newWalker()
	stops := make([]bool, rowsAtOnce)
	for first := 0; first < len(gain); first += rowsAtOnce {
		w.rows = min(rowsAtOnce, len(gain)-first)
		copy(w.x, x[first*d:(first+w.rows)*d])
		if err := w.look(n, t, m.Grid.Length(n), true); err != nil {
			return nil, err
		}
		if err := w.exercises(t, stops); err != nil {
			return nil, err
		}
		copy(gain[first:], w.gain[:w.rows])
	}
	return gain, nil
}
