package bsde

import (
	"context"

	"github.com/deepbsde/deepbsde/autodiff"
)

// chunkRows is the number of paths that a worker simulates at a time. No random
// number depends on it; sums over paths are made by chunks, so that their order
// does not depend on the number of workers.
const chunkRows = 32

// walker simulates paths under the network as it is, step by step: it knows Z,
// and where asked the control v = ∂f/∂z, at every state. Each worker has one.
type walker[T autodiff.Float] struct {
	m       *model[T]
	serial  *autodiff.Pool
	steps   []stepNetwork[T]     // Z of each step for chunkRows states
	control *autodiff.Program[T] // v = ∂f/∂z; nil where f does not depend on z
	v       []T                  // its output
	first   stepNetwork[T]       // u(0, ·) as trained, where the start is random
	at      [inZ + 1][]T         // its inputs t, x, y and z, nil where v does not depend on one
	steer   bool                 // whether walk follows the control

	noise          noise
	from           *origin
	x, next, shift []float64    // rows×d: state, next state, increment with the control's drift
	z, more        []float64    // rows×d: Z, further increments
	extra          []float64    // rows×d, nil where the transition needs none
	f              []float64    // rows: f, then Z·ΔW
	y              []float64    // rows, the values along the paths
	now            [1]float64   // t as an operand, and y as the only set of values,
	values         [1][]float64 // kept here because they would be allocated in every step
	g              []float64    // rows, g(X_T)
	sink           batchSink[T]
}

// stepNetwork is Z of one time step.
type stepNetwork[T autodiff.Float] struct {
	*autodiff.Program[T]
	x, z []T // input, nil where Z does not depend on x, and output
}

// newWalkers makes a walker for each worker.
func newWalkers[T autodiff.Float](ctx context.Context, m *model[T], workers int) ([]*walker[T], error) {
	list := make([]*walker[T], workers)
	for i := range list {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var err error
		if list[i], err = newWalker(m); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func newWalker[T autodiff.Float](m *model[T]) (*walker[T], error) {
	d, n := m.eq.Dim, m.set.Steps
	w := &walker[T]{
		m: m, steer: true, serial: autodiff.NewPool(1),
		x: make([]float64, chunkRows*d), next: make([]float64, chunkRows*d),
		shift: make([]float64, chunkRows*d), z: make([]float64, chunkRows*d), more: make([]float64, chunkRows*d),
		f: make([]float64, chunkRows), y: make([]float64, chunkRows), g: make([]float64, chunkRows),
	}
	if m.eq.move.Extra > 0 {
		w.extra = make([]float64, chunkRows*d)
	}
	for k := range n {
		s, err := w.compile(func(b *builder, x autodiff.Node) autodiff.Node { return m.net.build(b, k, 1, x) })
		if err != nil {
			return nil, err
		}
		w.steps = append(w.steps, s)
	}
	if m.eq.random != nil {
		var err error
		if w.first, err = w.compile(m.value0); err != nil {
			return nil, err
		}
	}
	if m.eq.usesZ {
		return w, w.compileControl()
	}
	return w, nil
}

// compile makes a function of chunkRows states.
func (w *walker[T]) compile(f func(b *builder, x autodiff.Node) autodiff.Node) (stepNetwork[T], error) {
	b := w.m.builder(false)
	out := f(b, b.Input("x", chunkRows, w.m.eq.Dim))
	p, err := autodiff.Compile(b.Graph, autodiff.Target{Outputs: []autodiff.Node{out}}, w.m.params, w.m.states)
	if err != nil {
		return stepNetwork[T]{}, err
	}
	return stepNetwork[T]{p, p.Input("x"), p.Value(out)}, nil
}

// compileControl makes the program for v = ∂f/∂z(t, x, y, z).
func (w *walker[T]) compileControl() error {
	d := w.m.eq.Dim
	b := w.m.builder(false)
	z := b.Input("z", chunkRows, d)
	e := b.Embed(w.m.eq.list)
	e.BindInputs(b.Input("t", 1, 1), b.Input("x", chunkRows, d), b.Input("y", chunkRows, 1), z)
	v := b.Gradient(b.Sum(e.Result()), z)[0]
	p, err := autodiff.Compile(b.Graph, autodiff.Target{Outputs: []autodiff.Node{v}}, w.m.params, w.m.states)
	if err != nil {
		return err
	}
	w.control, w.v = p, p.Value(v)
	for i, name := range []string{inT: "t", inX: "x", inY: "y", inZ: "z"} {
		w.at[i] = p.Input(name)
	}
	return nil
}
