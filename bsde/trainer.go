package bsde

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/pde"
)

// Trainer is a run between Init and Result. Its methods must be called from one
// goroutine.
type Trainer struct {
	method DeepBSDE
	set    Settings
	eq     *equation
	pool   *autodiff.Pool
	core   core
	rate   autodiff.Schedule
	began  time.Time // of Init
	start  time.Time // of training

	iteration int
	status    Status
	history   []Record
	firstLoss float64
	closed    bool
	err       error
}

// core is the part of a trainer that depends on the precision.
type core interface {
	gradientStep(iteration int, rate float64) (finite bool, err error)
	validate() (loss float64, err error)
	estimate(ctx context.Context, paths int, progress func(done int)) (*estimate, error)
	value() float64
	unitLoss() float64 // the loss of a network that explains nothing
	mulAdds() int      // in the matrix products of a gradient step
}

// Init checks problem, method and settings, simulates the paths that give all
// scales and the start of Y0, and builds and compiles the network. nil settings
// mean the defaults; the errors are those of Solve, and ctx.Err() where the context
// is cancelled before training.
func Init(ctx context.Context, p pde.Problem, m Method, s *Settings) (*Trainer, error) {
	if s == nil {
		s = &Settings{}
	}
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if _, err := autodiff.Kernels(); err != nil {
		return nil, &SettingsError{"DEEPBSDE_KERNELS", err.Error()}
	}
	method, ok := m.(DeepBSDE)
	if !ok {
		return nil, &SettingsError{"method", "unknown method, want bsde.DeepBSDE{}"}
	}
	if method.Network != nil {
		if err := method.Network.check(); err != nil {
			return nil, err
		}
	}
	t := &Trainer{set: s.WithDefaults(), status: IterationLimit, began: time.Now()}
	var err error
	if t.eq, err = newEquation(p); err != nil {
		return nil, err
	}
	t.method = method.resolve(t.eq)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	t.pool = autodiff.NewPool(t.set.Workers)
	if t.set.Precision == "float64" {
		t.core, err = newCore[float64](ctx, t)
	} else {
		t.core, err = newCore[float32](ctx, t)
	}
	if err == nil {
		t.rate = t.set.schedule()
		t.start = time.Now()
		t.record()
		err = t.err
	}
	if err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

// Close ends the goroutines of a run that is given up without a Result.
func (t *Trainer) Close() {
	t.closed = true
	t.pool.Close()
}

func (s *Settings) schedule() autodiff.Schedule {
	switch s.Schedule {
	case "constant":
		return autodiff.ConstantRate(s.LearningRate)
	case "piecewise":
		return autodiff.PiecewiseRate(s.Boundaries, s.Rates)
	}
	return autodiff.CosineRate(s.LearningRate)
}

// Step makes one gradient step and reports whether another one should follow. It
// is false at the iteration or time limit, when the context is cancelled, on
// divergence and on an error; Result tells which.
func (t *Trainer) Step(ctx context.Context) bool {
	switch {
	case t.err != nil || t.closed || t.status == Diverged:
		return false
	case ctx.Err() != nil:
		t.status = Cancelled
		return false
	case t.iteration >= t.set.Iterations:
		t.status = IterationLimit
		return false
	case t.set.TimeLimit > 0 && time.Since(t.start) >= t.set.TimeLimit:
		t.status = TimeLimit
		return false
	}
	finite, err := t.core.gradientStep(t.iteration, t.rate(t.iteration, t.set.Iterations))
	if err != nil {
		t.err = err
		return false
	}
	if !finite {
		t.status = Diverged
		return false
	}
	t.iteration++
	if t.iteration%t.set.ValidateEvery == 0 || t.iteration == t.set.Iterations {
		t.record()
	} else {
		t.report("training", t.iteration, t.set.Iterations)
	}
	return t.err == nil && t.status != Diverged
}

// divergedLoss is the multiple of the first validation loss, or of the variance
// of the terminal value if that is larger, that counts as divergence.
const divergedLoss = 1e6

// record adds the present state to the history and reports it.
func (t *Trainer) record() {
	loss, err := t.core.validate()
	if err != nil {
		t.err = err
		return
	}
	r := Record{
		Iteration: t.iteration, Loss: loss, Value: t.core.value(),
		LearningRate: t.rate(t.iteration, t.set.Iterations), Elapsed: time.Since(t.start),
	}
	if len(t.history) == 0 {
		t.firstLoss = math.Max(loss, t.core.unitLoss())
	}
	if math.IsNaN(loss) || math.IsInf(loss, 0) || loss > divergedLoss*t.firstLoss {
		t.status = Diverged
	}
	t.history = append(t.history, r)
	t.report("training", t.iteration, t.set.Iterations)
}

func (t *Trainer) report(phase string, done, of int) {
	if t.set.Progress == nil {
		return
	}
	p := Progress{Phase: phase, Iteration: done, Iterations: of}
	if n := len(t.history); n > 0 {
		last := t.history[n-1]
		p.Record = &last
	}
	t.set.Progress(p)
}

// cancelledPaths is the size of the final estimate of a cancelled run, which is
// to end soon.
const cancelledPaths = 1024

// Result makes the final estimate on fresh paths and ends the run: Step is false
// afterwards, and a second Result an error.
func (t *Trainer) Result(ctx context.Context) (*Result, error) {
	if t.closed {
		return nil, errors.New("bsde: the trainer is closed")
	}
	defer t.Close()
	if t.err != nil {
		return nil, t.err
	}
	if t.status == IterationLimit && t.iteration < t.set.Iterations {
		t.status = Cancelled
	}
	r := &Result{
		Problem: t.eq.Name, Dim: t.eq.Dim, Method: t.method,
		Status: t.status, Iterations: t.iteration, Settings: t.set, History: t.history,
		TrainedValue: t.core.value(),
	}
	e := unknown()
	if t.status != Diverged {
		paths := t.set.EstimatePaths
		if t.status == Cancelled {
			paths = min(paths, cancelledPaths)
		}
		var err error
		if e, err = t.core.estimate(ctx, paths, func(done int) { t.report("estimate", done, paths) }); err != nil {
			return nil, err
		}
		switch {
		case math.IsNaN(e.value) || math.IsInf(e.value, 0):
			r.Status, e = Diverged, unknown()
		case e.paths < paths && ctx.Err() != nil:
			r.Status = Cancelled
		}
	}
	if r.Status == Diverged {
		r.TrainedValue = math.NaN()
	}
	e.fill(r, t.eq)
	r.Elapsed = time.Since(t.began)
	return r, nil
}
