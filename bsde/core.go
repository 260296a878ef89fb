package bsde

import (
	"github.com/deepbsde/deepbsde/autodiff"
)

// engine is the core of a trainer in precision T.
type engine[T autodiff.Float] struct {
	*model[T]
	method  DeepBSDE
	pool    *autodiff.Pool
	adam    *autodiff.Adam[T]
	walkers []*walker[T]
	free    chan *walker[T]

	batch int // number of the batch being sampled
	task  func(c int)
	errs  []error
}

func newCore[T autodiff.Float](t *Trainer) (core, error) {
	s, err := newScales(t.eq, &t.set, t.pool)
	if err != nil {
		return nil, err
	}
	m, err := newModel[T](t.eq, t.method.network(), &t.set, s)
	if err != nil {
		return nil, err
	}
	e := &engine[T]{model: m, method: t.method, pool: t.pool, adam: autodiff.NewAdam[T](&m.layout)}
	if e.walkers, err = newWalkers(m, !t.method.Uncontrolled, t.set.Workers); err != nil {
		return nil, err
	}
	e.free = make(chan *walker[T], len(e.walkers))
	for _, w := range e.walkers {
		e.free <- w
	}
	e.errs = make([]error, e.chunks(t.set.Batch))
	e.task = e.sampleChunk
	return e, nil
}

func (e *engine[T]) chunks(paths int) int { return (paths + chunkRows - 1) / chunkRows }

// gradientStep samples batch number iteration, computes the gradient and moves
// the parameters.
func (e *engine[T]) gradientStep(iteration int, rate float64) (bool, error) {
	e.batch = iteration
	e.pool.Run(len(e.errs), e.task)
	for _, err := range e.errs {
		if err != nil {
			return false, err
		}
	}
	e.program.Run(e.pool)
	if !e.adam.Step(e.pool, e.params, e.program.Grads, rate, e.set.ClipNorm) {
		return false, nil
	}
	e.program.UpdateNorms()
	return true, nil
}

// sampleChunk simulates paths c·chunkRows … of the batch into the program's
// inputs.
func (e *engine[T]) sampleChunk(c int) {
	w := <-e.free
	defer func() { e.free <- w }()
	first := c * chunkRows
	rows := min(chunkRows, e.set.Batch-first)
	w.noise.draw(e.set.Seed, forTraining, e.batch, first, rows, e.eq.Horizon/float64(e.set.Steps))
	e.errs[c] = e.samplePaths(w, first, rows)
}

func (e *engine[T]) samplePaths(w *walker[T], first, rows int) error {
	d := e.eq.Dim
	put := func(n int, _ float64, x, dw, _ []float64) {
		at := (n*e.set.Batch + first) * d
		narrow(e.x[at:at+rows*d], x)
		narrow(e.dw[at:at+rows*d], dw)
	}
	if !e.method.Uncontrolled {
		y := make([]float64, rows)
		spread(y, []float64{e.value()})
		if err := w.walk(1, [][]float64{y}, put); err != nil {
			return err
		}
	} else if err := w.drift(put); err != nil {
		return err
	}
	g := make([]float64, rows)
	if err := e.eq.terminal.Eval(rows, g, w.x[:rows*d]); err != nil {
		return err
	}
	narrow(e.g[first:first+rows], g)
	return nil
}

// drift simulates X alone, without the network.
func (w *walker[T]) drift(see visit) error {
	eq, rows, d := w.m.eq, w.noise.rows, w.m.eq.Dim
	h := eq.Horizon / float64(w.m.set.Steps)
	x, next := w.x[:rows*d], w.next[:rows*d]
	spread(x, eq.Start)
	for k := range w.m.set.Steps {
		dw, extra := w.noise.step(k)
		see(k, float64(k)*h, x, dw, nil)
		if err := eq.move.Step(float64(k)*h, h, rows, x, dw, extra, next); err != nil {
			return err
		}
		x, next = next, x
	}
	copy(w.x, x)
	return nil
}

// validate is the loss on the fixed validation paths, with the networks as used
// for inference.
func (e *engine[T]) validate() (float64, error) {
	n := e.set.ValidationPaths
	sums, errs := make([]float64, e.chunks(n)), make([]error, e.chunks(n))
	e.pool.Run(len(sums), func(c int) {
		w := <-e.free
		defer func() { e.free <- w }()
		first := c * chunkRows
		rows := min(chunkRows, n-first)
		w.noise.draw(e.set.Seed, forValidation, 0, first, rows, e.eq.Horizon/float64(e.set.Steps))
		var delta []float64
		if delta, errs[c] = w.mismatch(1, e.value()); errs[c] != nil {
			return
		}
		for _, v := range delta {
			sums[c] += clipped(v, e.set.LossClip)
		}
	})
	total := 0.0
	for c, v := range sums {
		if errs[c] != nil {
			return 0, errs[c]
		}
		total += v
	}
	return total / float64(n), nil
}

// clipped is δ², growing linearly beyond |δ| = clip (0: never).
func clipped(delta, clip float64) float64 {
	if delta < 0 {
		delta = -delta
	}
	if clip > 0 && delta > clip {
		return clip * (2*delta - clip)
	}
	return delta * delta
}

// mismatch walks the paths of the noise from the given Y0 and returns Y_N − g(X_N).
func (w *walker[T]) mismatch(stride int, y0 float64) ([]float64, error) {
	rows := w.noise.rows
	y, g := make([]float64, rows), make([]float64, rows)
	spread(y, []float64{y0})
	if err := w.walk(stride, [][]float64{y}, nil); err != nil {
		return nil, err
	}
	if err := w.m.eq.terminal.Eval(rows, g, w.x[:rows*w.m.eq.Dim]); err != nil {
		return nil, err
	}
	for r := range y {
		y[r] -= g[r]
	}
	return y, nil
}
