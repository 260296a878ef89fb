package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/page"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/words"
	"github.com/deepbsde/deepbsde/pde"
)

// What a page says of a result is what solve says of it: the result is made again from
// result.json.

// findReference fills in the reference of a run that has no result yet.
func (r *savedRun) findReference(ctx context.Context, m *member) error {
	if r.reference != nil || r.result != nil {
		return nil
	}
	ref, err := m.reference(ctx, r.Settings.Steps)
	r.reference = newJSONReference(ref)
	return err
}

// reference is the inverse of newJSONReference.
func (j *jsonReference) reference() *pde.Reference {
	if j == nil || j.Value == nil {
		return nil
	}
	ref := &pde.Reference{Value: *j.Value, Method: j.Method, Source: j.Source}
	if j.StdErr != nil {
		ref.StdErr = *j.StdErr
	}
	return ref
}

// status is that of a run with a result.
func (r *savedRun) status() bsde.Status {
	for s := bsde.IterationLimit; s < bsde.Diverged; s++ {
		if s.String() == r.result.Status {
			return s
		}
	}
	return bsde.Diverged
}

func (r *savedRun) elapsed() time.Duration {
	return time.Duration(r.result.Seconds * float64(time.Second))
}

func interval(ci []float64) [2]float64 {
	if len(ci) != 2 {
		return [2]float64{orNaN(nil), orNaN(nil)}
	}
	return [2]float64{ci[0], ci[1]}
}

// equationResult is the result of an equation, and its problem with the reference of then.
func (r *savedRun) equationResult(of *member) (*member, *bsde.Result) {
	j, m := r.result, *of
	m.problem.Reference = r.reference.reference()
	return &m, &bsde.Result{
		Problem: j.Problem, Dim: j.Dim, Method: r.deepBSDE(), Status: r.status(),
		Value: orNaN(j.Value), StdErr: orNaN(j.StdErr), CI95: interval(j.CI95), Gradient: j.Gradient,
		DiscretizationError: orNaN(j.DiscretizationError), NetworkBias: orNaN(j.NetworkBias), ResidualRatio: orNaN(j.ResidualRatio),
		GradientStdErr: j.GradientStdErr, GradientDiscretization: orNaN(j.GradientStep), GradientNetworkBias: orNaN(j.GradientBias),
		RegionError: orNaN(j.RegionError), RegionErrorBound: orNaN(j.RegionErrorBound),
		TrainedValue: orNaN(j.TrainedValue), Iterations: j.Iterations, Paths: j.Paths, Settings: r.effective(of).Settings, Elapsed: r.elapsed(),
	}
}

// policyResult is the result of a policy.
func (r *savedRun) policyResult(m *member) *policyReport {
	j := r.result
	return &policyReport{member: m, best: r.reference.reference(), distance: orNaN(j.ActionError), ControlResult: &bsde.ControlResult{
		Problem: j.Problem, StateDim: m.control.Problem.StateDim, ActionDim: m.control.Problem.ActionDim, Maximize: j.Maximize,
		Method: r.policy(), Status: r.status(),
		Value: orNaN(j.Value), StdErr: orNaN(j.StdErr), CI95: interval(j.CI95), Action: j.Action,
		Violation: j.Violation, ViolationMean: j.ViolationMean,
		Iterations: j.Iterations, Paths: j.Paths, Settings: r.effective(m).Settings, Elapsed: r.elapsed(),
	}}
}

// effective is the settings as used: a problem in discrete time has its own steps.
func (r *savedRun) effective(m *member) jsonSettings {
	s := r.Settings
	if r.isPolicy() && m.control.Problem.Stages > 0 {
		s.Steps = m.control.Problem.Stages
	}
	return s
}

// knownValues are those on record for what the run solved: of a control problem for its
// own time grid, and not for its equation.
func (r *savedRun) knownValues(m *member) []knownValue {
	if m.family.IsControl() && (!r.isPolicy() || r.effective(m).Steps != presetFor(m, "shared").Steps) {
		return nil
	}
	return knownValues(m)
}

// judge fills in the result, the verdict and the warnings.
func (r *savedRun) judge(m *member, d *page.Data) {
	if r.result == nil {
		d.Resume = resumeCommand(r.path)
		done := 0
		if n := len(r.history); n > 0 {
			done = int(r.history[n-1].Step)
		}
		d.Summary = fmt.Sprintf("%s with the network %s, seed %d", r.Method, r.Network, r.Settings.Seed)
		d.Warn("The run is not finished: %d of %d iterations are saved. It was stopped, or is still at work.", done, r.Settings.Iterations)
		return
	}
	d.Summary = fmt.Sprintf("%s with the network %s, %d iterations and %d paths in %s, seed %d",
		r.Method, r.Network, r.result.Iterations, r.result.Paths, words.Seconds(r.elapsed()), r.Settings.Seed)
	switch s := r.status(); s {
	case bsde.Diverged:
		d.Warn("There is no value: %s", s.Advice())
	case bsde.Cancelled, bsde.TimeLimit:
		d.Resume = resumeCommand(r.path)
		d.Warn("The run ended after %d of %d iterations. %s", r.result.Iterations, r.Settings.Iterations, s.Advice())
	}
	if r.isPolicy() {
		s := r.policyResult(m)
		if words.Known(s.Value) {
			d.Tabulate(s.block())
		}
		for i, c := range m.control.Problem.Constraints {
			if i < len(s.Violation) && s.Violation[i] > 0 {
				d.Warn("The policy violates the constraint %s on some paths: by %s at most.", c.Name, words.Short(s.Violation[i]))
			}
		}
		return
	}
	m, result := r.equationResult(m)
	if !words.Known(result.Value) {
		return
	}
	d.Tabulate(resultBlock(m, result))
	if ref := m.problem.Reference; ref != nil && words.Known(result.StdErr) {
		d.Verdict = verdict(result, ref)
		if strings.HasPrefix(d.Verdict, "The reference lies outside") {
			d.Warn("%s", d.Verdict)
			d.Verdict = ""
		}
	}
	if hardlyTrained(m, result) {
		d.Warn("The network explains almost nothing of the terminal value: the bias estimate is rough where f is nonlinear. Try more iterations or a wider network.")
	}
	if !words.Known(result.NetworkBias) {
		d.Warn("The network bias is unknown: the time step hides it. Smaller steps would show it.")
	}
}
