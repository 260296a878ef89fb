package bsde

import (
	"github.com/deepbsde/deepbsde/autodiff"
)

// chunkRows is the number of paths that a worker simulates at a time. It is part
// of no random number and of no result.
const chunkRows = 32

// walker simulates paths under the network as it is, step by step: it knows Z,
// and where asked the control v = ∂f/∂z, at every state. Each worker has one.
type walker[T autodiff.Float] struct {
	m       *model[T]
	serial  *autodiff.Pool
	steps   []*autodiff.Program[T] // Z of step n for chunkRows states
	outputs []autodiff.Node
	control *autodiff.Program[T] // ∂f/∂z; nil where paths are not controlled
	v       autodiff.Node

	noise          *noise
	x, next, shift []float64 // rows×d: state, next state, increment with the control's drift
	z              []float64 // rows×d
	f              []float64 // rows
}

// newWalkers makes a walker for each worker.
func newWalkers[T autodiff.Float](m *model[T], controlled bool, workers int) ([]*walker[T], error) {
	list := make([]*walker[T], workers)
	for i := range list {
		var err error
		if list[i], err = newWalker(m, controlled); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func newWalker[T autodiff.Float](m *model[T], controlled bool) (*walker[T], error) {
	d, n := m.eq.Dim, m.set.Steps
	w := &walker[T]{
		m: m, serial: autodiff.NewPool(1), noise: newNoise(n, chunkRows, d, m.eq.move.Extra),
		x: make([]float64, chunkRows*d), next: make([]float64, chunkRows*d),
		shift: make([]float64, chunkRows*d), z: make([]float64, chunkRows*d), f: make([]float64, chunkRows),
	}
	for k := range n {
		b := m.builder(false)
		z := m.net.build(b, k, 1, b.Input("x", chunkRows, d))
		p, err := autodiff.Compile(b.Graph, autodiff.Target{Outputs: []autodiff.Node{z}}, m.params, m.states)
		if err != nil {
			return nil, err
		}
		w.steps, w.outputs = append(w.steps, p), append(w.outputs, z)
	}
	if controlled {
		return w, w.compileControl()
	}
	return w, nil
}

// compileControl makes the program for v = ∂f/∂z(t, x, y, z).
func (w *walker[T]) compileControl() error {
	d := w.m.eq.Dim
	b := w.m.builder(false)
	z := b.Input("z", chunkRows, d)
	e := b.Embed(w.m.eq.list)
	e.BindInputs(b.Input("t", 1, 1), b.Input("x", chunkRows, d), b.Input("y", chunkRows, 1), z)
	w.v = b.Gradient(b.Sum(e.Result()), z)[0]
	var err error
	w.control, err = autodiff.Compile(b.Graph, autodiff.Target{Outputs: []autodiff.Node{w.v}}, w.m.params, w.m.states)
	return err
}

// visit is told the state and the increment of every step before the next state
// is computed; both are rows×d and valid during the call.
type visit func(n int, t float64, x, dw, z []float64)

// walk simulates the paths of the walker's noise on every stride-th grid point
// and advances the values y (each one value a path, all with the same Z) along
// them. The control is taken at y[0]. At the end x holds X_T.
func (w *walker[T]) walk(stride int, y [][]float64, see visit) error {
	eq, rows, d := w.m.eq, w.noise.rows, w.m.eq.Dim
	n, h := w.m.set.Steps, w.m.eq.Horizon/float64(w.m.set.Steps)
	x, next := w.x[:rows*d], w.next[:rows*d]
	spread(x, eq.Start)
	for k := 0; k < n; k += stride {
		t, span := float64(k)*h, float64(min(stride, n-k))*h
		dw, extra := w.increment(k, min(stride, n-k))
		z := w.evaluate(k, x, rows)
		if w.control != nil {
			w.addControl(t, span, x, y[0], rows, dw)
		}
		if see != nil {
			see(k, t, x, dw, z)
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
	copy(w.x, x)
	return nil
}

// increment is the sum of count increments from step k on, in w.shift.
func (w *walker[T]) increment(k, count int) (dw, extra []float64) {
	first, extra := w.noise.step(k)
	dw = w.shift[:len(first)]
	copy(dw, first)
	for i := 1; i < count; i++ {
		more, _ := w.noise.step(k + i)
		for j, v := range more {
			dw[j] += v
		}
	}
	return dw, extra
}

// evaluate is Z of step k at the states x.
func (w *walker[T]) evaluate(k int, x []float64, rows int) []float64 {
	p := w.steps[k]
	if in := p.Input("x"); in != nil {
		narrow(in, x)
	}
	p.Run(w.serial)
	z := w.z[:len(x)]
	for i, v := range p.Value(w.outputs[k])[:len(x)] {
		z[i] = float64(v)
	}
	return z
}

// addControl adds v·span to the increments dw.
func (w *walker[T]) addControl(t, span float64, x, y []float64, rows int, dw []float64) {
	p := w.control
	for name, values := range map[string][]float64{"t": {t}, "x": x, "y": y, "z": w.z[:len(x)]} {
		if in := p.Input(name); in != nil {
			narrow(in, values)
		}
	}
	p.Run(w.serial)
	for i, v := range p.Value(w.v)[:len(dw)] {
		dw[i] += float64(v) * span
	}
}

func narrow[T autodiff.Float](dst []T, src []float64) {
	for i, v := range src {
		dst[i] = T(v)
	}
}

// advance is one step of the recursion for one set of values.
func (w *walker[T]) advance(t, span float64, x, y, z, dw []float64) error {
	d := w.m.eq.Dim
	if w.m.eq.generator != nil {
		f := w.f[:len(y)]
		if err := w.m.eq.generator.Eval(len(y), f, []float64{t}, x, y, z); err != nil {
			return err
		}
		for r, v := range f {
			y[r] -= v * span
		}
	}
	for r := range y {
		s := 0.0
		for j := r * d; j < (r+1)*d; j++ {
			s += z[j] * dw[j]
		}
		y[r] += s
	}
	return nil
}
