package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/words"
	"github.com/deepbsde/deepbsde/pde"
)

// What a page says of a result is what solve says of it: the result is made again from
// result.json.

// findReference fills in the reference of a run that has no result yet.
func (r *plottedRun) findReference(ctx context.Context, m *member) error {
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
func (r *plottedRun) status() bsde.Status {
	for s := bsde.IterationLimit; s < bsde.Diverged; s++ {
		if s.String() == r.result.Status {
			return s
		}
	}
	return bsde.Diverged
}

func (r *plottedRun) elapsed() time.Duration {
	return time.Duration(r.result.Seconds * float64(time.Second))
}

func interval(ci []float64) [2]float64 {
	if len(ci) != 2 {
		return [2]float64{orNaN(nil), orNaN(nil)}
	}
	return [2]float64{ci[0], ci[1]}
}

// equationResult is the result of an equation, and its problem with the reference of then.
func (p *pageData) equationResult() (*member, *bsde.Result) {
	j, m := p.run.result, *p.member
	m.problem.Reference = p.run.reference.reference()
	return &m, &bsde.Result{
		Problem: j.Problem, Dim: j.Dim, Method: p.run.deepBSDE(), Status: p.run.status(),
		Value: orNaN(j.Value), StdErr: orNaN(j.StdErr), CI95: interval(j.CI95), Gradient: j.Gradient,
		DiscretizationError: orNaN(j.DiscretizationError), NetworkBias: orNaN(j.NetworkBias), ResidualRatio: orNaN(j.ResidualRatio),
		GradientStdErr: j.GradientStdErr, GradientDiscretization: orNaN(j.GradientStep), GradientNetworkBias: orNaN(j.GradientBias),
		RegionError: orNaN(j.RegionError), RegionErrorBound: orNaN(j.RegionErrorBound),
		TrainedValue: orNaN(j.TrainedValue), Iterations: j.Iterations, Paths: j.Paths, Settings: p.run.effective(p.member).Settings, Elapsed: p.run.elapsed(),
	}
}

// policyResult is the result of a policy.
func (p *pageData) policyResult() *policyReport {
	j, m := p.run.result, p.member
	return &policyReport{member: m, best: p.run.reference.reference(), distance: orNaN(j.ActionError), ControlResult: &bsde.ControlResult{
		Problem: j.Problem, StateDim: m.control.Problem.StateDim, ActionDim: m.control.Problem.ActionDim, Maximize: j.Maximize,
		Method: p.run.policy(), Status: p.run.status(),
		Value: orNaN(j.Value), StdErr: orNaN(j.StdErr), CI95: interval(j.CI95), Action: j.Action,
		Violation: j.Violation, ViolationMean: j.ViolationMean,
		Iterations: j.Iterations, Paths: j.Paths, Settings: p.run.effective(p.member).Settings, Elapsed: p.run.elapsed(),
	}}
}

// meanings explains the lines of a result that the text leaves to themselves. One that
// ends in a semicolon stands before what the text says.
var meanings = map[string]string{
	"u(0, x0)":       "the answer: a control variate estimate with the trained network on fresh paths, extrapolated in the time step",
	"relative error": "distance of the value from the reference, relative to it",
	"residual ratio": "share of the spread that Z = 0 leaves which the network does not explain; 0 % is a perfect Z",
	"gradient":       "∇u(0, x0);",
}

// judge fills in the result, the verdict and the warnings.
func (p *pageData) judge() {
	warn := func(format string, args ...any) { p.Warnings = append(p.Warnings, fmt.Sprintf(format, args...)) }
	r := p.run
	if r.result == nil {
		p.Resume = resumeCommand(r.path)
		done := 0
		if n := len(r.history); n > 0 {
			done = int(r.history[n-1].Step)
		}
		p.Summary = fmt.Sprintf("%s with the network %s, seed %d", r.Method, r.Network, r.Settings.Seed)
		warn("The run is not finished: %d of %d iterations are saved. It was stopped, or is still at work.", done, r.Settings.Iterations)
		return
	}
	p.Summary = fmt.Sprintf("%s with the network %s, %d iterations and %d paths in %s, seed %d",
		r.Method, r.Network, r.result.Iterations, r.result.Paths, words.Seconds(r.elapsed()), r.Settings.Seed)
	switch s := r.status(); s {
	case bsde.Diverged:
		warn("There is no value: %s", s.Advice())
	case bsde.Cancelled, bsde.TimeLimit:
		p.Resume = resumeCommand(r.path)
		warn("The run ended after %d of %d iterations. %s", r.result.Iterations, r.Settings.Iterations, s.Advice())
	}
	if r.isPolicy() {
		s := p.policyResult()
		if words.Known(s.Value) {
			p.tabulate(s.block())
		}
		for i, c := range p.member.control.Problem.Constraints {
			if i < len(s.Violation) && s.Violation[i] > 0 {
				warn("The policy violates the constraint %s on some paths: by %s at most.", c.Name, words.Short(s.Violation[i]))
			}
		}
		return
	}
	m, result := p.equationResult()
	if !words.Known(result.Value) {
		return
	}
	p.tabulate(resultBlock(m, result))
	if ref := m.problem.Reference; ref != nil && words.Known(result.StdErr) {
		p.Verdict = verdict(result, ref)
		if strings.HasPrefix(p.Verdict, "The reference lies outside") {
			warn("%s", p.Verdict)
			p.Verdict = ""
		}
	}
	if hardlyTrained(m, result) {
		warn("The network explains almost nothing of the terminal value: the bias estimate is rough where f is nonlinear. Try more iterations or a wider network.")
	}
	if !words.Known(result.NetworkBias) {
		warn("The network bias is unknown: the time step hides it. Smaller steps would show it.")
	}
}

// tabulate fills in the lines of a result, each explained.
func (p *pageData) tabulate(b words.Block) {
	for _, l := range b {
		meaning, ok := meanings[l.Label]
		if !ok {
			meaning = l.Remark
		} else if before, open := strings.CutSuffix(meaning, ";"); open {
			meaning = strings.TrimSuffix(before+"; "+l.Remark, "; ")
		}
		p.Result = append(p.Result, pageRow{l.Label, l.Value, meaning})
	}
}
