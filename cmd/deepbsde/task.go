package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/deep"
	"github.com/deepbsde/deepbsde/bsde/methods"
	"github.com/deepbsde/deepbsde/bsde/run"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/member"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/saved"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/training"
	"github.com/urfave/cli/v2"
)

// solveTask is one training: the problem with method and settings, and the directory
// that it is kept in, nil for none.
type solveTask struct {
	*member.Member
	region   string // of --start, "" for none
	method   bsde.Method
	settings bsde.Settings
	demand   *bsde.Demand // of an accuracy, or of trust alone where no flag chose the grid; else nil
	out      string       // the directory to be made, "" for none
	command  []string
	dir      *run.Run // that of a run that goes on, or as made
	over     bool     // the run in dir has nothing left to do
	other    bool     // it may go on with another arithmetic
	from     *run.Run // that it begins with the parameters of, nil for none
}

// task is what the flags ask for.
func (f *solveFlags) task(c *cli.Context) (*solveTask, error) {
	if f.resume.Given {
		return f.resumedTask(c)
	}
	if f.other {
		return nil, usage(c, "--other-arithmetic needs --resume DIR")
	}
	name, err := oneName(c)
	if err != nil {
		return nil, err
	}
	if f.serve && !f.out.Given {
		return nil, usage(c, "--serve needs --out DIR, the run that it shows")
	}
	if err := f.Read(); err != nil {
		return nil, &exitError{status: exitUsage, err: err}
	}
	if err := f.consistent(c); err != nil {
		return nil, err
	}
	t := &solveTask{out: f.out.Value}
	if t.Member, err = f.member(c.Context, name); err != nil {
		return nil, err
	}
	method, why := f.methodName(c, t.Member)
	network := f.Network.Or(f.defaultNetwork(c, t.Member, method))
	if network == "per-step" {
		if err := f.without(c, "activation", "does not apply to the network per-step, which always has relu"); err != nil {
			return nil, err
		}
	}
	tuned := t.TrainingOf(network)
	if names := methodNames(); !slices.Contains(names, method) { // which can come from a file alone
		return nil, &exitError{status: exitUsage, err: f.Refuse("method", fmt.Sprintf("is %q, want %s", method, strings.Join(names, " or ")))}
	}
	if t.method, err = f.MethodFor(method, network, tuned); err != nil {
		if wrong := (*bsde.SettingsError)(nil); errors.As(err, &wrong) && f.Options.Value[wrong.Field] != "" {
			err = cmp.Or(f.without(c, "options", "of "+method+": "+wrong.Field+" is "+wrong.Reason), err)
		}
		return nil, err
	}
	if _, forEquations := t.method.Supports()[bsde.Equation]; forEquations {
		if t.Control != nil {
			if err := t.Family.CheckMinimizer(c.Context, t.Control); err != nil {
				return nil, &member.Error{Err: err, Hint: "without --method the policy itself is trained, which needs no minimizer"}
			}
		}
		if t.Member, err = t.Member.Equation(c.Context); err != nil {
			return nil, &member.Error{Err: fmt.Errorf("--method %s: %w", t.method.Name(), err), Hint: "without --method the policy itself is trained"}
		}
	}
	if err := f.fit(c, t); err != nil {
		return nil, err
	}
	if f.region.Given {
		t.region = f.region.Value.String()
		t.Problem = f.region.Value.Around(t.Problem)
	}
	t.settings = f.Settings(tuned)
	if f.from.Given {
		if t.from, err = run.Open(f.from.Value); err != nil {
			return nil, err
		}
		if f.accuracy.Given {
			return nil, usage(c, "--from does not go with --accuracy, which makes networks of several sizes")
		}
	}
	t.settings.Chosen = why
	given := func(key string) bool { return c.IsSet(key) || f.InFile(key) }
	if f.accuracy.Given {
		t.demand = &bsde.Demand{Accuracy: f.accuracy.Value, TimeLimit: t.settings.TimeLimit}
		t.settings = t.demand.First(t.Solved(), t.settings, given("steps"), given("paths"))
		return t, t.demand.Check(t.method)
	}
	if t.from == nil && !given("steps") && !given("grid") {
		t.demand = &bsde.Demand{}
		if why != "" {
			t.demand.Others = t.Member.Others()
		}
	}
	return t, nil
}

// methodName is the method that is asked for, or that for the problem and why. A setting that the deep BSDE method alone has asks for
// it.
func (f *solveFlags) methodName(c *cli.Context, m *member.Member) (name, why string) {
	if f.Method.Given && f.Method.Value != methods.Auto {
		return f.Method.Value, ""
	}
	given := func(key string) bool { return c.IsSet(key) || f.InFile(key) }
	own := append([]string{"network", "fit", "hidden", "activation", "controlled", "start", "options", "iterations"}, descending...)
	if m.Control == nil && m.Problem.Obstacle == nil && slices.ContainsFunc(own, given) {
		return deep.Method{}.Name(), ""
	}
	chosen, why := m.Chosen()
	return chosen.Name(), why
}

// descending are the settings of gradient descent alone.
var descending = []string{"batch", "lr", "schedule", "rates", "boundaries", "clip-norm", "loss-clip"}

// defaultNetwork is that of the method, or shared where a setting was given that no fit has.
func (f *solveFlags) defaultNetwork(c *cli.Context, m *member.Member, method string) string {
	given := func(key string) bool { return c.IsSet(key) || f.InFile(key) }
	if !given("fit") && slices.ContainsFunc(append([]string{"hidden", "activation", "controlled", "start"}, descending...), given) {
		return "shared"
	}
	return m.NetworkOf(method)
}

// consistent refuses flags that another one makes void.
func (f *solveFlags) consistent(c *cli.Context) error {
	for _, key := range training.OwnOptions {
		if f.Options.Value[key] != "" {
			return f.without(c, "options", "do not take "+key+", which has a flag of its own")
		}
	}
	if text := f.Contradiction(); text != "" {
		return usage(c, "%s", text)
	}
	return nil
}

// fit refuses settings that do not apply to the problem or the method.
func (f *solveFlags) fit(c *cli.Context, t *solveTask) (err error) {
	if err := bsde.Check(t.Solved(), t.method); err != nil {
		if c.IsSet("method") || !f.InFile("method") {
			return err
		}
		return &exitError{status: exitUsage, err: f.Refuse("method", strings.TrimPrefix(err.Error(), "method "))}
	}
	if t.method, err = t.method.Resolve(t.Solved()); err != nil {
		return err
	}
	var not []string
	options := bsde.Options(t.method)
	for _, key := range training.OwnOptions {
		// The activation of the network per-step has been refused.
		if _, has := options[key]; !has && key != "activation" {
			not = append(not, key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(f.Options.Value)) {
		if _, has := options[key]; has {
			continue
		}
		if err := f.without(c, "options", "of "+t.method.Name()+" have no "+key+", want "+optionNames(options)); err != nil {
			return err
		}
	}
	if t.Control != nil {
		not = append(not, "start", "gradient")
		if t.Control.Problem.Stages > 0 {
			for _, key := range []string{"steps", "grid"} {
				if err := f.without(c, key, "does not apply to "+t.Family.Name+", a problem in discrete time"); err != nil {
					return err
				}
			}
		}
	}
	_, planned := t.method.(bsde.Planner)
	if options["fit"] == deep.LeastSquares && !planned {
		for _, key := range descending {
			if err := f.without(c, key, "does not apply to the fit by least squares, which takes no gradient steps; it does with --network shared or --fit both"); err != nil {
				return err
			}
		}
	}
	if planned {
		not = append(append(not, "iterations"), descending...)
	}
	for _, key := range not {
		if err := f.without(c, key, "does not apply to "+t.Family.Name+" and its method, "+t.method.Name()); err != nil {
			return err
		}
	}
	return nil
}

// optionNames are the options of a method that have no flag of their own, as words.
func optionNames(options map[string]any) string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(options)) {
		if !slices.Contains(training.OwnOptions, name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// without is an error if the setting is given, by its flag or in the file.
func (f *solveFlags) without(c *cli.Context, key, reason string) error {
	switch {
	case c.IsSet(key):
		return usage(c, "--%s %s", key, reason)
	case f.InFile(key):
		return &exitError{status: exitUsage, err: f.Refuse(key, reason)}
	}
	return nil
}

// allowedWithResume are the flags that do not change what a run computes, but in the last bits.
var allowedWithResume = []string{"resume", "workers", "time-limit", "other-arithmetic", "serve", "json", "quiet"}

// resumedTask is the task of a run directory.
func (f *solveFlags) resumedTask(c *cli.Context) (*solveTask, error) {
	if names := c.Args().Slice(); len(names) > 0 {
		return nil, usage(c, "solve --resume takes no NAME, got %q: the run has its own problem", names[0])
	}
	for _, name := range c.LocalFlagNames() {
		if !slices.Contains(allowedWithResume, name) {
			return nil, usage(c, "--%s does not go with --resume: the run has its own settings", name)
		}
	}
	dir, err := run.Open(f.resume.Value)
	if err != nil {
		return nil, err
	}
	t := &solveTask{dir: dir}
	if t.over, err = dir.Over(); err != nil || t.over { // nothing is written then, which the directory may not allow
		return t, err
	}
	if t.Member, err = saved.MemberOf(c.Context, dir); err != nil {
		return nil, err
	}
	t.other = f.other
	if dir.Retry {
		if t.demand, err = demandOf(dir, t.Solved()); err != nil {
			return nil, err
		}
	}
	t.settings.Workers, t.settings.TimeLimit = f.Workers.Value, f.TimeLimit.Value
	return t, nil
}

// demandOf is that of trust alone with which a run was begun.
func demandOf(dir *run.Run, p bsde.Problem) (*bsde.Demand, error) {
	s, err := dir.Settings()
	if err != nil {
		return nil, err
	}
	m, err := dir.Method()
	if err != nil || s.Chosen == "" {
		return &bsde.Demand{}, err
	}
	return &bsde.Demand{Others: methods.Others(p, m)}, nil
}

// checkpointPause is the time between checkpoints, which tests shorten.
var checkpointPause = time.Second

// perform trains, in the directory of the task if it has one.
func (a *app) perform(ctx context.Context, t *solveTask) (*bsde.Result, error) {
	switch {
	case t.out == "" && t.dir == nil && t.demand != nil:
		return t.demand.Search(ctx, t.method, t.settings, func(m bsde.Method, s *bsde.Settings) (*bsde.Result, error) {
			return a.solve(ctx, t.Solved(), m, s)
		})
	case t.out == "" && t.dir == nil && t.from != nil:
		trainer, err := t.begin(ctx)
		if err != nil {
			return nil, err
		}
		defer trainer.Close()
		for trainer.Step(ctx) {
		}
		return trainer.Result(ctx)
	case t.out == "" && t.dir == nil:
		return a.solve(ctx, t.Solved(), t.method, &t.settings)
	}
	if t.dir == nil {
		if err := run.Vacant(t.out); err != nil { // before it simulates and tells of that
			return nil, err
		}
	}
	o := &run.Options{Workers: t.settings.Workers, TimeLimit: t.settings.TimeLimit, Progress: t.settings.Progress, Pause: checkpointPause, Warn: a.warn, OtherArithmetic: t.other}
	var trainer *bsde.Trainer
	var err error
	if t.demand != nil && t.demand.Accuracy > 0 {
		var r *bsde.Result
		t.dir, r, err = run.SolveTo(ctx, t.out, t.source(), t.method, &t.settings, o, t.demand)
		return r, err
	}
	if t.dir != nil {
		trainer, err = t.dir.Continue(ctx, o)
	} else if trainer, err = t.begin(ctx); err == nil {
		// All that can be wrong with the settings is known by now.
		if t.dir, err = run.Create(t.out, t.source(), trainer); err != nil {
			trainer.Close()
		}
	}
	if err != nil {
		return nil, err
	}
	defer trainer.Close()
	r, err := t.dir.Train(ctx, trainer, o)
	if err != nil || t.demand == nil {
		return r, err
	}
	dir, r, err := t.dir.FurtherAttempts(ctx, t.Solved(), t.source(), r, o, t.demand)
	t.dir = dir
	return r, err
}

// begin is a trainer before its first step.
func (t *solveTask) begin(ctx context.Context) (*bsde.Trainer, error) {
	trainer, err := bsde.Init(ctx, t.Solved(), t.method, &t.settings)
	if err == nil && t.from != nil {
		if err = t.from.Warm(trainer); err != nil {
			trainer.Close()
		}
	}
	return trainer, err
}

// source is where the problem of the task comes from.
func (t *solveTask) source() run.Source {
	return run.Source{
		From: t.from, Retry: t.demand != nil && t.demand.Accuracy == 0, Problem: t.Family.Name, File: t.Family.Text, Parameters: t.Parameters, Dim: t.Dim, Region: t.region,
		Program: strings.TrimSpace(versionLine()), Command: t.command,
	}
}
