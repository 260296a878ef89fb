package main

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/compared"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/page"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/simulated"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/words"
)

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

// drawFigures draws all figures of the page.
func (a *app) drawFigures(ctx context.Context, r *savedRun, m *member, d *page.Data) error {
	if len(r.history) > 1 { // one is no line
		stderr := math.NaN()
		if r.result != nil {
			stderr = orNaN(r.result.StdErr)
		}
		if err := d.DrawTraining(trainingOf([]*savedRun{r}), stderr); err != nil {
			return err
		}
	}
	if err := r.drawComparison(m, d); err != nil {
		return err
	}
	if r.result != nil && r.status() == bsde.Diverged {
		return nil // its network is of no use
	}
	err := a.drawPaths(ctx, r, d)
	if err != nil && ctx.Err() == nil {
		d.Warn("There are no sample paths: %v.", err)
		return nil
	}
	return err
}

// drawComparison puts the value and its references on one axis.
func (r *savedRun) drawComparison(m *member, d *page.Data) error {
	j, ref := r.result, r.reference.reference()
	if j == nil || j.Value == nil || ref == nil || ref.Value == 0 {
		return nil
	}
	c := &compared.Comparison{Best: &compared.Best{Value: ref.Value, StdErr: ref.StdErr}, Rows: []compared.Row{
		{Name: "reference", Value: ref.Value, Sampling: ref.StdErr},
		{Name: "this run", Solver: true, Value: *j.Value, Sampling: orNaN(j.StdErr), Step: orNaN(j.DiscretizationError), Bias: orNaN(j.NetworkBias), Training: math.NaN()},
	}}
	for _, k := range r.knownValues(m) {
		if k.value.Value != ref.Value {
			c.Rows = append(c.Rows, compared.Row{Name: k.name, Value: k.value.Value, Sampling: k.value.StdErr})
		}
	}
	covered := "all errors that it states: sampling, time step and network bias"
	if r.isPolicy() {
		covered = "the sampling error"
	}
	return d.DrawComparison(c.Deviations(), covered)
}

// drawPaths draws sample paths under the newest checkpoint.
func (a *app) drawPaths(ctx context.Context, r *savedRun, d *page.Data) error {
	if r.isPolicy() {
		all, err := a.policyPaths(ctx, r)
		if err != nil {
			return err
		}
		return d.DrawTracks(all, simulated.SamplePaths)
	}
	paths, _, err := a.valuePaths(ctx, r)
	if err != nil {
		return err
	}
	return d.DrawPaths(drawable(paths))
}
