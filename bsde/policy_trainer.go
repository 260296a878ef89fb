package bsde

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/control"
)

// PolicyTrainer is a run for a control problem between InitControl and Result. Its
// methods must be called from one goroutine.
type PolicyTrainer struct {
	loop
	method  Policy
	problem *control.Discrete
	core    policyCore
}

// policyCore is the part of a trainer that depends on the precision.
type policyCore interface {
	stepper
	trained() *TrainedPolicy
}

// InitControl checks problem, method and settings, simulates the paths that give all
// scales, and builds and compiles the network. nil settings mean the defaults; the
// errors are those of SolveControl, and ctx.Err() where the context is cancelled before
// training.
func InitControl(ctx context.Context, p control.Problem, m Policy, s *Settings) (*PolicyTrainer, error) {
	set, err := s.resolve()
	if err != nil {
		return nil, err
	}
	d, err := p.Discretise(set.Steps)
	if err != nil {
		return nil, err
	}
	set.Steps = d.Steps
	t := &PolicyTrainer{loop: newLoop(set), problem: d}
	if t.method, err = m.resolve(d); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	t.pool = autodiff.NewPool(t.set.Workers)
	if t.set.Precision == "float64" {
		t.core, err = newPolicyEngine[float64](ctx, d, t.method, &t.set, t.pool)
	} else {
		t.core, err = newPolicyEngine[float32](ctx, d, t.method, &t.set, t.pool)
	}
	if err == nil {
		err = t.begin(fmt.Sprintf("%s, %d states and %d actions, policy, %s, %s", p.Name, p.StateDim, p.ActionDim, t.method.Network.Name(), t.set.Precision), t.core)
	}
	if err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

// Policy is the policy as trained so far; it stays usable after Result or Close, and
// moves with the training until then.
func (t *PolicyTrainer) Policy() *TrainedPolicy { return t.core.trained() }

// Result simulates the trained policy on fresh paths and ends the run: Step is false
// afterwards, and a second Result an error.
func (t *PolicyTrainer) Result(ctx context.Context) (*ControlResult, error) {
	if t.closed {
		return nil, errors.New("bsde: the trainer is closed")
	}
	defer t.Close()
	if t.err != nil {
		return nil, t.err
	}
	t.end()
	nan := math.NaN()
	r := &ControlResult{
		Problem: t.problem.Name, StateDim: t.problem.StateDim, ActionDim: t.problem.ActionDim, Maximize: t.problem.Maximize,
		Method: t.method, Value: nan, StdErr: nan, CI95: [2]float64{nan, nan},
		Status: t.status, Iterations: t.iteration, Settings: t.set, History: t.history,
	}
	if t.status != Diverged {
		if err := t.evaluate(ctx, r); err != nil {
			return nil, err
		}
	}
	r.Elapsed = time.Since(t.began)
	return r, nil
}

// evaluate fills in what fresh paths tell.
func (t *PolicyTrainer) evaluate(ctx context.Context, r *ControlResult) error {
	paths := t.set.EstimatePaths
	if t.status == Cancelled {
		ctx, paths = context.WithoutCancel(ctx), min(paths, cancelledPaths)
	}
	policy := t.core.trained()
	o, err := control.Simulate(ctx, t.problem, policy, control.Simulation{
		Paths: max(paths, 4), Seed: t.set.Seed, Purpose: uint64(forEstimate), Workers: t.set.Workers,
		Progress: func(done int) { t.report("estimate", done, paths) },
	})
	if err != nil {
		return err
	}
	if o.Paths < paths {
		r.Status = Cancelled
	}
	r.Paths = o.Paths
	if math.IsNaN(o.Cost) || math.IsInf(o.Cost, 0) {
		r.Status = Diverged
		return nil
	}
	r.Value, r.StdErr = o.Cost, o.StdErr
	r.CI95 = [2]float64{o.Cost - normal95*o.StdErr, o.Cost + normal95*o.StdErr}
	r.Violation, r.ViolationMean = o.Violation, o.ViolationMean
	r.Policy, r.Action = policy, make([]float64, t.problem.ActionDim)
	return policy.Act(0, 0, 1, t.problem.Start, r.Action)
}
