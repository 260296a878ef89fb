package bsde

import (
	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/vec"
	"gonum.org/v1/gonum/floats"
)

// observer is told the state, the increment and Z of every step before the next
// state is computed; all are rows×d and valid during the call.
type observer interface {
	observe(n int, t float64, x, dw, z []float64) error
}

// walk simulates the paths that begin has set up on every stride-th grid point
// and advances the values y (each one value a path, all with the same Z) along
// them; y may be empty. The control is taken at y[0]. Z is evaluated, and seen by
// the observer, only where the control or a value needs it. At the end x holds X_T
// and g g(X_T).
func (w *walker[T]) walk(stride int, y [][]float64, o observer) error {
	eq, rows, d := w.m.eq, w.noise.rows, w.m.eq.Dim
	n := w.from.steps()
	x, next := w.x[:rows*d], w.next[:rows*d]
	steered := w.steer && w.control != nil
	var z []float64
	for k := 0; k < n; k += stride {
		t, span := w.from.times[k], w.from.length(k, min(stride, n-k))
		dw, extra := w.increment(k, min(stride, n-k))
		if steered || len(y) > 0 {
			z = w.evaluate(w.from.nets[k], x)
		}
		if steered {
			w.addControl(t, span, x, y, dw)
		}
		if o != nil {
			if err := o.observe(k, t, x, dw, z); err != nil {
				return err
			}
		}
		for _, values := range y {
			if err := w.advance(t, span, x, values, z, dw); err != nil {
				return err
			}
		}
		if err := eq.move.Step(t, span, rows, x, dw, extra, next); err != nil {
			return err
		}
		x, next = next, x
	}
	return w.finish(x)
}

// finish keeps the terminal states and evaluates g there.
func (w *walker[T]) finish(x []float64) error {
	copy(w.x, x)
	return w.m.eq.terminal.Eval(w.noise.rows, w.g[:w.noise.rows], x)
}

// sample simulates paths for training, steered or not. Y is walked along only where
// the control depends on it.
func (w *walker[T]) sample(steer bool, o observer) error {
	var y [][]float64
	if steer && w.at[inY] != nil {
		y = w.startValues()
	}
	w.steer = steer
	err := w.walk(1, y, o)
	w.steer = true
	return err
}

// equalValues is one value a path, all equal to y0, in the walker's own memory.
func (w *walker[T]) equalValues(y0 float64) [][]float64 {
	w.values[0] = w.y[:w.noise.rows]
	for r := range w.values[0] {
		w.values[0][r] = y0
	}
	return w.values[:]
}

// startValues are the trained Y0 of the paths, in the walker's own memory.
func (w *walker[T]) startValues() [][]float64 {
	if w.first.Program == nil {
		return w.equalValues(w.m.value())
	}
	w.values[0] = w.y[:w.noise.rows]
	w.first.run(w.serial, w.values[0], w.x[:w.noise.rows*w.m.eq.Dim])
	return w.values[:]
}

// increment is the sum of count increments from step k on, in w.shift, and the extra
// numbers that go with it.
func (w *walker[T]) increment(k, count int) (dw, extra []float64) {
	size := w.noise.rows * w.m.eq.Dim
	dw, more := w.shift[:size], w.more[:size]
	w.noise.increments(k, w.from.lengths[k], dw)
	for i := 1; i < count; i++ {
		w.noise.increments(k+i, w.from.lengths[k+i], more)
		floats.Add(dw, more)
	}
	if w.extra != nil {
		extra = w.extra[:size]
		w.noise.extra(k, extra)
	}
	return dw, extra
}

// begin makes the walker walk the given paths, all from one point, or with nil as in
// training: from x0 or from random starts.
func (w *walker[T]) begin(p purpose, batch, first, rows int, from *origin) error {
	m := w.m
	w.noise = newNoise(m.set.Seed, p, batch, first, rows, m.eq.Dim)
	w.from = from
	x := w.x[:rows*m.eq.Dim]
	if from == nil {
		w.from = m.origin
		if m.eq.random != nil {
			return w.noise.starts(m.eq, x)
		}
	}
	spread(x, w.from.x)
	return nil
}

// evaluate is Z of step k at the states x.
func (w *walker[T]) evaluate(k int, x []float64) []float64 {
	z := w.z[:len(x)]
	w.steps[k].run(w.serial, z, x)
	return z
}

// run evaluates the network at the states x.
func (s *stepNetwork[T]) run(serial *autodiff.Pool, out, x []float64) {
	narrow(s.x, x)
	s.Run(serial)
	vec.Widen(out, s.z[:len(out)])
}

// addControl adds v·span to the increments dw.
func (w *walker[T]) addControl(t, span float64, x []float64, y [][]float64, dw []float64) {
	if w.at[inT] != nil {
		w.at[inT][0] = T(t)
	}
	narrow(w.at[inX], x)
	if len(y) > 0 {
		narrow(w.at[inY], y[0])
	}
	narrow(w.at[inZ], w.z[:len(x)])
	w.control.Run(w.serial)
	for i, v := range w.v[:len(dw)] {
		dw[i] += float64(v) * span
	}
}

// narrow converts src to the precision of dst; an input that a program does not
// have is nil and stays so.
func narrow[T autodiff.Float](dst []T, src []float64) {
	if dst == nil {
		return
	}
	vec.Narrow(dst, src)
}

// advance is one step of the recursion for one set of values.
func (w *walker[T]) advance(t, span float64, x, y, z, dw []float64) error {
	f := w.f[:len(y)]
	if w.m.eq.generator != nil {
		w.now[0] = t
		if err := w.m.eq.generator.Eval(len(y), f, w.now[:], x, y, z); err != nil {
			return err
		}
		for r, v := range f {
			y[r] -= v * span
		}
	}
	vec.RowDots(f, z, dw, w.m.eq.Dim)
	floats.Add(y, f)
	return nil
}
