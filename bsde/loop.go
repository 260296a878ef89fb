package bsde

import (
	"context"
	"math"
	"time"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
)

// Step makes one gradient step and reports whether another one should follow. It
// is false at the iteration or time limit, when the context is cancelled, on
// divergence and on an error; Result tells which.
func (t *Trainer) Step(ctx context.Context) bool {
	late := ranks.AgreeThat(t.set.TimeLimit > 0 && time.Since(t.since) >= t.set.TimeLimit)
	switch {
	case t.err != nil || t.closed || t.status == Diverged:
		return false
	case ctx.Err() != nil:
		t.status = Cancelled
		return false
	case t.ended():
		t.status = Converged
		return false
	case t.iteration >= t.steps():
		t.status = t.finished()
		return false
	case late:
		t.status = TimeLimit
		return false
	}
	finite, err := t.training.GradientStep(t.iteration, t.rateNow())
	if err != nil {
		t.err = err
		return false
	}
	if !finite {
		t.status = Diverged
		return false
	}
	t.iteration++
	if t.iteration <= t.passes() || t.iteration%t.set.ValidateEvery == 0 || t.iteration == t.steps() {
		t.record()
	} else {
		t.report("training", t.iteration, t.steps())
	}
	return t.err == nil && t.status != Diverged
}

// passes is the number of first steps that are passes of a fit, steps that of all, and ended tells
// whether training has.
func (t *Trainer) passes() int {
	if f, ok := t.training.(Fitting); ok {
		return f.Passes()
	}
	return 0
}

func (t *Trainer) steps() int {
	if f, ok := t.training.(Fitting); ok {
		return f.Steps(t.set.Iterations)
	}
	if r, ok := t.training.(Restarting); ok {
		return r.Steps()
	}
	return t.set.Iterations
}

// rateNow is the learning rate of the next step.
func (t *Trainer) rateNow() float64 {
	if r, ok := t.training.(Restarting); ok {
		begin, end := r.Round(t.iteration)
		return t.rate(t.iteration-begin, end-begin)
	}
	return t.rate(t.iteration, t.set.Iterations)
}

// finished is the status of a training whose steps are done.
func (t *Trainer) finished() Status {
	r, ok := t.training.(Restarting)
	if !ok {
		return IterationLimit
	}
	switch by, falling := r.Falling(); {
	case math.IsNaN(by):
		return IterationLimit
	case falling:
		return StillFalling
	}
	return Converged
}

func (t *Trainer) ended() bool {
	f, ok := t.training.(Fitting)
	return ok && f.Ended()
}

// divergedLoss is the multiple of the first validation loss, or of the variance
// of the terminal value if that is larger, that counts as divergence.
const divergedLoss = 1e6

// record adds the present state to the history and reports it.
func (t *Trainer) record() {
	loss, err := t.training.Validate()
	if err != nil {
		t.err = err
		return
	}
	r := Record{
		Iteration: t.iteration, Loss: loss, Value: t.training.Value(),
		LearningRate: t.rateNow(), Elapsed: time.Since(t.start),
	}
	if len(t.history) == 0 {
		t.firstLoss = math.Max(loss, t.training.UnitLoss())
	}
	if math.IsNaN(loss) || math.IsInf(loss, 0) || loss > divergedLoss*t.firstLoss {
		t.status = Diverged
	}
	t.history = append(t.history, r)
	t.report("training", t.iteration, t.steps())
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

func (s *Settings) schedule() autodiff.Schedule {
	switch s.Schedule {
	case "constant":
		return autodiff.ConstantRate(s.LearningRate)
	case "piecewise":
		return autodiff.PiecewiseRate(s.Boundaries, s.Rates)
	}
	return autodiff.CosineRate(s.LearningRate)
}
