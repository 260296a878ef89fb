package main

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/urfave/cli/v2"
	"gonum.org/v1/gonum/stat"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/words"
	"github.com/deepbsde/deepbsde/control"
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
		Usage:     "simulate a trained policy beside the optimal one",
		UsageText: "deepbsde simulate RUN [flags]",
		Description: "RUN is the directory of 'deepbsde solve NAME --out RUN' for a control problem. Both policies see\n" +
			"the same fresh noise, so that the difference of their costs has a small error.",
		HideHelpCommand: true,
		OnUsageError:    onUsageError,
		Flags: []cli.Flag{
			flags.Value("paths", "`NUMBER` of paths, in pairs of opposite noise (default: 4096)", &f.paths, flags.PairedPaths),
			flags.Value("seed", "`SEED` of the noise (default: 1)", &f.seed, flags.Unsigned),
			flags.Value("component", "`NUMBER` of the state and the action in the table and the plot, from 0 (default: 0)", &f.component, flags.Index),
			flags.Value("workers", "`NUMBER` of parallel workers (default: one a core); results do not depend on it", &f.workers, flags.WholeNumber),
			flags.Value("samples", "CSV `FILE` for the first 512 paths: policy, path, step, time, states, actions, cost so far", &f.samples, flags.FileName),
			flags.Value("plot", "`FILE` (png, svg or pdf) for a plot of state, action and cost", &f.plot, plotFile),
			flags.Bool("json", "print one JSON object", &f.json),
		},
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
	dir, err := openRun(names[0])
	if err != nil {
		return err
	}
	m, err := dir.member(c.Context)
	if err != nil {
		return err
	}
	if m.control == nil || dir.Method != "policy" {
		return &exitError{status: exitUsage, err: fmt.Errorf("%s is of %s solved as an equation: there is no policy to simulate", names[0], m.family.Name)}
	}
	d, err := m.grid(dir.Settings.Steps)
	if err != nil {
		return err
	}
	k := f.component.Value
	if most := max(d.StateDim, d.ActionDim); k >= most {
		return usage(c, "--component %d: want a number from 0 to %d", k, most-1)
	}
	trained, iteration, err := dir.trainedPolicy(c.Context, m, a.warn, 0)
	if err != nil {
		return err
	}
	s := &simulated{member: m, grid: d, component: k}
	if of := dir.Settings.Iterations; iteration < of {
		s.unfinished = fmt.Sprintf("; the policy has %d of its %d iterations", iteration, of)
	}
	if err := s.run(c.Context, f, trained); err != nil {
		return err
	}
	if f.samples.Given {
		if err := replaceFile(f.samples.Value, s.writePaths); err != nil {
			return err
		}
	}
	if f.plot.Given {
		if err := saveFigure(f.plot.Value, s.figure(s.tracks(s.component)), pictureSize{}); err != nil {
			return err
		}
	}
	if f.json {
		err = a.printJSON(s.json())
	} else {
		err = a.print(s.text())
	}
	if err == nil && !words.Known(s.policies[0].Cost) {
		err = &exitError{status: exitDiverged, err: fmt.Errorf("the cost of the trained policy is not finite")}
	}
	return err
}

// simulated are the policies of a run on the same noise.
type simulated struct {
	*member
	grid       *control.Discrete
	component  int
	quick      bool              // without an optimal policy that takes seconds
	unfinished string            // said of a policy whose training was stopped
	policies   []simulatedPolicy // the trained one first, then the optimal one where it is known
}

type simulatedPolicy struct {
	name string
	*control.Outcome
}

func (s *simulated) run(ctx context.Context, f *simulateFlags, trained control.Policy) error {
	policies := map[string]control.Policy{"trained": trained}
	names := []string{"trained"}
	if s.control.Optimal != nil && !(s.quick && s.control.Slow) {
		optimal, err := s.control.Optimal(ctx, s.grid)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil {
			policies["optimal"] = optimal
			names = append(names, "optimal")
		}
	}
	for _, name := range names {
		o, err := control.Simulate(ctx, s.grid, policies[name], control.Simulation{
			Paths: f.paths.Or(4096), Seed: f.seed.Or(1), Purpose: freshStates, Workers: f.workers.Value, Record: recordedPaths,
		})
		if err != nil {
			return err
		}
		s.policies = append(s.policies, simulatedPolicy{name, o})
	}
	return ctx.Err()
}

// difference is the mean of the first policy's cost less the second's on the same
// noise, with its standard error from antithetic pairs.
func (s *simulated) difference() (mean, stderr float64) {
	a, b := s.policies[0].Costs, s.policies[1].Costs
	gaps := make([]float64, len(a))
	for i := range gaps {
		gaps[i] = a[i] - b[i]
	}
	mean, std := stat.MeanStdDev(gaps, nil)
	return mean, std / math.Sqrt(float64(len(gaps))/2) // as if pairs told no more than one path
}

var levels = []float64{0.05, 0.5, 0.95}

// quantiles are the 5, 50 and 95 % points.
func quantiles(v []float64) (q [3]float64) {
	v = slices.Clone(v)
	slices.Sort(v)
	for i, p := range levels {
		q[i] = stat.Quantile(p, stat.Empirical, v, nil)
	}
	return q
}

// at are the values of something on all recorded paths.
func (p simulatedPolicy) at(get func(r *control.Record) float64) []float64 {
	v := make([]float64, len(p.Records))
	for i := range p.Records {
		v[i] = get(&p.Records[i])
	}
	return v
}

// track is something that develops in time; it has values for n steps.
type track struct {
	name string
	n    int
	get  func(r *control.Record, step int) float64
}

// tracks are component k of the state and of the action, and the cost so far.
func (s *simulated) tracks(k int) (list []track) {
	name := func(names []string, otherwise string) string {
		if names != nil {
			return names[k]
		}
		return fmt.Sprintf(otherwise, k)
	}
	if k < s.grid.StateDim {
		list = append(list, track{name(s.grid.StateNames, "state x[%d]"), s.grid.Steps + 1, func(r *control.Record, n int) float64 { return r.States[n][k] }})
	}
	if k < s.grid.ActionDim {
		list = append(list, track{name(s.grid.ActionNames, "action a[%d]"), s.grid.Steps, func(r *control.Record, n int) float64 { return r.Actions[n][k] }})
	}
	cost := "cost so far"
	if s.grid.Maximize {
		cost = "reward so far"
	}
	return append(list, track{cost, s.grid.Steps + 2, func(r *control.Record, n int) float64 { return r.Costs[n] }})
}
