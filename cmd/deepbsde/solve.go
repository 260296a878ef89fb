package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/problems"
	"github.com/deepbsde/deepbsde/problems/file"
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
	antithetic opt[bool]
	segments   opt[int]
	steps      opt[int]
	iterations opt[int]
	batch      opt[int]
	lr         opt[float64]
	paths      opt[int]
	seed       opt[uint64]
	precision  opt[string]
	workers    opt[int]
	timeLimit  opt[time.Duration]
	settings   opt[string]
	start      opt[startDomain]
	out        opt[string]
	resume     opt[string]
	json       bool
	quiet      bool

	file file.Settings // of --settings
}

func (a *app) solveCommand() *cli.Command {
	var f solveFlags
	return &cli.Command{
		Name:            "solve",
		Usage:           "train on a problem and report u(0, x0) with its errors",
		UsageText:       "deepbsde solve NAME|FILE [flags]\ndeepbsde solve --resume DIR",
		Description:     "Settings that no flag gives are those tuned for the problem: 'deepbsde show NAME' prints them.",
		HideHelpCommand: true,
		OnUsageError:    onUsageError,
		Flags: append(f.trainingFlags(),
			valueFlag("start", "train u(0, ·) on a `REGION` around x0: box:W, within W of it in each component, or normal:S, with standard deviation S", &f.start, parseStart),
			valueFlag("out", "`DIR` for the run: settings, metrics, checkpoints and result", &f.out, fileName),
			valueFlag("resume", "`DIR` of a run that was stopped, to go on with it; it has its own problem and settings", &f.resume, fileName),
			boolFlag("json", "print one JSON object", &f.json),
			boolFlag("quiet", "no progress on standard error", &f.quiet),
		),
		Action: func(c *cli.Context) error { return a.runSolve(c, &f) },
	}
}

// trainingFlags choose a problem and how to train on it.
func (f *solveFlags) trainingFlags() []cli.Flag {
	return append(f.problemFlags.flags(),
		valueFlag("method", "`METHOD`: deep-bsde (the default for equations; of a control problem it solves the HJB equation) or policy", &f.method, oneOf("deep-bsde", "policy")),
		valueFlag("network", "`KIND`: shared (the default), or per-step with the published settings", &f.network, oneOf("shared", "per-step")),
		valueFlag("hidden", "`WIDTHS` of the hidden layers, such as 110,110", &f.hidden, widths),
		valueFlag("activation", "`FUNCTION` of the shared network: tanh, relu or silu", &f.activation, oneOf("tanh", "relu", "silu")),
		switchFlag("controlled", "train on controlled paths, or with --controlled=false on uncontrolled ones (default: the problem's)", &f.controlled),
		switchFlag("antithetic", "train a policy on pairs of paths with opposite noise", &f.antithetic),
		valueFlag("segments", "`NUMBER` of pieces in which a policy's path is differentiated, to save memory (default: 1)", &f.segments, wholeNumber),
		valueFlag("steps", "time steps `N`", &f.steps, wholeNumber),
		valueFlag("iterations", "`NUMBER` of gradient steps", &f.iterations, wholeNumber),
		valueFlag("batch", "`NUMBER` of paths in a gradient step", &f.batch, wholeNumber),
		valueFlag("lr", "learning `RATE` of Adam at its highest", &f.lr, positive),
		valueFlag("paths", "`NUMBER` of fresh paths for the final estimate", &f.paths, severalPaths),
		valueFlag("seed", "`SEED` of all random numbers (default: 1)", &f.seed, unsigned),
		valueFlag("precision", "`TYPE` of the network's numbers: float32 (the default) or float64", &f.precision, oneOf("float32", "float64")),
		valueFlag("workers", "`NUMBER` of parallel workers (default: one a core); results do not depend on it", &f.workers, wholeNumber),
		valueFlag("time-limit", "`DURATION`, such as 90s, after which training stops", &f.timeLimit, duration),
		valueFlag("settings", "`FILE` of settings, such as the command settings prints; other flags override it", &f.settings, fileName),
	)
}

func (a *app) runSolve(c *cli.Context, f *solveFlags) error {
	t, err := f.task(c)
	if err != nil {
		return interrupted(err, f.resume.value)
	}
	t.command = a.command
	defer func() {
		if t.dir != nil {
			t.dir.lock.Close()
		}
	}()
	if t.over {
		return a.printResult(t.dir, f.json)
	}
	progress := newProgress(a.stderr, f.quiet)
	t.settings.Progress = func(p bsde.Progress) {
		if p.Phase == "estimate" && c.Context.Err() != nil {
			p.Phase = "interrupted: estimate"
		}
		progress.update(p)
	}
	o, err := a.perform(c.Context, t)
	progress.close()
	if err != nil && t.dir != nil {
		return interrupted(err, t.dir.path)
	}
	if err != nil {
		return err
	}
	switch status := o.end(); {
	case f.json:
		err = a.printJSON(o.json())
	case status != bsde.Diverged:
		err = a.print(o.text())
	}
	if err != nil {
		return err
	}
	if t.dir != nil {
		if err := t.dir.writeResult(o); err != nil && t.unsaved == nil {
			t.unsaved = err
		}
		if t.unsaved != nil {
			return fmt.Errorf("the run is not saved: %w", t.unsaved)
		}
	}
	err = o.ending()
	var exit *exitError
	if t.dir != nil && errors.As(err, &exit) && exit.status == exitInterrupted {
		exit.hint = "continue with: " + resumeCommand(t.dir.path)
	}
	return err
}

// interrupted is err; where it is that of Ctrl-C before there is a result, it says how
// to go on in the directory, if there is one.
func interrupted(err error, dir string) error {
	if dir == "" || !errors.Is(err, context.Canceled) {
		return err
	}
	return &exitError{exitInterrupted, errors.New("interrupted before there was a result"), "continue with: " + resumeCommand(dir)}
}

// fit refuses settings that do not apply to the problem's kind.
func (f *solveFlags) fit(c *cli.Context, m *member) error {
	method, not := "deep-bsde", []string{"antithetic", "segments"}
	if m.control != nil {
		method, not = "policy", []string{"controlled", "start"}
		if m.control.Problem.Stages > 0 {
			if err := f.without(c, "steps", "does not apply to "+m.family.Name+", a problem in discrete time"); err != nil {
				return err
			}
		}
	} else if f.method.or(method) != method {
		return f.refuse(c, "method", f.method.value+" does not apply to "+m.family.Name+", an equation")
	}
	for _, key := range not {
		if err := f.without(c, key, "does not apply to "+m.family.Name+" and its method, "+method); err != nil {
			return err
		}
	}
	return nil
}

// methodFor is the method with the problem's training overridden by the flags.
func (f *solveFlags) methodFor(network string, t problems.Training) bsde.DeepBSDE {
	return bsde.DeepBSDE{Network: f.networkFor(network, t), Uncontrolled: !f.controlled.or(!t.Uncontrolled)}
}

func (f *solveFlags) networkFor(network string, t problems.Training) bsde.Network {
	hidden := f.hidden.or(t.Hidden)
	if network == "per-step" {
		return bsde.PerStep{Hidden: hidden}
	}
	return bsde.Shared{Hidden: hidden, Activation: f.activation.or(t.Activation)}
}

// policyFor is the same for control problems.
func (f *solveFlags) policyFor(network string, t problems.Training) bsde.Policy {
	return bsde.Policy{Network: f.networkFor(network, t), Antithetic: f.antithetic.or(t.Antithetic), Segments: f.segments.value}
}

// settingsFor is the problem's training overridden by the flags.
func (f *solveFlags) settingsFor(t problems.Training) bsde.Settings {
	s := bsde.Settings{
		Steps: t.Steps, Iterations: t.Iterations, Batch: t.Batch,
		LearningRate: t.LearningRate, Schedule: t.Schedule, Boundaries: t.Boundaries, Rates: t.Rates,
		ClipNorm: t.ClipNorm, LossClip: t.LossClip, EstimatePaths: t.EstimatePaths,
		Seed:            f.seed.or(1),
		ValidationPaths: f.file.ValidationPaths, ValidateEvery: f.file.ValidateEvery, StartPaths: f.file.StartPaths,
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
func ending(status bsde.Status, iterations, paths int, s bsde.Settings) error {
	at := fmt.Sprintf("after %d of %d iterations", iterations, s.Iterations)
	if iterations == s.Iterations && status == bsde.Cancelled {
		at = fmt.Sprintf("in the estimate, after %d of %d paths", paths, s.EstimatePaths)
	}
	switch status {
	case bsde.Diverged:
		return &exitError{exitDiverged, fmt.Errorf("no value %s: %s", at, status.Advice()), ""}
	case bsde.Cancelled:
		return &exitError{exitInterrupted, fmt.Errorf("interrupted %s", at), ""}
	}
	return nil
}
