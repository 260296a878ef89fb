package deep

import (
	"context"
	"fmt"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
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
	if err := foresee[T](eq.Dim, m, &e.set); err != nil {
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
	delta, weights, err := e.mismatches(walk.ForValidation, 0, e.set.ValidationPaths, 1)
	total, all := 0.0, 0.0
	for i, w := range weights {
		total += w * clipped(delta[i], e.set.LossClip)
		all += w
	}
	return total / all, err
}

// mismatches walks paths as training does, and gives Y_N − g(X_N) of each with its weight in the loss.
func (e *engine[T]) mismatches(use walk.Purpose, batch, paths, stride int) (delta, weights []float64, err error) {
	delta, weights = make([]float64, paths), make([]float64, paths)
	err = e.pool.Share(walk.Chunks(paths), func(c int) error {
		w := e.team.Take()
		defer e.team.Give(w)
		first := c * walk.ChunkRows
		rows := min(walk.ChunkRows, paths-first)
		if err := w.Begin(use, batch, first, rows, nil); err != nil {
			return err
		}
		y, logs := w.StartValues()[0], make([]float64, rows)
		w.Steer = !e.method.Uncontrolled
		err := w.Follow(stride, y, e.asked(logs), nil)
		w.Steer = true
		for r, v := range y {
			delta[first+r], weights[first+r] = v-w.G[r], e.weight(logs[r])
		}
		return err
	}, ranks.Each(delta, walk.ChunkRows), ranks.Each(weights, walk.ChunkRows))
	return delta, weights, err
}

// asked is logs where the loss has weights; elsewhere they need not be computed.
func (e *engine[T]) asked(logs []float64) []float64 {
	if e.weights == nil {
		return nil
	}
	return logs
}

// weight is that of a path in the loss, given the logarithm of Γ.
func (e *engine[T]) weight(log float64) float64 {
	if e.weights == nil {
		return 1
	}
	return e.weights.of(log)
}

// State is the parameters with the moments of Adam.
func (e *engine[T]) State() ([]safetensors.Tensor, int) {
	return params.Tensors(e.Layout, e.Params, e.States, e.adam), e.adam.Steps
}

// Begin takes over the parameters of another run.
func (e *engine[T]) Begin(saved []safetensors.Tensor) error {
	return params.Begin(e.Layout, e.Params, saved)
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
