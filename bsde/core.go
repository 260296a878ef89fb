package bsde

import (
	"context"

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

func newCore[T autodiff.Float](ctx context.Context, t *Trainer) (core, error) {
	s, err := newScales(ctx, t.eq, &t.set, t.pool)
	if err != nil {
		return nil, err
	}
	m, err := newModel[T](t.eq, t.method.Network, &t.set, s)
	if err != nil {
		return nil, err
	}
	e := &engine[T]{model: m, method: t.method, pool: t.pool, adam: autodiff.NewAdam[T](&m.layout)}
	if e.walkers, err = newWalkers(ctx, m, t.set.Workers); err != nil {
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
	e.program.UpdateNorms(e.pool)
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
	w.sink = batchSink[T]{m: e.model, first: first}
	err := w.sample(e.value(), !e.method.Uncontrolled, &w.sink)
	narrow(e.g[first:first+rows], w.g[:rows])
	return err
}

// batchSink puts a chunk of paths into the inputs of the gradient program.
type batchSink[T autodiff.Float] struct {
	m     *model[T]
	first int // row of the chunk's first path in the batch
}

func (s *batchSink[T]) observe(n int, _ float64, x, dw, _ []float64) error {
	at := (n*s.m.set.Batch + s.first) * s.m.eq.Dim
	if s.m.x != nil { // neither f nor Z may depend on x
		narrow(s.m.x[at:at+len(x)], x)
	}
	narrow(s.m.dw[at:at+len(dw)], dw)
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
		y := w.from(e.value())
		w.steer = !e.method.Uncontrolled
		errs[c] = w.walk(1, y, nil)
		w.steer = true
		for r, v := range y[0] {
			sums[c] += clipped(v-w.g[r], e.set.LossClip)
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
