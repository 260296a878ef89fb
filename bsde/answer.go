package bsde

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/bsde/estimate/cost"
	"github.com/deepbsde/deepbsde/bsde/exercise"
	"github.com/deepbsde/deepbsde/control"
)

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
	if t.status == IterationLimit && t.iteration < t.steps() {
		t.status = Cancelled
	}
	r := newResult(t)
	d := t.training.Deliver()
	var err error
	switch {
	case d.Policy != nil:
		err = t.cost(ctx, d.Policy, r)
	case d.Exercise != nil:
		if t.status != Diverged && t.ended() {
			err = t.exercise(ctx, d.Exercise, r)
		}
	case d.Solution == nil:
		err = fmt.Errorf("bsde: method %s delivers no solution, policy or rule", t.method.Name())
	case t.status != Diverged:
		err = t.value(ctx, d.Solution, r)
	}
	if err != nil {
		return nil, err
	}
	r.Elapsed = ranks.Agree(time.Since(t.began)) // attempts depend on it
	return r, nil
}

// estimatePaths is the number of fresh paths.
func (t *Trainer) estimatePaths() int {
	if t.status == Cancelled {
		return min(t.set.Paths, estimate.FewPaths)
	}
	return t.set.Paths
}

// value fills in what fresh paths tell of the solution of an equation.
func (t *Trainer) value(ctx context.Context, s *estimate.Solution, r *Result) error {
	paths := t.estimatePaths()
	s.GradientPaths = t.set.Gradient
	e, err := s.FromStart(ctx, paths, func(done int) { t.report("estimate", done, paths) })
	if err != nil {
		return err
	}
	switch {
	case math.IsNaN(e.Value) || math.IsInf(e.Value, 0):
		r.Status = Diverged
		return nil
	case e.Paths < paths && ctx.Err() != nil:
		r.Status = Cancelled
	}
	if r.RegionError, r.RegionErrorBound, err = s.Region(ctx); err != nil {
		return err
	}
	r.Estimate, r.Solution = *e, s
	r.Trained = t.training.Value()
	return nil
}

// exercise fills in what fresh paths tell of the bounds of early exercise.
func (t *Trainer) exercise(ctx context.Context, s *exercise.Solution, r *Result) error {
	paths := t.estimatePaths()
	e, err := s.FromStart(ctx, paths, func(done int) { t.report("estimate", done, paths) })
	if err != nil {
		return err
	}
	if math.IsNaN(e.Value) || math.IsInf(e.Value, 0) {
		r.Status = Diverged
		return nil
	}
	if e.Paths < paths && ctx.Err() != nil {
		r.Status = Cancelled
	}
	r.Estimate, r.Rule = e.Estimate, s
	r.Trained = t.training.Value()
	r.Exercise = exerciseOf(e)
	return nil
}

// cost fills in what fresh paths tell of a policy.
func (t *Trainer) cost(ctx context.Context, p *estimate.Policy, r *Result) error {
	d := p.Problem
	r.Kind = d.Problem.Kind()
	c := &ControlResult{StateDim: d.StateDim, ActionDim: d.ActionDim, Maximize: d.Maximize, Penalised: math.NaN()}
	r.Control = c
	if t.status == Diverged {
		return nil
	}
	paths := t.estimatePaths()
	if t.status == Cancelled {
		ctx = context.WithoutCancel(ctx)
	}
	if t.status == Cancelled || t.status == TimeLimit { // no time for another training
		own := *p
		own.Coarse, own.Baselines, own.Corrected, own.Equation = func(context.Context) (control.Policy, error) { return nil, nil }, nil, nil, nil
		p = &own
	}
	e, o, err := cost.Of(ctx, p, paths, func(done int) { t.report("estimate", done, paths) })
	if err != nil {
		return err
	}
	if o.Paths < paths {
		r.Status = Cancelled
	}
	if r.Estimate = *e; math.IsNaN(o.Cost) || math.IsInf(o.Cost, 0) {
		r.Status = Diverged
		return nil
	}
	t.settled(r)
	c.Violation, c.ViolationMean, c.Violating, c.Penalised = o.Violation, o.ViolationMean, o.Violating, o.Penalised
	r.Policy, c.Action = p, make([]float64, d.ActionDim)
	return p.Act(0, 0, 1, d.Start, c.Action)
}

// settled adds what the training says of a policy: while its cost falls, the optimum is unknown, unless
// a bound shows that it is near.
func (t *Trainer) settled(r *Result) {
	why := ""
	switch r.Status {
	case TimeLimit:
		why = "the time limit ended training"
	case Cancelled:
		why = "training was interrupted"
	}
	if s, ok := t.training.(Restarting); ok {
		switch by, _ := s.Falling(); r.Status {
		case StillFalling:
			why = fmt.Sprintf("by %.2g %% in the last round of training", 100*math.Abs(by))
		case IterationLimit:
			why = "there were too few iterations to tell"
		}
	}
	if why != "" && !r.Optimal {
		r.Reasons = append(r.Reasons, estimate.Reason{Kind: estimate.StillFalling, Detail: why})
	}
}
