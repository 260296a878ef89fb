package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/bsde/exercise"
	"github.com/deepbsde/deepbsde/bsde/run"
	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/member"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/points"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/progress"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/saved"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/urfave/cli/v2"
)

// evalFlags are the flags of eval.
type evalFlags struct {
	points.Choice
	paths   flags.Opt[int]
	workers flags.Opt[int]
	format  flags.Format
	quiet   bool
}

func (a *app) evalCommand() *cli.Command {
	var f evalFlags
	return &cli.Command{
		Name:      "eval",
		Usage:     "evaluate u and ∇u, or a policy and its cost, at points",
		UsageText: "deepbsde eval RUN --at [T:]X | --points FILE | --line K:LO:HI | --plane J:LO:HI,K:LO:HI [flags]",
		Description: "RUN is the directory of 'deepbsde solve NAME --out RUN'. Fresh paths start at every point (t, x),\n" +
			"and the trained network removes most of their noise. The result is u(t, x) with all its errors and\n" +
			"∇u(t, x) with standard errors; for control problems the action, the policy's cost from there on and\n" +
			"its derivative. All points see the same noise. Times of control problems are those of the grid.\n\n" +
			"X is 'x0', one number for all components, or d numbers with commas between. FILE is CSV with a\n" +
			"point a line (d components, or time and d components, with or without a header), or JSON, a list of\n" +
			"{\"t\": …, \"x\": […]}.",
		HideHelpCommand: true,
		OnUsageError:    onUsageError,
		Flags: flags.Together(
			flags.Group("Points", f.Choice.Flags()...),
			flags.Group("Run",
				flags.Value("paths", "`NUMBER` of paths from each point (default: 4096)", &f.paths, flags.PairedPaths),
				flags.Value("workers", "`NUMBER` of parallel workers (default: one a core); results do not depend on it", &f.workers, flags.WholeNumber),
			),
			flags.Group("Output", append(f.format.Flags(),
				flags.Bool("json", "print one JSON object", &f.format.JSON),
				flags.Bool("quiet", "no progress on standard error", &f.quiet),
			)...),
		),
		Action: func(c *cli.Context) error { return a.runEval(c, &f) },
	}
}

func (a *app) runEval(c *cli.Context, f *evalFlags) error {
	names := c.Args().Slice()
	if len(names) != 1 {
		return usage(c, "eval takes one RUN, the directory of 'deepbsde solve NAME --out RUN'")
	}
	if err := f.format.Check(); err != nil {
		return usage(c, "%v", err)
	}
	dir, err := run.Open(names[0])
	if err != nil {
		return err
	}
	e, err := a.newEvaluator(c.Context, dir, f.workers.Value)
	if err != nil {
		return err
	}
	list, err := f.Points(e.start())
	if err != nil {
		return choiceError(c, err)
	}
	t, err := a.evaluate(c.Context, e, list, f.paths.Or(estimate.DefaultPaths), f.quiet)
	if err != nil {
		return err
	}
	if f.format.JSON {
		err = a.printJSON(t.JSON())
	} else {
		err = a.print(t.Table(f.format.Name()))
	}
	if n := t.Untrusted(); err == nil && n > 0 {
		return untrusted(fmt.Sprintf("%d of %d points", n, len(t.Values)))
	}
	return err
}

// evaluate evaluates a run at points, with a bar on a terminal.
func (a *app) evaluate(ctx context.Context, e *evaluator, list []points.Point, paths int, quiet bool) (*points.Evaluation, error) {
	t := e.evaluation()
	var show progress.Display = progress.Silent{}
	if !quiet && progress.FitsBar(a.stderr) {
		show = progress.New(a.stderr, false, "")
	}
	defer show.Close()
	for i, at := range list {
		show.Update(bsde.Progress{Phase: "points", Iteration: i, Iterations: len(list)})
		v, err := e.at(ctx, at, paths)
		if err != nil {
			return nil, located(at, err)
		}
		t.Values = append(t.Values, v)
	}
	return t, nil
}

// located tells where a point came from whose t or x is wrong.
func located(at points.Point, err error) error {
	var wrong *pde.Error
	if errors.As(err, &wrong) {
		return &exitError{status: exitUsage, err: fmt.Errorf("%s: %s %s", at.Source, wrong.Field, wrong.Reason)}
	}
	return err
}

// evaluator is a trained run as a function of (t, x).
type evaluator struct {
	*member.Member
	dir        *run.Run
	settings   bsde.Settings
	iteration  int
	unfinished string             // how far training is, "" where it is done
	solution   *estimate.Solution // of an equation
	policy     *estimate.Policy   // of a control problem
	rule       *exercise.Solution // of a problem with early exercise
}

// newEvaluator loads the newest checkpoint of a run.
func (a *app) newEvaluator(ctx context.Context, dir *run.Run, workers int) (e *evaluator, err error) {
	e = &evaluator{dir: dir}
	if e.Member, err = saved.MemberOf(ctx, dir); err != nil {
		return nil, err
	}
	if e.settings, err = dir.Settings(); err != nil {
		return nil, err
	}
	t, err := a.load(ctx, dir, workers)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	e.iteration, e.solution, e.policy = t.Iteration(), t.Solution(), t.Policy()
	if e.rule = t.Rule(); e.rule == nil && e.Control == nil && e.Problem.Obstacle != nil {
		return nil, &exitError{status: exitFailed, err: fmt.Errorf("the fit of the rule has not come to time 0"), hint: "continue with: " + resumeCommand(dir.Path())}
	}
	if !t.Done() {
		e.unfinished = "trained " + bsde.Done(e.iteration, t.Method(), t.Settings())
	}
	return e, nil
}

// load is the trainer of a run at its newest checkpoint, for its field; workers are
// goroutines, 0 for one a core.
func (a *app) load(ctx context.Context, dir *run.Run, workers int) (*bsde.Trainer, error) {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	return dir.Load(ctx, &run.Options{Workers: workers, Warn: a.warn})
}

// start is x0.
func (e *evaluator) start() []float64 {
	if e.policy != nil {
		return e.Control.Problem.Start
	}
	return e.Problem.Start
}

// policyProblem is the problem of a policy, nil for an equation.
func (e *evaluator) policyProblem() *control.Problem {
	if e.policy == nil {
		return nil
	}
	return &e.Control.Problem
}

// evaluation is one of no points yet.
func (e *evaluator) evaluation() *points.Evaluation {
	t := &points.Evaluation{
		Title: e.Family.Title, Problem: e.Family.Name, Kind: e.Kind(), Identity: e.Identity(), Method: e.dir.Manifest.Method, Dim: e.Dim, Parameters: e.Parameters,
		Unknown: e.Unknown(), Policy: e.policy != nil, Start: e.start(), Iterations: e.iteration, Unfinished: e.unfinished,
	}
	t.States = e.StateNames()
	if e.policy != nil {
		t.ActionDim, t.Actions = e.Control.Problem.ActionDim, e.ActionNames()
	}
	return t
}

// at is what is known at a point, in the form of equations.
func (e *evaluator) at(ctx context.Context, p points.Point, paths int) (*points.Value, error) {
	if e.policy != nil {
		v, err := e.policy.At(ctx, p.T, p.X, paths)
		if err != nil {
			return nil, err
		}
		return &points.Value{
			Time: v.Time, State: v.State, Value: v.Value, StdErr: v.StdErr, CI95: v.CI95, Trained: nan,
			Error: nan, Step: nan, Network: nan, Bias: nan, Lower: nan, Upper: nan,
			Gradient: v.Gradient, GradientStdErr: v.GradientStdErr, GradientStep: nan, GradientBias: nan, Action: v.Action, Exact: nan, Paths: v.Paths,
		}, nil
	}
	if e.rule != nil {
		return e.ruleAt(ctx, p, paths)
	}
	v, err := e.solution.At(ctx, p.T, p.X, paths)
	if err != nil {
		return nil, err
	}
	out := valueOf(v)
	if e.Problem.Exact != nil {
		out.Exact, out.ExactGradient, err = e.ExactAt(p.T, p.X)
	}
	return out, err
}

// ruleAt is what is known at a point of a problem with early exercise.
func (e *evaluator) ruleAt(ctx context.Context, p points.Point, paths int) (*points.Value, error) {
	v, err := e.rule.At(ctx, p.T, p.X, paths)
	if err != nil {
		return nil, err
	}
	out := valueOf(&v.Estimate)
	if words.Known(v.Obstacle) {
		out.Obstacle, out.Rule = &v.Obstacle, "continue"
		if v.Stop {
			out.Rule = "stop"
		}
	}
	return out, nil
}

// valueOf is an estimate as the value at a point.
func valueOf(v *estimate.Estimate) *points.Value {
	out := &points.Value{
		Time: v.Time, State: v.State, Value: v.Value, StdErr: v.StdErr, CI95: v.CI95, Trained: v.Trained,
		Error: v.Error, Step: v.DiscretizationError, Network: v.NetworkError, Bias: v.NetworkBias,
		Trust: "yes", Reasons: v.Doubts(), Lower: v.Lower, Upper: v.Upper, NoBounds: v.NoBounds,
		Gradient: v.Gradient, GradientStdErr: v.GradientStdErr, GradientStep: v.GradientDiscretization, GradientBias: v.GradientNetworkBias, Exact: nan, Paths: v.Paths,
	}
	if !v.Trusted() {
		out.Trust = "no"
	}
	return out
}

var nan = math.NaN()

// choiceError is err with the exit status of a wrong choice of points, if it is one.
func choiceError(c *cli.Context, err error) error {
	var wrong *flags.UsageError
	var inFile *points.FileError
	switch {
	case errors.As(err, &wrong):
		return usage(c, "%v", wrong.Err)
	case errors.As(err, &inFile):
		return &exitError{status: exitUsage, err: err}
	}
	return err
}
