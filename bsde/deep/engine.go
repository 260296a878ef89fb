package deep

import (
	"context"
	"fmt"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/safetensors"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/bsde/internal/features"
	"github.com/deepbsde/deepbsde/bsde/internal/params"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"github.com/deepbsde/deepbsde/bsde/network"
)

// engine is a run in precision T.
type engine[T autodiff.Float] struct {
	*model[T]
	method   Method
	set      bsde.Settings
	pool     *autodiff.Pool
	adam     *autodiff.Adam[T]
	team     *walk.Team[T]
	sampler  *sampler[T] // nil where nothing is trained
	fit      *fit[T]     // nil where nothing is fitted
	solution *estimate.Solution
}

func start[T autodiff.Float](ctx context.Context, eq *equation.Equation, m Method, env bsde.Env) (*engine[T], error) {
	e := &engine[T]{method: m, set: env.Settings, pool: env.Pool}
	g, err := e.set.TimeGrid(eq.Horizon)
	if err != nil {
		return nil, err
	}
	pilot := walk.Pilot{Eq: eq, Grid: g, Paths: e.set.StartPaths, Seed: e.set.Seed, Pool: e.pool}
	scales, err := pilot.Scales(ctx)
	if err != nil {
		return nil, err
	}
	if err := pilot.Condition(ctx, scales); err != nil {
		return nil, err
	}
	if eq.Bent && eq.UsesY {
		scales.Y0 = scales.Rough // from far off a recursion that bends upwards leaves every scale
	}
	var f *features.Set
	if base, _ := m.parts(); base != nil || network.WantsFeatures(m.Network) {
		if f, err = features.New(ctx, &pilot, scales); err != nil {
			return nil, err
		}
	}
	if e.model, err = newModel[T](eq, m, g, &e.set, scales, f); err != nil {
		return nil, err
	}
	e.adam = autodiff.NewAdam[T](e.Layout)
	if e.team, err = walk.NewTeam(ctx, e.Model, e.set.Workers); err != nil {
		return nil, err
	}
	if m.Fit != LeastSquares {
		e.sampler = newSampler(e)
	}
	if m.Fit != Adam {
		if e.fit, err = newFit(e, m.Passes, m.PassPaths); err != nil {
			return nil, err
		}
	}
	e.solution = estimate.Of(e.Model, e.team, e.pool)
	return e, nil
}

// Deliver is Z, with what estimates u from it.
func (e *engine[T]) Deliver() bsde.Delivery { return bsde.Delivery{Solution: e.solution} }

// Label is problem, method and network.
func (e *engine[T]) Label() string {
	words := e.method.Network.Name()
	if _, bends := e.method.Network.(network.Bender); e.method.Fit == Both || bends && e.method.Fit == Adam {
		words += " by " + e.method.Fit
	}
	return fmt.Sprintf("%s, d = %d, %s, %s, %s", e.Eq.Name, e.Eq.Dim, e.method.Name(), words, e.set.Precision)
}

// Value is Y0 at (0, x0) as trained so far.
func (e *engine[T]) Value() float64 {
	w := e.team.Take()
	defer e.team.Give(w)
	return w.Trained(e.Eq.Start)
}

// UnitLoss is that of Z = 0.
func (e *engine[T]) UnitLoss() float64 { return e.Scales.G * e.Scales.G }

// MulAdds is the number of multiplications and additions in the matrix products of a step.
func (e *engine[T]) MulAdds() int {
	if e.program == nil {
		return 0
	}
	return e.program.MulAdds()
}

// Passes is the number of steps that are passes of a fit, at most: the first ones.
func (e *engine[T]) Passes() int {
	if e.fit == nil {
		return 0
	}
	return e.fit.passes
}

// Steps is the number of all steps: those of a fit alone are its passes.
func (e *engine[T]) Steps(iterations int) int {
	if e.sampler == nil {
		return min(iterations, e.Passes())
	}
	return iterations
}

// Ended tells whether further steps would change nothing.
func (e *engine[T]) Ended() bool { return e.sampler == nil && e.fit.note().settled() }

// GradientStep makes a pass of the fit, or once that has ended computes the gradient for batch number
// iteration and moves the parameters.
func (e *engine[T]) GradientStep(iteration int, rate float64) (bool, error) {
	if e.fit != nil && !e.fit.note().settled() {
		return e.fit.step(iteration)
	}
	if err := e.sampler.take(iteration); err != nil {
		return false, err
	}
	if iteration+1 < e.set.Iterations {
		e.sampler.prepare(iteration + 1)
	}
	e.program.Run(e.pool)
	if !e.adam.Step(e.pool, e.Params, e.program.Grads, rate, e.set.ClipNorm) {
		return false, nil
	}
	e.program.UpdateNorms(e.pool)
	return true, nil
}

// Validate is the loss on the fixed validation paths, in the mean of the weights where it has
// some, with the networks as used for inference.
func (e *engine[T]) Validate() (float64, error) {
	n := e.set.ValidationPaths
	sums, weights, errs := make([]float64, walk.Chunks(n)), make([]float64, walk.Chunks(n)), make([]error, walk.Chunks(n))
	e.pool.Run(len(sums), func(c int) {
		w := e.team.Take()
		defer e.team.Give(w)
		first := c * walk.ChunkRows
		rows := min(walk.ChunkRows, n-first)
		if errs[c] = w.Begin(walk.ForValidation, 0, first, rows, nil); errs[c] != nil {
			return
		}
		y, logs := w.StartValues()[0], []float64(nil)
		if e.weights != nil {
			logs = make([]float64, rows)
		}
		w.Steer = !e.method.Uncontrolled
		errs[c] = w.Follow(1, y, logs, nil)
		w.Steer = true
		for r, v := range y {
			by := 1.0
			if logs != nil {
				by = e.weights.of(logs[r])
			}
			sums[c] += by * clipped(v-w.G[r], e.set.LossClip)
			weights[c] += by
		}
	})
	total, all := 0.0, 0.0
	for c, v := range sums {
		if errs[c] != nil {
			return 0, errs[c]
		}
		total += v
		all += weights[c]
	}
	return total / all, nil
}

// State is the parameters with the moments of Adam.
func (e *engine[T]) State() ([]safetensors.Tensor, int) {
	return params.Tensors(e.Layout, e.Params, e.States, e.adam), e.adam.Steps
}

// Resume takes over the number of Adam's steps.
func (e *engine[T]) Resume(steps int, _ bsde.Record) { e.adam.Steps = steps }

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
