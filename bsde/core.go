package bsde

import (
	"context"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/safetensors"
)

// engine is the core of a trainer in precision T.
type engine[T autodiff.Float] struct {
	*model[T]
	method  DeepBSDE
	pool    *autodiff.Pool
	adam    *autodiff.Adam[T]
	walkers []*walker[T]
	free    chan *walker[T]
	sampler *sampler[T]

	gradients map[gradientKey]chan *pathGradient[T] // see pathGradients
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
	e.sampler = newSampler(e)
	return e, nil
}

func (e *engine[T]) chunks(paths int) int { return (paths + chunkRows - 1) / chunkRows }

// value is Y0 at (0, x0) as trained so far.
func (e *engine[T]) value() float64 { return e.trained(e.origin) }

// gradientStep computes the gradient for batch number iteration and moves the
// parameters.
func (e *engine[T]) gradientStep(iteration int, rate float64) (bool, error) {
	if err := e.sampler.take(iteration); err != nil {
		return false, err
	}
	if iteration+1 < e.set.Iterations {
		e.sampler.prepare(iteration + 1)
	}
	e.program.Run(e.pool)
	if !e.adam.Step(e.pool, e.params, e.program.Grads, rate, e.set.ClipNorm) {
		return false, nil
	}
	e.program.UpdateNorms(e.pool)
	return true, nil
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
		if errs[c] = w.begin(forValidation, 0, first, rows, nil); errs[c] != nil {
			return
		}
		y := w.startValues()
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

func (e *engine[T]) tensors() ([]safetensors.Tensor, int) {
	return modelTensors(&e.layout, e.params, e.states, e.adam), e.adam.Steps
}

func (e *engine[T]) resume(adamSteps int, _ Record) { e.adam.Steps = adamSteps }

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
