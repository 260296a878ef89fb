package policy

import (
	"context"
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/safetensors"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/bsde/internal/params"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"github.com/deepbsde/deepbsde/control"
)

// engine trains a policy in precision T.
type engine[T autodiff.Float] struct {
	*model[T]
	ctx    context.Context
	pool   *autodiff.Pool
	adam   *autodiff.Adam[T]
	noise  *noise[T]
	arena  *autodiff.Arena[T] // of all pieces
	pieces []*piece[T]
	x      [][]T              // states at the begin of each piece
	w      [][]T              // noise: of the pieces in turn, or of this batch and the next
	ready  int                // the batch whose noise is there, −1 for none
	grads  []T                // total over the pieces; nil where there is one
	noises *adjointVariate[T] // nil where the noise is not additive
	policy *estimate.Policy
	last   float64 // cost at the last validation
	sharp  bool    // jumps are as narrow from the first step on as at the end, see smoothing
	edge   [1]T    // the sharpness of this step
	*rounds
	kept, keptStates []T // parameters at the end of the last round that was not undone; nil without rounds
}

// quickMoment is Adam's β2 for policies. The gradient falls by orders of magnitude from
// the first steps on, with the cost and with the noise that the variate takes out; the
// usual 0.999 would remember its size, and make small steps, for a thousand more.
const quickMoment = 0.95

// piece is a stretch of the path as programs: forward gives the states at its
// end, gradient the gradients of the objective.
type piece[T autodiff.Float] struct {
	first, count int
	forward      *autodiff.Program[T] // nil for the last piece
	end          []T                  // its output
	gradient     *autodiff.Program[T]
	slope        []T            // the gradient in its start; nil for the first piece
	learn        *autodiff.Plan // of the adjoint variate, nil without
}

func newEngine[T autodiff.Float](ctx context.Context, d *control.Discrete, m Method, set *bsde.Settings, pool *autodiff.Pool) (*engine[T], error) {
	if err := foresee[T](d, m, set); err != nil {
		return nil, err
	}
	of, err := newStructure(d, m)
	if err != nil {
		return nil, err
	}
	s, err := newScales(ctx, d, of, set)
	if err == nil {
		s, err = settle[T](ctx, d, m, set, pool, s)
	}
	if err != nil {
		return nil, err
	}
	return newEngineWith[T](ctx, d, m, set, pool, s)
}

// newEngineWith is the engine for given scales.
func newEngineWith[T autodiff.Float](ctx context.Context, d *control.Discrete, m Method, set *bsde.Settings, pool *autodiff.Pool, s *scales) (*engine[T], error) {
	model, err := newModel[T](d, m, set, s)
	if err != nil {
		return nil, err
	}
	e := &engine[T]{model: model, ctx: ctx, pool: pool, adam: autodiff.NewAdam[T](&model.layout), ready: -1, rounds: newRounds(set)}
	e.adam.Beta2 = quickMoment
	if e.restarts {
		e.kept, e.keptStates = make([]T, len(e.params)), make([]T, len(e.states))
	}
	if e.noise, err = newNoise[T](d, m, set); err != nil {
		return nil, err
	}
	if e.noises, err = newAdjointVariate[T](d, m, set.Batch); err != nil {
		return nil, err
	}
	e.arena = &autodiff.Arena[T]{}
	longest := 0
	for i := range m.Segments {
		first := i * d.Steps / m.Segments
		piece, err := e.compile(first, (i+1)*d.Steps/m.Segments-first)
		if err != nil {
			return nil, err
		}
		e.pieces = append(e.pieces, piece)
		e.x = append(e.x, make([]T, set.Batch*d.StateDim))
		longest = max(longest, piece.count)
	}
	e.w = [][]T{make([]T, longest*set.Batch*d.Noises())}
	if m.Segments == 1 {
		e.w = append(e.w, make([]T, len(e.w[0])))
	} else {
		e.grads = make([]T, len(e.params))
	}
	if d.RandomStart == nil {
		if err := e.noise.starts(e.x[0], 0); err != nil {
			return nil, err
		}
	}
	actors, err := newActors(model, set.Workers)
	if err != nil {
		return nil, err
	}
	e.policy = &estimate.Policy{Policy: actors, Problem: d, Seed: set.Seed, Workers: set.Workers, Costates: model.costates}
	if e.noises != nil {
		e.policy.Variate = e.variate
	}
	e.policy.Coarse, e.policy.Baselines, e.policy.Corrected, e.policy.Equation = e.coarse, e.baselines, e.correction, e.equation
	return e, nil
}

// compile makes a piece.
func (e *engine[T]) compile(first, count int) (*piece[T], error) {
	p := &piece[T]{first: first, count: count}
	last := first+count == e.problem.Steps
	b := e.builder(true)
	start, out, cost, variate := e.piece(b, first, count, e.set.Batch, e.noises != nil)
	t := autodiff.Target{Cost: e.objective(b, out, cost, variate, last), Norms: b.Norms, Wrt: b.shifts, Shared: true}
	if first > 0 {
		t.Wrt = append([]autodiff.Node{start}, t.Wrt...)
	}
	var err error
	if p.gradient, err = autodiff.CompileIn(e.arena, b.Graph, t, e.params, e.states); err != nil {
		return nil, err
	}
	if first > 0 {
		p.slope = p.gradient.Gradient(start)
	}
	if e.noises != nil {
		p.learn = e.noises.bind(p.gradient, first, b.shifts)
	}
	if last {
		return p, nil
	}
	b = e.builder(true)
	_, out, _, _ = e.piece(b, first, count, e.set.Batch, false)
	if p.forward, err = autodiff.CompileIn(e.arena, b.Graph, autodiff.Target{Outputs: []autodiff.Node{out}, Shared: true}, e.params, e.states); err != nil {
		return nil, err
	}
	p.end = p.forward.Value(out)
	return p, nil
}

// GradientStep computes the gradient for batch number iteration and moves the
// parameters.
func (e *engine[T]) GradientStep(iteration int, rate float64) (bool, error) {
	if e.problem.RandomStart != nil {
		if err := e.noise.starts(e.x[0], iteration); err != nil {
			return false, err
		}
	}
	grads := e.grads
	if len(e.pieces) == 1 {
		p := e.pieces[0].gradient
		if e.ready != iteration {
			e.pool.Do(e.noise.fill(e.w[iteration%2], iteration, 0, e.problem.Steps))
		}
		bind(p, "start", e.x[0])
		e.sharpen(p, iteration)
		bind(p, "w", e.w[iteration%2])
		if e.ready = iteration + 1; e.ready < e.MostSteps() {
			e.pool.Aside(e.noise.fill(e.w[e.ready%2], e.ready, 0, e.problem.Steps))
		}
		p.Run(e.pool)
		e.learn(iteration, e.pieces[0])
		grads = p.Grads
	} else {
		e.inPieces(iteration)
	}
	if !e.adam.Step(e.pool, e.params, grads, rate*e.rateFactor(), e.set.ClipNorm) {
		return false, nil
	}
	if len(e.pieces) == 1 {
		e.pieces[0].gradient.UpdateNorms(e.pool)
	}
	return true, e.endRound(iteration + 1)
}

// inPieces computes the gradient with the states between the pieces alone in memory:
// forward through all of them, then back, each piece once more.
func (e *engine[T]) inPieces(iteration int) {
	prepare := func(program *autodiff.Program[T], i int) {
		p := e.pieces[i]
		w := e.w[0][:p.count*e.set.Batch*e.problem.Noises()]
		e.pool.Do(e.noise.fill(w, iteration, p.first, p.count))
		bind(program, "start", e.x[i])
		e.sharpen(program, iteration)
		bind(program, "w", w)
	}
	for i, p := range e.pieces[:len(e.pieces)-1] {
		prepare(p.forward, i)
		p.forward.Run(e.pool)
		copy(e.x[i+1], p.end)
	}
	clear(e.grads)
	for i := len(e.pieces) - 1; i >= 0; i-- {
		p := e.pieces[i]
		prepare(p.gradient, i)
		p.gradient.Run(e.pool)
		e.learn(iteration, p)
		p.gradient.AddGrads(e.grads)
		p.gradient.UpdateNorms(e.pool)
		if i > 0 { // the states at its end are not needed again
			copy(e.x[i], p.slope)
			bind(e.pieces[i-1].gradient, "adjoint", e.x[i])
		}
	}
}

// sharpen gives a program the sharpness of an iteration.
func (e *engine[T]) sharpen(program *autodiff.Program[T], iteration int) {
	if e.sharp {
		iteration = e.set.Iterations
	}
	e.edge[0] = T(sharpness(iteration, e.set.Iterations))
	bind(program, "sharpness", e.edge[:])
}

// learn lets the adjoint variate see the gradients of a piece.
func (e *engine[T]) learn(iteration int, p *piece[T]) {
	if p.learn != nil {
		e.noises.begin(iteration)
		e.pool.Do(p.learn)
	}
}

// bind gives a program an input, unless it does not read it.
func bind[T autodiff.Float](p *autodiff.Program[T], name string, data []T) {
	if p.Input(name) != nil {
		p.Bind(name, data)
	}
}

// Validate is the cost on the fixed validation paths.
func (e *engine[T]) Validate() (float64, error) {
	o, err := control.Simulate(context.WithoutCancel(e.ctx), e.problem, e.policy, control.Simulation{
		Paths: max(e.set.ValidationPaths, 4), Seed: e.set.Seed, Purpose: uint64(walk.ForValidation), Workers: e.set.Workers,
	})
	if err != nil {
		return math.NaN(), err
	}
	e.last = o.Cost
	if e.problem.Maximize {
		return -o.Cost, nil
	}
	return o.Cost, nil
}

// Value is the cost, or the reward, at the last validation.
func (e *engine[T]) Value() float64 { return e.last }

// UnitLoss is the scale of the cost.
func (e *engine[T]) UnitLoss() float64 { return e.scales.cost }

// MulAdds is the number of multiplications and additions in the matrix products of a step.
func (e *engine[T]) MulAdds() int {
	sum := 0
	for _, p := range e.pieces {
		sum += p.gradient.MulAdds()
	}
	return sum
}

// State is the parameters with the moments of Adam, and the variate.
func (e *engine[T]) State() ([]safetensors.Tensor, int) {
	list := params.Tensors(&e.layout, e.params, e.states, e.adam)
	if e.noises != nil {
		for n, q := range e.noises.q {
			list = append(list, safetensors.Tensor{Name: fmt.Sprintf("variate/%d", n), Shape: []int{e.problem.Noises(), e.problem.StateDim}, Data: q})
		}
	}
	for _, kept := range []struct {
		name string
		data []T
	}{{"rounds/kept", e.kept}, {"rounds/kept-states", e.keptStates}} {
		if len(kept.data) > 0 {
			list = append(list, safetensors.Tensor{Name: kept.name, Shape: []int{len(kept.data)}, Data: kept.data})
		}
	}
	return append(list, e.tensors()...), e.adam.Steps
}

// Begin takes over the parameters of another run.
func (e *engine[T]) Begin(saved []safetensors.Tensor) error {
	return params.Begin(&e.layout, e.params, saved)
}

// Resume takes over the number of Adam's steps and the last cost.
func (e *engine[T]) Resume(adamSteps int, last bsde.Record) {
	e.adam.Steps, e.last = adamSteps, last.Value
}

// Deliver is the action.
func (e *engine[T]) Deliver() bsde.Delivery { return bsde.Delivery{Policy: e.policy} }

// Label is problem, method and network.
func (e *engine[T]) Label() string {
	d := e.problem
	return fmt.Sprintf("%s, %d states and %d actions, %s, %s, %s", d.Name, d.StateDim, d.ActionDim, e.method.Name(), e.method.Network.Name(), e.set.Precision)
}
