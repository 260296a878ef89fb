package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/deepbsde/deepbsde/bsde/run"
	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/member"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/report"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/ruled"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/saved"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/simulated"
	"github.com/deepbsde/deepbsde/cmd/internal/figure"
	"github.com/deepbsde/deepbsde/control"
	"github.com/urfave/cli/v2"
)

// simulateFlags are the flags of simulate.
type simulateFlags struct {
	paths     flags.Opt[int]
	seed      flags.Opt[uint64]
	component flags.Opt[int]
	workers   flags.Opt[int]
	samples   flags.Opt[string]
	plot      flags.Opt[string]
	json      bool
}

func (a *app) simulateCommand() *cli.Command {
	var f simulateFlags
	return &cli.Command{
		Name:      "simulate",
		Usage:     "simulate a trained policy beside the optimal one, paths of an equation, or a rule of early exercise",
		UsageText: "deepbsde simulate RUN [flags]",
		Description: "RUN is the directory of 'deepbsde solve NAME --out RUN' for a control problem: both policies see\n" +
			"the same fresh noise, so the difference of their costs has a small error.\n\n" +
			"Of an equation these are paths of X, Y and Z under the trained field, as in 'plot --what paths'; X has\n" +
			"the drift of the estimate, which is controlled where f depends on z.\n\n" +
			"For early exercise it says when the rule exercises and what that pays.",
		HideHelpCommand: true,
		OnUsageError:    onUsageError,
		Flags: flags.Together(
			flags.Group("Run",
				flags.Value("paths", "`NUMBER` of paths, in pairs of opposite noise (default: 4096)", &f.paths, flags.PairedPaths),
				flags.Value("seed", "`SEED` of the noise (default: 1)", &f.seed, flags.Unsigned),
				flags.Value("workers", "`NUMBER` of parallel workers (default: one a core); results do not depend on it", &f.workers, flags.WholeNumber),
			),
			flags.Group("Output",
				flags.Value("component", "`NUMBER` of the state and the action in the table and the plot, from 0 (default: 0 in the table, all in the plot)", &f.component, flags.Index),
				flags.Value("samples", "`FILE` for the first 512 paths: .npz for NumPy, else CSV; of states, actions and cost so far, or of X, Y and Z; of a rule CSV of all paths: when it ends them, payoff, state", &f.samples, flags.FileName),
				flags.Value("plot", "`FILE` (png, svg or pdf) for a plot of states, actions and cost, or of where a rule exercises", &f.plot, figure.ParseFile),
				flags.Bool("json", "print one JSON object", &f.json),
			),
		),
		Action: func(c *cli.Context) error { return a.runSimulate(c, &f) },
	}
}

// recordedPaths are kept in full: for the quantiles of the table and the plot.
const recordedPaths = 512

func (a *app) runSimulate(c *cli.Context, f *simulateFlags) error {
	names := c.Args().Slice()
	if len(names) != 1 {
		return usage(c, "simulate takes one RUN, the directory of 'deepbsde solve NAME --out RUN'")
	}
	dir, err := run.Open(names[0])
	if err != nil {
		return err
	}
	e, err := a.newEvaluator(c.Context, dir, f.workers.Value)
	if err != nil {
		return err
	}
	switch {
	case e.rule != nil:
		return a.simulateRule(c, f, e)
	case dir.SolvesEquation():
		return a.simulateEquation(c, f, names[0])
	}
	d := e.policy.Problem
	k := f.component.Value
	if most := max(d.StateDim, d.ActionDim); k >= most {
		return usage(c, "--component %d: want a number from 0 to %d", k, most-1)
	}
	s := newSimulation(e.Member, d)
	s.Component = k
	if of := e.settings.Iterations; e.iteration < of {
		s.Unfinished = fmt.Sprintf("; the policy has %d of its %d iterations", e.iteration, of)
	}
	if err := simulate(c.Context, e.Member, s, f, e.policy, false); err != nil {
		return err
	}
	if f.samples.Given {
		if err := writeSamples(f.samples.Value, s); err != nil {
			return err
		}
	}
	if f.plot.Given {
		picture := s.Overview()
		if f.component.Given {
			picture = s.Figure()
		}
		if err := saveFigure(f.plot.Value, picture, figure.Size{}); err != nil {
			return err
		}
	}
	if f.json {
		err = a.printJSON(s.JSON())
	} else {
		err = a.print(s.Text())
	}
	if err == nil && !words.Known(s.Policies[0].Cost) {
		err = &exitError{status: exitDiverged, err: fmt.Errorf("the cost of the trained policy is not finite")}
	}
	return err
}

// samples are paths for a file.
type samples interface {
	WritePaths(io.Writer) error
	WriteArrays(io.Writer) error
}

// writeSamples writes paths in the format of the file's name.
func writeSamples(name string, s samples) error {
	write := s.WritePaths
	if strings.EqualFold(filepath.Ext(name), ".npz") {
		write = s.WriteArrays
	}
	return run.WriteFile(name, func(f *os.File) error { return write(f) })
}

// simulateEquation simulates paths of the field of an equation.
func (a *app) simulateEquation(c *cli.Context, f *simulateFlags, name string) error {
	for _, flag := range []string{"seed", "component"} {
		if c.IsSet(flag) {
			return usage(c, "--%s belongs to policies; %s is solved as an equation, whose paths are those of its estimate", flag, name)
		}
	}
	r, err := saved.Open(name)
	if err != nil {
		return err
	}
	paths, m, err := a.fieldPaths(c.Context, r, f.paths.Or(recordedPaths), f.workers.Value)
	if err != nil {
		return err
	}
	e := &simulated.Equation{Identity: m.Identity(), Problem: m.Family.Name, Dim: m.Dim, Parameters: m.Parameters, Paths: paths}
	if r.Result == nil {
		e.Unfinished = "; the training is not finished"
	}
	drawn := drawable(paths)
	e.Off, e.Spread = figure.Distance(drawn)
	if f.samples.Given {
		if err := writeSamples(f.samples.Value, e); err != nil {
			return err
		}
	}
	if f.plot.Given {
		if err := saveFigure(f.plot.Value, figure.Paths(m.Identity(), drawn), figure.Size{}); err != nil {
			return err
		}
	}
	if f.json {
		return a.printJSON(e.JSON())
	}
	return a.print(e.Text())
}

// simulateRule simulates a rule of early exercise.
func (a *app) simulateRule(c *cli.Context, f *simulateFlags, e *evaluator) error {
	if f.component.Given {
		return usage(c, "--component is for policies")
	}
	s, err := ruleOf(c.Context, e, f.paths.Or(4096), f.seed.Or(1))
	if err != nil {
		return err
	}
	if f.samples.Given {
		if err := run.WriteFile(f.samples.Value, func(f *os.File) error { return s.WritePaths(f) }); err != nil {
			return err
		}
	}
	if f.plot.Given {
		region, err := s.Region(e.start(), e.rule.Gain)
		if err != nil {
			return &exitError{status: exitUsage, err: err}
		}
		if err := saveFigure(f.plot.Value, region.Figure(), figure.Size{}); err != nil {
			return err
		}
	}
	if f.json {
		return a.printJSON(s.JSON())
	}
	return a.print(s.Text())
}

// ruleOf is the ends of paths under the rule of a run.
func ruleOf(ctx context.Context, e *evaluator, paths int, seed uint64) (*ruled.Simulation, error) {
	s := &ruled.Simulation{
		Title: e.Family.Title, Problem: e.Family.Name, Identity: e.Identity(), Dim: e.Dim, Parameters: e.Parameters,
		States: e.StateNames(), Horizon: e.Problem.Horizon, Dates: e.rule.Dates(), Seed: seed,
	}
	var err error
	s.Paths, err = e.rule.Simulate(ctx, paths, seed)
	return s, err
}

// newSimulation is one of no policies yet.
func newSimulation(m *member.Member, d *control.Discrete) *simulated.Simulation {
	return &simulated.Simulation{
		Title: m.Family.Title, Problem: m.Family.Name, Identity: m.Identity(), Dim: m.Dim, Parameters: m.Parameters,
		Unknown: m.Unknown(), Grid: d, Stages: m.Control.Problem.Stages > 0,
	}
}

// simulate simulates the trained policy and the optimal one, a quick one at most if quick.
func simulate(ctx context.Context, m *member.Member, s *simulated.Simulation, f *simulateFlags, trained control.Policy, quick bool) error {
	policies := map[string]control.Policy{"trained": trained}
	names := []string{"trained"}
	if m.Control.Optimal != nil && !(quick && m.Control.Slow) {
		optimal, err := m.Control.Optimal(ctx, s.Grid)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil {
			policies["optimal"] = optimal
			names = append(names, "optimal")
		}
	}
	for _, name := range names {
		o, err := control.Simulate(ctx, s.Grid, policies[name], control.Simulation{
			Paths: f.paths.Or(4096), Seed: f.seed.Or(1), Purpose: report.FreshStates, Workers: f.workers.Value, Record: recordedPaths,
		})
		if err != nil {
			return err
		}
		s.Policies = append(s.Policies, simulated.Policy{Name: name, Outcome: o})
	}
	return ctx.Err()
}

// ownSimulation simulates the policy of a run for a picture, and the optimal one where that is
// known at once.
func (a *app) ownSimulation(ctx context.Context, r *saved.Run) (*simulated.Simulation, error) {
	e, err := a.newEvaluator(ctx, r.Run, 0)
	if err != nil {
		return nil, err
	}
	s := newSimulation(e.Member, e.policy.Problem)
	return s, simulate(ctx, e.Member, s, &simulateFlags{paths: flags.Given(2 * recordedPaths)}, e.policy, true)
}
