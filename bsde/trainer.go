package bsde

import (
	"context"
	"time"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/bsde/exercise"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde/grid"
)

// Trainer is a run between Init and Result: gradient steps under a schedule, the history,
// and the ways of ending. Its methods must be called from one goroutine.
type Trainer struct {
	problem  Problem
	method   Method // resolved
	set      Settings
	pool     *autodiff.Pool
	training Training
	rate     autodiff.Schedule
	began    time.Time // of Init
	start    time.Time // of training
	since    time.Time // when this process began with it, which the time limit counts from

	iteration int
	status    Status
	history   []Record
	firstLoss float64
	closed    bool
	err       error
}

// Init checks problem, method and settings, simulates the paths that give all scales, and
// builds and compiles. nil settings mean the defaults; the errors are those of Solve, and
// ctx.Err() where the context is cancelled before training.
func Init(ctx context.Context, p Problem, m Method, s *Settings) (*Trainer, error) {
	set, err := s.resolve(p)
	if err != nil {
		return nil, err
	}
	if m == nil {
		return nil, &SettingsError{"method", "is nil, want a method such as deep.Method{}"}
	}
	if err := Check(p, m); err != nil {
		return nil, err
	}
	if c, ok := p.(control.Problem); ok && c.Stages > 0 {
		set.Steps = c.Stages
	}
	t := &Trainer{problem: p, set: set, status: IterationLimit, began: time.Now()}
	if t.method, err = m.Resolve(p); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	t.pool = autodiff.NewPool(set.Workers)
	if err := t.adapt(ctx); err != nil {
		t.Close()
		return nil, err
	}
	if t.training, err = t.method.Start(ctx, p, t.env()); err == nil {
		err = t.begin()
	}
	if err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

// env is what the method has, with no more workers than the machine gives.
func (t *Trainer) env() Env {
	e := Env{t.set, t.pool}
	e.Settings.Workers = t.pool.Workers()
	return e
}

// adapt finds the times of an adaptive grid.
func (t *Trainer) adapt(ctx context.Context) (err error) {
	if t.set.Grid != grid.Adaptive || len(t.set.Times) > 0 {
		return nil
	}
	m, ok := t.method.(Adaptive)
	if !ok {
		return &SettingsError{"grid", "method " + t.method.Name() + " does not adapt one; want uniform or graded"}
	}
	t.set.Times, err = m.Times(ctx, t.problem, t.env())
	return err
}

// begin records the state before training.
func (t *Trainer) begin() error {
	t.rate, t.start = t.set.schedule(), time.Now()
	t.since = t.start
	t.record()
	return t.err
}

// Close ends the goroutines of a run that is given up without a Result.
func (t *Trainer) Close() {
	t.closed = true
	t.pool.Close()
}

// Problem is what the run solves.
func (t *Trainer) Problem() Problem { return t.problem }

// Method is that of the run, with defaults filled in.
func (t *Trainer) Method() Method { return t.method }

// Settings are those of the run, with defaults filled in.
func (t *Trainer) Settings() Settings { return t.set }

// Training is the method at work.
func (t *Trainer) Training() Training { return t.training }

// History is the records so far, the last the newest. They must not be changed.
func (t *Trainer) History() []Record { return t.history }

// Iteration is the number of gradient steps done.
func (t *Trainer) Iteration() int { return t.iteration }

// Done tells whether training has nothing left to do.
func (t *Trainer) Done() bool { return t.ended() || t.iteration >= t.steps() }

// Solution is the field of an equation as trained so far, nil for a control problem. It
// stays usable after Result or Close, and moves with the training until then.
func (t *Trainer) Solution() *estimate.Solution { return t.training.Deliver().Solution }

// Rule is the rule of early exercise as fitted, nil for other problems and before the fit has come to
// time 0. It stays usable after Result or Close.
func (t *Trainer) Rule() *exercise.Solution {
	if !t.ended() {
		return nil
	}
	return t.training.Deliver().Exercise
}

// Policy is the policy of a control problem as trained so far, nil for an equation. It
// stays usable after Result or Close, and moves with the training until then.
func (t *Trainer) Policy() *estimate.Policy { return t.training.Deliver().Policy }
