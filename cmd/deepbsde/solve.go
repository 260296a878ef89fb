package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/progress"
	"github.com/deepbsde/deepbsde/problems"
)

// solveFlags are the flags of solve. One that is not given leaves the problem's
// own setting for the network in use.
type solveFlags struct {
	problemFlags
	method     flags.Opt[string]
	network    flags.Opt[string]
	hidden     flags.Opt[[]int]
	activation flags.Opt[string]
	controlled flags.Opt[bool]
	antithetic flags.Opt[bool]
	segments   flags.Opt[int]
	steps      flags.Opt[int]
	iterations flags.Opt[int]
	batch      flags.Opt[int]
	lr         flags.Opt[float64]
	paths      flags.Opt[int]
	seed       flags.Opt[uint64]
	precision  flags.Opt[string]
	workers    flags.Opt[int]
	timeLimit  flags.Opt[time.Duration]
	settings   flags.Opt[string]
	start      flags.Opt[startDomain]
	out        flags.Opt[string]
	resume     flags.Opt[string]
	json       bool
	quiet      bool

	file problems.SettingsFile // of --settings
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
			flags.Value("start", "train u(0, ·) on a `REGION` around x0: box:W, within W of it in each component, or normal:S, with standard deviation S", &f.start, parseStart),
			flags.Value("out", "`DIR` for the run: settings, metrics, checkpoints and result", &f.out, flags.FileName),
			flags.Value("resume", "`DIR` of a run that was stopped, to go on with it; it has its own problem and settings", &f.resume, flags.FileName),
			flags.Bool("json", "print one JSON object", &f.json),
			flags.Bool("quiet", "no progress on standard error", &f.quiet),
		),
		Action: func(c *cli.Context) error { return a.runSolve(c, &f) },
	}
}

// trainingFlags choose a problem and how to train on it.
func (f *solveFlags) trainingFlags() []cli.Flag {
	return append(f.problemFlags.flags(),
		flags.Value("method", "`METHOD`: deep-bsde (the default for equations; of a control problem it solves the HJB equation) or policy", &f.method, flags.OneOf("deep-bsde", "policy")),
		flags.Value("network", "`KIND`: shared (the default), or per-step with the published settings", &f.network, flags.OneOf("shared", "per-step")),
		flags.Value("hidden", "`WIDTHS` of the hidden layers, such as 110,110", &f.hidden, flags.Widths),
		flags.Value("activation", "`FUNCTION` of the shared network: tanh, relu or silu", &f.activation, flags.OneOf("tanh", "relu", "silu")),
		flags.Switch("controlled", "train on controlled paths, or with --controlled=false on uncontrolled ones (default: the problem's)", &f.controlled),
		flags.Switch("antithetic", "train a policy on pairs of paths with opposite noise", &f.antithetic),
		flags.Value("segments", "`NUMBER` of pieces in which a policy's path is differentiated, to save memory (default: 1)", &f.segments, flags.WholeNumber),
		flags.Value("steps", "time steps `N`", &f.steps, flags.WholeNumber),
		flags.Value("iterations", "`NUMBER` of gradient steps", &f.iterations, flags.WholeNumber),
		flags.Value("batch", "`NUMBER` of paths in a gradient step", &f.batch, flags.WholeNumber),
		flags.Value("lr", "learning `RATE` of Adam at its highest", &f.lr, flags.Positive),
		flags.Value("paths", "`NUMBER` of fresh paths for the final estimate", &f.paths, flags.SeveralPaths),
		flags.Value("seed", "`SEED` of all random numbers (default: 1)", &f.seed, flags.Unsigned),
		flags.Value("precision", "`TYPE` of the network's numbers: float32 (the default) or float64", &f.precision, flags.OneOf("float32", "float64")),
		flags.Value("workers", "`NUMBER` of parallel workers (default: one a core); results do not depend on it", &f.workers, flags.WholeNumber),
		flags.Value("time-limit", "`DURATION`, such as 90s, after which training stops", &f.timeLimit, flags.Duration),
		flags.Value("settings", "`FILE` of settings, such as the command settings prints; other flags override it", &f.settings, flags.FileName),
	)
}

func (a *app) runSolve(c *cli.Context, f *solveFlags) error {
	t, err := f.task(c)
	if err != nil {
		return interrupted(err, f.resume.Value)
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
	progress := progress.New(a.stderr, f.quiet)
	t.settings.Progress = func(p bsde.Progress) {
		if p.Phase == "estimate" && c.Context.Err() != nil {
			p.Phase = "interrupted: estimate"
		}
		progress.Update(p)
	}
	o, err := a.perform(c.Context, t)
	progress.Close()
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
	} else if f.method.Or(method) != method {
		return f.refuse(c, "method", f.method.Value+" does not apply to "+m.family.Name+", an equation")
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
	return bsde.DeepBSDE{Network: f.networkFor(network, t), Uncontrolled: !f.controlled.Or(!t.Uncontrolled)}
}

func (f *solveFlags) networkFor(network string, t problems.Training) bsde.Network {
	hidden := f.hidden.Or(t.Hidden)
	if network == "per-step" {
		return bsde.PerStep{Hidden: hidden}
	}
	return bsde.Shared{Hidden: hidden, Activation: f.activation.Or(t.Activation)}
}

// policyFor is the same for control problems.
func (f *solveFlags) policyFor(network string, t problems.Training) bsde.Policy {
	return bsde.Policy{Network: f.networkFor(network, t), Antithetic: f.antithetic.Or(t.Antithetic), Segments: f.segments.Value}
}

// settingsFor is the problem's training overridden by the flags.
func (f *solveFlags) settingsFor(t problems.Training) bsde.Settings {
	s := bsde.Settings{
		Steps: t.Steps, Iterations: t.Iterations, Batch: t.Batch,
		LearningRate: t.LearningRate, Schedule: t.Schedule, Boundaries: t.Boundaries, Rates: t.Rates,
		ClipNorm: t.ClipNorm, LossClip: t.LossClip, EstimatePaths: t.EstimatePaths,
		Seed:            f.seed.Or(1),
		ValidationPaths: f.file.ValidationPaths, ValidateEvery: f.file.ValidateEvery, StartPaths: f.file.StartPaths,
	}
	if s.Schedule == "" && len(s.Rates) > 0 {
		s.Schedule = "piecewise"
	}
	f.steps.Override(&s.Steps)
	f.iterations.Override(&s.Iterations)
	f.batch.Override(&s.Batch)
	f.paths.Override(&s.EstimatePaths)
	f.precision.Override(&s.Precision)
	f.workers.Override(&s.Workers)
	f.timeLimit.Override(&s.TimeLimit)
	if f.lr.Given {
		s.LearningRate = f.lr.Value
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
