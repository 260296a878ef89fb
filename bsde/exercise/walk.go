package exercise

import (
	"math"

	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"gonum.org/v1/gonum/floats"
)

// rowsAtOnce is the number of paths that a worker walks along at a time. No random number
// depends on it.
const rowsAtOnce = 128

// origin is where paths begin: x at time t, in the step that follows point n of the grid.
type origin struct {
	n int
	t float64
	x []float64
}

// walker walks along paths by a field; each goroutine has its own.
type walker struct {
	*Model
	at    Evaluator
	step  *Step
	rows  int
	x     []float64 // rows×d
	next  []float64
	dw    []float64 // the noise, of mean 0
	moved []float64 // dw with the drift of f's slope in z
	extra []float64
	c, z  []float64
	hold  []float64 // the fitted continuation value
	pay   []float64
	gain  []float64
}

func (s *Solution) newWalker() *walker {
	d, rows := s.model.Eq.Dim, rowsAtOnce
	w := &walker{
		Model: s.model, at: s.field.Evaluator(rows), step: s.model.newStep(rows),
		x: make([]float64, rows*d), next: make([]float64, rows*d), dw: make([]float64, rows*d), moved: make([]float64, rows*d),
		c: make([]float64, rows), z: make([]float64, rows*d), pay: make([]float64, rows), hold: make([]float64, rows), gain: make([]float64, rows),
	}
	if s.model.Eq.Move.Extra > 0 {
		w.extra = make([]float64, rows*d)
	}
	return w
}

// begin puts rows of paths at a point.
func (w *walker) begin(rows int, x []float64) {
	w.rows = rows
	for r := range rows {
		copy(w.x[r*len(x):], x)
	}
}

// length is the length of the step after point n for paths that began at o.
func (w *walker) length(o *origin, n int) float64 {
	if n == o.n {
		return w.Grid.Time(n+1) - o.t
	}
	return w.Grid.Length(n)
}

// look evaluates the field at point n: what a step makes of values, and c and the continuation value where they are wanted.
func (w *walker) look(n int, t, h float64, values bool) error {
	w.at.Move(n, w.rows, w.x[:w.rows*w.Eq.Dim])
	c, z := []float64(nil), []float64(nil)
	if values || w.NeedsValues() {
		c = w.c[:w.rows]
		if err := w.at.Continuation(c); err != nil {
			return err
		}
	}
	if w.NeedsZ() || values && w.UsesZ() {
		z = w.z[:w.rows*w.Eq.Dim]
		if err := w.at.Z(z); err != nil {
			return err
		}
	}
	if err := w.gen.tangent(w.step, t, h, w.rows, w.x[:w.rows*w.Eq.Dim], c, z); err != nil || !values {
		return err
	}
	w.step.Hold(w.rows, c, z, w.hold)
	return nil
}

// exercises tells for each row whether the rule stops at a date: where gain is not below 0. It leaves Φ in pay. look has
// been called with values.
func (w *walker) exercises(t float64, stop []bool) error {
	rows := w.rows
	if err := w.Obstacle(t, rows, w.x[:rows*w.Eq.Dim], w.pay[:rows]); err != nil {
		return err
	}
	if err := w.gains(w.at, w.pay[:rows], w.hold[:rows], w.gain[:rows]); err != nil {
		return err
	}
	for r := range rows {
		stop[r] = w.gain[r] >= 0
	}
	return nil
}

// gains fills out with what exercise gains over going on as the rule sees it: Φ less the continuation value, or what the field
// decides; −Inf where exercise pays nothing and nothing can be lost by waiting.
func (m *Model) gains(at Evaluator, pay, hold, out []float64) error {
	if d, ok := at.(Decider); ok {
		if err := d.Decide(pay, hold, out); err != nil {
			return err
		}
	} else {
		floats.SubTo(out, pay, hold)
	}
	m.Wait(pay, out)
	return nil
}

// Wait makes gain −Inf where exercise pays nothing and nothing can be lost by waiting.
func (m *Model) Wait(pay, gain []float64) {
	for r := range gain {
		if m.Patient && pay[r] <= 0 {
			gain[r] = math.Inf(-1)
		}
	}
}

// noise is the random numbers of one set of paths.
type noise struct {
	seed    uint64
	purpose walk.Purpose
}

// draw fills dw and extra for step n of the paths from number first on.
func (w *walker) draw(of noise, n, first int, h float64) {
	numbers := walk.NewNoise(of.seed, of.purpose, 0, first, w.rows, w.Eq.Dim)
	numbers.Increments(n, h, w.dw)
	if w.extra != nil {
		numbers.Extra(n, w.extra)
	}
}

// drawMore adds the increments of a further step to dw.
func (w *walker) drawMore(of noise, n, first int, h float64) {
	size := w.rows * w.Eq.Dim
	sum := append(w.moved[:0], w.dw[:size]...)
	w.draw(of, n, first, h)
	floats.Add(w.dw[:size], sum)
}

// advance moves the states over a step, along the slope of f in z where there is one.
func (w *walker) advance(t, h float64) error {
	size := w.rows * w.Eq.Dim
	dw := w.dw[:size]
	if w.step.V != nil {
		floats.AddScaledTo(w.moved[:size], dw, h, w.step.V[:size])
		dw = w.moved[:size]
	}
	return w.move(t, h, dw)
}

// move moves the states over a step by increments of the noise.
func (w *walker) move(t, h float64, dw []float64) error {
	size, extra := w.rows*w.Eq.Dim, w.extra
	if extra != nil {
		extra = extra[:size]
	}
	if err := w.Eq.Move.Step(t, h, w.rows, w.x[:size], dw, extra, w.next[:size]); err != nil {
		return err
	}
	w.x, w.next = w.next, w.x
	return nil
}
