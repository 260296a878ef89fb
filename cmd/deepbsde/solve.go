package main

import (
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/problems"
)

// solveFlags are the flags of solve. One that is not given leaves the problem's
// own setting for the network in use.
type solveFlags struct {
	problemFlags
	method     opt[string]
	network    opt[string]
	hidden     opt[[]int]
	activation opt[string]
	controlled opt[bool]
	steps      opt[int]
	iterations opt[int]
	batch      opt[int]
	lr         opt[float64]
	paths      opt[int]
	seed       opt[uint64]
	precision  opt[string]
	workers    opt[int]
	timeLimit  opt[time.Duration]
	json       bool
	quiet      bool
}

func (a *app) solveCommand() *cli.Command {
	var f solveFlags
	return &cli.Command{
		Name:            "solve",
		Usage:           "train on a problem and report u(0, x0) with its errors",
		UsageText:       "deepbsde solve NAME [flags]",
		Description:     "Settings that no flag gives are those tuned for the problem: 'deepbsde show NAME' prints them.",
		HideHelpCommand: true,
		OnUsageError:    onUsageError,
		Flags: append(f.problemFlags.flags(),
			valueFlag("method", "`METHOD`: deep-bsde (the default)", &f.method, oneOf("deep-bsde")),
			valueFlag("network", "`KIND`: shared (the default), or per-step with the published settings", &f.network, oneOf("shared", "per-step")),
			valueFlag("hidden", "`WIDTHS` of the hidden layers, such as 110,110", &f.hidden, widths),
			valueFlag("activation", "`FUNCTION` of the shared network: tanh, relu or silu", &f.activation, oneOf("tanh", "relu", "silu")),
			switchFlag("controlled", "train on controlled paths, or with --controlled=false on uncontrolled ones (default: the problem's)", &f.controlled),
			valueFlag("steps", "time steps `N`", &f.steps, wholeNumber),
			valueFlag("iterations", "`NUMBER` of gradient steps", &f.iterations, wholeNumber),
			valueFlag("batch", "`NUMBER` of paths in a gradient step", &f.batch, wholeNumber),
			valueFlag("lr", "learning `RATE` of Adam at its highest", &f.lr, positive),
			valueFlag("paths", "`NUMBER` of fresh paths for the final estimate", &f.paths, severalPaths),
			valueFlag("seed", "`SEED` of all random numbers (default: 1)", &f.seed, unsigned),
			valueFlag("precision", "`TYPE` of the network's numbers: float32 (the default) or float64", &f.precision, oneOf("float32", "float64")),
			valueFlag("workers", "`NUMBER` of parallel workers (default: one a core); results do not depend on it", &f.workers, wholeNumber),
			valueFlag("time-limit", "`DURATION`, such as 90s, after which training stops", &f.timeLimit, duration),
			boolFlag("json", "print one JSON object", &f.json),
			boolFlag("quiet", "no progress on standard error", &f.quiet),
		),
		Action: func(c *cli.Context) error { return a.runSolve(c, &f) },
	}
}

func (a *app) runSolve(c *cli.Context, f *solveFlags) error {
	name, err := oneName(c)
	if err != nil {
		return err
	}
	network := f.network.or("shared")
	if network == "per-step" && f.activation.given {
		return usage(c, "--activation does not apply to the network per-step, which always has relu")
	}
	m, err := f.member(c.Context, name)
	if err != nil {
		return err
	}
	training := m.family.Training[network]
	method := f.methodFor(network, training)
	settings := f.settingsFor(training)

	progress := newProgress(a.stderr, f.quiet)
	settings.Progress = func(p bsde.Progress) {
		if p.Phase == "estimate" && c.Context.Err() != nil {
			p.Phase = "interrupted: estimate"
		}
		progress.update(p)
	}
	result, err := a.solve(c.Context, m.problem, method, &settings)
	progress.close()
	if err != nil {
		return err
	}
	switch {
	case f.json:
		err = a.printJSON(newJSONResult(m, result))
	case result.Status != bsde.Diverged:
		err = a.print(report(m, result))
	}
	if err != nil {
		return err
	}
	return ending(result)
}

// methodFor is the method with the problem's training overridden by the flags.
func (f *solveFlags) methodFor(network string, t problems.Training) bsde.DeepBSDE {
	m := bsde.DeepBSDE{Uncontrolled: !f.controlled.or(!t.Uncontrolled)}
	if hidden := f.hidden.or(t.Hidden); network == "per-step" {
		m.Network = bsde.PerStep{Hidden: hidden}
	} else {
		m.Network = bsde.Shared{Hidden: hidden, Activation: f.activation.or(t.Activation)}
	}
	return m
}

// settingsFor is the problem's training overridden by the flags.
func (f *solveFlags) settingsFor(t problems.Training) bsde.Settings {
	s := bsde.Settings{
		Steps: t.Steps, Iterations: t.Iterations, Batch: t.Batch,
		LearningRate: t.LearningRate, Schedule: t.Schedule, Boundaries: t.Boundaries, Rates: t.Rates,
		ClipNorm: t.ClipNorm, LossClip: t.LossClip, EstimatePaths: t.EstimatePaths,
		Seed: f.seed.or(1),
	}
	if s.Schedule == "" && len(s.Rates) > 0 {
		s.Schedule = "piecewise"
	}
	f.steps.override(&s.Steps)
	f.iterations.override(&s.Iterations)
	f.batch.override(&s.Batch)
	f.paths.override(&s.EstimatePaths)
	f.precision.override(&s.Precision)
	f.workers.override(&s.Workers)
	f.timeLimit.override(&s.TimeLimit)
	if f.lr.given {
		s.LearningRate = f.lr.value
		if s.Schedule == "piecewise" { // whose rates would hide the flag
			s.Schedule, s.Boundaries, s.Rates = "constant", nil, nil
		}
	}
	return s
}

// ending turns the ways of ending that are not success into errors.
func ending(r *bsde.Result) error {
	at := fmt.Sprintf("after %d of %d iterations", r.Iterations, r.Settings.Iterations)
	if r.Iterations == r.Settings.Iterations && r.Status == bsde.Cancelled {
		at = fmt.Sprintf("in the estimate, after %d of %d paths", r.Paths, r.Settings.EstimatePaths)
	}
	switch r.Status {
	case bsde.Diverged:
		return &exitError{exitDiverged, fmt.Errorf("no value %s: %s", at, r.Status.Advice()), ""}
	case bsde.Cancelled:
		return &exitError{exitInterrupted, fmt.Errorf("interrupted %s", at), ""}
	}
	return nil
}
