package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/run"
	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/progress"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/report"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/saved"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/training"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/urfave/cli/v2"
)

// solveFlags are the flags of solve. One that is not given leaves the problem's
// own setting for the network in use.
type solveFlags struct {
	problemFlags
	training.Flags
	region   flags.Opt[pde.Region]
	accuracy flags.Opt[float64]
	out      flags.Opt[string]
	resume   flags.Opt[string]
	other    bool
	from     flags.Opt[string]
	json     bool
	quiet    bool
	serve    bool
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
		Flags: flags.Together(
			flags.Group("Problem", append(f.problemFlags.flags(), f.regionFlag())...),
			f.Flags.Flags(methodNames()),
			flags.Group("Estimate", f.accuracyFlag()),
			flags.Group("Run",
				flags.Value("out", "`DIR` for the run: settings, metrics, checkpoints and result", &f.out, flags.FileName),
				flags.Value("resume", "`DIR` of a run that was stopped, to go on with it; it has its own problem and settings", &f.resume, flags.FileName),
				f.fromFlag(),
				flags.Bool("serve", "show the run as a live page on this machine until it ends; the address is printed on standard error", &f.serve),
				flags.Bool("other-arithmetic", "with --resume: go on with another instruction set or architecture than the run was trained with; the last bits then differ", &f.other),
			),
			flags.Group("Output",
				flags.Bool("json", "print one JSON object", &f.json),
				flags.Bool("quiet", "no progress on standard error", &f.quiet),
			),
		),
		Action: func(c *cli.Context) error { return a.runSolve(c, &f) },
	}
}

func (f *solveFlags) regionFlag() cli.Flag {
	return flags.Value("start", "train u(0, ·) on a `REGION` around x0: box:W, within W of it in each component, or normal:S, with standard deviation S", &f.region, region)
}

func (f *solveFlags) accuracyFlag() cli.Flag {
	return flags.Value("accuracy", "relative `ERROR` of all parts together, such as 1e-4: solve tries again with more paths, steps and training until it is reached, or says why it is not", &f.accuracy, flags.Positive)
}

func (f *solveFlags) fromFlag() cli.Flag {
	return flags.Value("from", "begin with the parameters of `RUN`, a run by the same method and network", &f.from, flags.FileName)
}

// trainingFlags choose a problem and how to train on it.
func (f *solveFlags) trainingFlags() []cli.Flag {
	return append(flags.Group("Problem", f.problemFlags.flags()...), f.Flags.Flags(methodNames())...)
}

// region reads box:W or normal:S.
func region(s string) (pde.Region, error) {
	r, err := pde.ParseRegion(s)
	if err != nil {
		err = errors.New("want box:W for starts within W of x0 in each component, or normal:S for a standard deviation S; a problem file describes other regions (start: {box: …}), and eval --at gives u at single points")
	}
	return r, err
}

func (a *app) runSolve(c *cli.Context, f *solveFlags) error {
	t, err := f.task(c)
	if err != nil {
		return interrupted(err, f.resume.Value)
	}
	t.command = a.command
	if t.Member != nil {
		if unused := t.Family.UnusedNames(); unused != "" {
			a.warn(unused)
		}
	}
	if t.dir != nil && t.over {
		return a.printResult(c.Context, t.dir, f.json)
	}
	if f.serve && ranks.Self() == 0 {
		end, err := a.serveRun(t)
		if err != nil {
			return err
		}
		defer end()
	}
	display := progress.New(a.stderr, f.quiet, "")
	t.settings.Progress = func(p bsde.Progress) {
		if p.Phase == "estimate" && c.Context.Err() != nil {
			p.Phase = "interrupted: estimate"
		}
		display.Update(p)
	}
	if t.demand != nil && !f.quiet {
		t.demand.Again = func(best *bsde.Result, m bsde.Method, next bsde.Settings) {
			display.Close()
			fmt.Fprintf(a.stderr, "deepbsde: %s; next %s on %d steps, %d paths\n", sofar(best), m.Name(), next.Steps, next.Paths)
			display = progress.New(a.stderr, false, "")
		}
	}
	r, err := a.perform(c.Context, t)
	display.Close()
	if t.dir != nil {
		defer t.dir.Close()
	}
	if err != nil {
		if t.dir != nil {
			return interrupted(err, t.dir.Path())
		}
		return err
	}
	o, err := report.New(c.Context, t.Member, r)
	if err != nil {
		return err
	}
	object, err := o.JSON()
	if err != nil {
		return err
	}
	if t.dir != nil { // before it is printed, as the terminal may be gone
		err = t.dir.Finish(object, o.Text())
	}
	switch {
	case f.json:
		err = errors.Join(err, a.printJSON(object))
	case r.Status != bsde.Diverged:
		err = errors.Join(err, a.print(o.Text()))
	}
	if err != nil {
		return err
	}
	err = ending(r)
	var exit *exitError
	if t.dir != nil && errors.As(err, &exit) && exit.status == exitInterrupted {
		exit.hint = "continue with: " + resumeCommand(t.dir.Path())
	}
	return err
}

// printResult prints the result of a run that is over: as it was printed then, or, where an
// earlier version made it, as this one says it.
func (a *app) printResult(ctx context.Context, d *run.Run, asJSON bool) error {
	a.warn(d.Path() + " is finished; this is its result")
	name := run.TextFile
	if asJSON {
		name = run.ResultFile
	}
	text, err := d.Read(name)
	if err == nil && text == nil {
		err = fmt.Errorf("%s is missing", d.File(name))
	}
	if err != nil {
		return err
	}
	r, err := saved.Open(d.Path())
	if err != nil {
		return err
	}
	if r.Earlier && !asJSON {
		m, err := r.Member(ctx)
		if err != nil {
			return err
		}
		text = []byte(r.Report(m).Text())
	}
	if err := a.print(string(text)); err != nil {
		return err
	}
	return ending(r.Result)
}

// interrupted is err; where it is that of Ctrl-C before there is a result, it says how
// to go on in the directory, if there is one.
func interrupted(err error, dir string) error {
	if dir == "" || !errors.Is(err, context.Canceled) {
		return err
	}
	return &exitError{exitInterrupted, errors.New("interrupted before there was a result"), "continue with: " + resumeCommand(dir)}
}

// ending turns the ways of ending that are not success into errors.
func ending(r *bsde.Result) error {
	planned, _ := bsde.Planned(r.Method, r.Settings)
	at := "after " + bsde.Done(r.Iterations, r.Method, r.Settings)
	if (r.Iterations == planned || r.Exercise != nil) && r.Status == bsde.Cancelled {
		at = fmt.Sprintf("in the estimate, after %d of %d paths", r.Paths, r.Settings.Paths)
	}
	switch r.Status {
	case bsde.Diverged:
		return &exitError{exitDiverged, fmt.Errorf("no value %s: %s", at, r.StatusAdvice()), ""}
	case bsde.Cancelled:
		return &exitError{exitInterrupted, fmt.Errorf("interrupted %s", at), ""}
	}
	if !r.Trusted() {
		return untrusted(strings.Join(r.Doubts(), "; "))
	}
	if r.Missed != "" {
		return &exitError{exitUntrusted, fmt.Errorf("finished, but the accuracy of %g was missed: %s", r.Accuracy, r.Missed), ""}
	}
	return nil
}

// sofar is an answer in the search for an accuracy.
func sofar(r *bsde.Result) string {
	if r.Status == bsde.Diverged {
		return "no value"
	}
	text := "u(0, x0) " + words.PlusMinus(r.Value, r.Error, r.StdErr)
	if e := r.Error / math.Abs(r.Value); words.Known(e) {
		text += fmt.Sprintf(", relative %.1e", e)
	}
	if !r.Trusted() {
		text += ", not trustworthy"
	}
	return text
}

// untrusted is the end of a command that has printed an answer which cannot be trusted.
func untrusted(why string) error {
	return &exitError{exitUntrusted, fmt.Errorf("finished, but not trustworthy: %s", why), ""}
}
