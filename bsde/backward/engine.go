package backward

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
	"gonum.org/v1/gonum/stat"
)

// engine is a run in precision T.
type engine[T autodiff.Float] struct {
	*model[T]
	method   Method
	set      bsde.Settings
	pool     *autodiff.Pool
	team     *walk.Team[T]
	own      *walk.Team[T] // one, for Value, which walkers of the team ask for
	tools    chan *tool[T]
	blocks   *features.Blocks[T] // nil before the first fit
	learner  *learner[T]         // nil for least squares alone
	solution *estimate.Solution
}

func start[T autodiff.Float](ctx context.Context, eq *equation.Equation, m Method, env bsde.Env) (*engine[T], error) {
	e := &engine[T]{method: m, set: env.Settings, pool: env.Pool, tools: make(chan *tool[T], env.Settings.Workers)}
	g, err := e.set.TimeGrid(eq.Horizon)
	if err != nil {
		return nil, err
	}
	pilot := walk.Pilot{Eq: eq, Grid: g, Paths: e.set.StartPaths, Seed: e.set.Seed, Pool: e.pool}
	scales, err := pilot.Scales(ctx)
	if err != nil {
		return nil, err
	}
	set, err := features.New(ctx, &pilot, scales)
	if err != nil {
		return nil, err
	}
	b, err := newBasis(set, &pilot)
	if err != nil {
		return nil, err
	}
	if e.model, err = newModel[T](eq, g, &e.set, scales, b, m); err != nil {
		return nil, err
	}
	if e.team, err = walk.NewTeam(ctx, e.Model, e.set.Workers); err != nil {
		return nil, err
	}
	if e.own, err = walk.NewTeam(ctx, e.Model, 1); err != nil {
		return nil, err
	}
	for range e.set.Workers {
		t, err := newTool[T](b)
		if err != nil {
			return nil, err
		}
		e.tools <- t
	}
	if m.Fit != LeastSquares {
		if e.learner, err = newLearner(e.model, m.Passes, e.set.Workers, e.set.Seed); err != nil {
			return nil, err
		}
	}
	e.Model.Value = e.Value
	e.solution = estimate.Of(e.Model, e.team, e.pool)
	return e, nil
}

// Deliver is U and Z, with what estimates u from them.
func (e *engine[T]) Deliver() bsde.Delivery { return bsde.Delivery{Solution: e.solution} }

// Label is problem, method and target.
func (e *engine[T]) Label() string {
	return fmt.Sprintf("%s, d = %d, %s, %s, %s", e.Eq.Name, e.Eq.Dim, e.method.Name(), e.method.Target, e.set.Precision)
}

// done is the number of levels that have been fitted.
func (e *engine[T]) done() int { return int(e.States[0]) }

// finest is the stride of the finest level that has been fitted; false where none has.
func (e *engine[T]) finest() (stride int, ok bool) {
	list := e.strides()
	if e.done() == 0 {
		return 0, false
	}
	return list[len(list)-e.done()], true
}

// Value is U(0, x0) of the finest level so far.
func (e *engine[T]) Value() float64 {
	stride, ok := e.finest()
	if !ok {
		return e.Scales.Y0
	}
	w := e.own.Take()
	defer e.own.Give(w)
	var u [1]float64
	if err := w.Settled(0, stride, e.Eq.Start, nil, u[:]); err != nil {
		return e.Scales.Y0
	}
	return u[0]
}

// UnitLoss is that of Z = 0.
func (e *engine[T]) UnitLoss() float64 { return e.Scales.G * e.Scales.G }

// Passes is the number of sweeps, one for each level: they are all steps there are.
func (e *engine[T]) Passes() int { return len(e.strides()) }

// Steps is the same.
func (e *engine[T]) Steps(int) int { return e.Passes() }

// Ended tells whether all levels have been fitted.
func (e *engine[T]) Ended() bool { return e.done() == e.Passes() }

// GradientStep fits the next finer level.
func (e *engine[T]) GradientStep(int, float64) (bool, error) {
	list := e.strides()
	finite, err := e.sweep(list[len(list)-1-e.done()])
	e.States[0]++
	return finite, err
}

// Validate is the variance of what the paths of the finest level so far carry, on fixed paths; before any sweep that of Z = 0.
func (e *engine[T]) Validate() (float64, error) {
	stride, ok := e.finest()
	if !ok {
		return e.UnitLoss(), nil
	}
	delta := make([]float64, e.set.ValidationPaths)
	err := e.pool.Share(walk.Chunks(len(delta)), func(c int) error {
		w := e.team.Take()
		defer e.team.Give(w)
		first := c * walk.ChunkRows
		part := delta[first:min(first+walk.ChunkRows, len(delta))]
		if err := w.Begin(walk.ForValidation, 0, first, len(part), nil); err != nil {
			return err
		}
		return w.Mismatch(stride, 0, part, nil, nil)
	}, ranks.Each(delta, walk.ChunkRows))
	if err != nil {
		return 0, err
	}
	return stat.Variance(delta, nil), nil
}

// State is the coefficients, and the number of levels that have them.
func (e *engine[T]) State() ([]safetensors.Tensor, int) {
	return params.Tensors[T](e.Layout, e.Params, e.States, nil), 0
}

// Resume has nothing to do.
func (e *engine[T]) Resume(int, bsde.Record) {}
