package bsde

import (
	"context"
	"math"
	"time"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/safetensors"
)

// loop is what the runs of all methods have in common: gradient steps under a schedule,
// the history, and the ways of ending.
type loop struct {
	set   Settings
	pool  *autodiff.Pool
	steps stepper
	model string // problem, method and network in words, for checkpoints
	rate  autodiff.Schedule
	began time.Time // of Init
	start time.Time // of training
	since time.Time // when this process began with it, which the time limit counts from

	iteration int
	status    Status
	history   []Record
	firstLoss float64
	closed    bool
	err       error
}

// stepper is what a loop repeats.
type stepper interface {
	gradientStep(iteration int, rate float64) (finite bool, err error)
	validate() (loss float64, err error)
	value() float64
	unitLoss() float64 // the loss of a network that explains nothing
	mulAdds() int      // in the matrix products of a gradient step

	// tensors are the live arrays of a checkpoint, with the optimiser's steps; resume
	// tells that they have been filled from one whose last record is given.
	tensors() (live []safetensors.Tensor, adamSteps int)
	resume(adamSteps int, last Record)
}

func newLoop(s Settings) loop {
	return loop{set: s, status: IterationLimit, began: time.Now()}
}

// begin records the state before training.
func (t *loop) begin(model string, s stepper) error {
	t.model = model
	t.steps, t.rate, t.start = s, t.set.schedule(), time.Now()
	t.since = t.start
	t.record()
	return t.err
}

// Close ends the goroutines of a run that is given up without a Result.
func (t *loop) Close() {
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

// end settles the status at the end of training.
func (t *loop) end() {
	if t.status == IterationLimit && t.iteration < t.set.Iterations {
		t.status = Cancelled
	}
}

// Step makes one gradient step and reports whether another one should follow. It
// is false at the iteration or time limit, when the context is cancelled, on
// divergence and on an error; Result tells which.
func (t *loop) Step(ctx context.Context) bool {
	switch {
	case t.err != nil || t.closed || t.status == Diverged:
		return false
	case ctx.Err() != nil:
		t.status = Cancelled
		return false
	case t.iteration >= t.set.Iterations:
		t.status = IterationLimit
		return false
	case t.set.TimeLimit > 0 && time.Since(t.since) >= t.set.TimeLimit:
		t.status = TimeLimit
		return false
	}
	finite, err := t.steps.gradientStep(t.iteration, t.rate(t.iteration, t.set.Iterations))
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
func (t *loop) record() {
	loss, err := t.steps.validate()
	if err != nil {
		t.err = err
		return
	}
	r := Record{
		Iteration: t.iteration, Loss: loss, Value: t.steps.value(),
		LearningRate: t.rate(t.iteration, t.set.Iterations), Elapsed: time.Since(t.start),
	}
	if len(t.history) == 0 {
		t.firstLoss = math.Max(loss, t.steps.unitLoss())
	}
	if math.IsNaN(loss) || math.IsInf(loss, 0) || loss > divergedLoss*t.firstLoss {
		t.status = Diverged
	}
	t.history = append(t.history, r)
	t.report("training", t.iteration, t.set.Iterations)
}

func (t *loop) report(phase string, done, of int) {
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

// History is the records so far, the last the newest. They must not be changed.
func (t *loop) History() []Record { return t.history }

// Iteration is the number of gradient steps done.
func (t *loop) Iteration() int { return t.iteration }
