package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/urfave/cli/v2"
	"gonum.org/v1/gonum/stat"

	"github.com/deepbsde/deepbsde/control"
)

// simulateFlags are the flags of simulate.
type simulateFlags struct {
	paths     opt[int]
	seed      opt[uint64]
	component opt[int]
	workers   opt[int]
	samples   opt[string]
	plot      opt[string]
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
			valueFlag("paths", "`NUMBER` of paths, in pairs of opposite noise (default: 4096)", &f.paths, pairedPaths),
			valueFlag("seed", "`SEED` of the noise (default: 1)", &f.seed, unsigned),
			valueFlag("component", "`NUMBER` of the state and the action in the table and the plot, from 0 (default: 0)", &f.component, index),
			valueFlag("workers", "`NUMBER` of parallel workers (default: one a core); results do not depend on it", &f.workers, wholeNumber),
			valueFlag("samples", "CSV `FILE` for the first 512 paths: policy, path, step, time, states, actions, cost so far", &f.samples, fileName),
			valueFlag("plot", "`FILE` (png, svg or pdf) for a plot of state, action and cost", &f.plot, plotFile),
			boolFlag("json", "print one JSON object", &f.json),
		},
		Action: func(c *cli.Context) error { return a.runSimulate(c, &f) },
	}
}

func index(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("want a whole number, at least 0")
	}
	return n, nil
}

// pairedPaths is a number of paths in pairs of which there are two at least.
func pairedPaths(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 4 || n%2 != 0 {
		return 0, fmt.Errorf("want an even number, at least 4")
	}
	return n, nil
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
	k := f.component.value
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
	if f.samples.given {
		if err := replaceFile(f.samples.value, s.writePaths); err != nil {
			return err
		}
	}
	if f.plot.given {
		if err := saveFigure(f.plot.value, s.figure(s.tracks(s.component)), pictureSize{}); err != nil {
			return err
		}
	}
	if f.json {
		err = a.printJSON(s.json())
	} else {
		err = a.print(s.text())
	}
	if err == nil && !known(s.policies[0].Cost) {
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
			Paths: f.paths.or(4096), Seed: f.seed.or(1), Purpose: freshStates, Workers: f.workers.value, Record: recordedPaths,
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

func (s *simulated) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s, %d time steps, %d paths%s\n\n", s.family.Title, identity(s.member), s.grid.Steps, s.policies[0].Paths, s.unfinished)
	t := plainTable()
	t.AppendHeader(table.Row{"policy", "mean " + strings.TrimPrefix(s.unknown(), "optimal "), "std error", "5 %", "median", "95 %"})
	for _, p := range s.policies {
		q := quantiles(p.Costs)
		t.AppendRow(table.Row{p.name, toError(p.Cost, p.StdErr), short(p.StdErr), toError(q[0], p.StdErr), toError(q[1], p.StdErr), toError(q[2], p.StdErr)})
	}
	b.WriteString(render(t) + "\n\n")
	if len(s.policies) == 2 {
		mean, stderr := s.difference()
		fmt.Fprintf(&b, "trained less optimal on the same noise: %s ± %s\n\n", toError(mean, stderr), short(stderr))
	}
	t = plainTable()
	header := table.Row{"time"}
	for _, p := range s.policies {
		for _, track := range s.tracks(s.component) {
			header = append(header, p.name+" "+track.name)
		}
	}
	t.AppendHeader(header)
	every := max(1, s.grid.Steps/10)
	for n := 0; n < s.grid.Steps+every; n += every {
		n := min(n, s.grid.Steps)
		row := table.Row{exact(s.grid.Time(n))}
		for _, p := range s.policies {
			for _, track := range s.tracks(s.component) {
				if n >= track.n {
					row = append(row, "")
					continue
				}
				n := n
				if n == s.grid.Steps {
					n = track.n - 1 // of the cost with the terminal one
				}
				q := quantiles(p.at(func(r *control.Record) float64 { return track.get(r, n) }))
				row = append(row, fmt.Sprintf("%s … %s … %s", significant(q[0], 3), significant(q[1], 3), significant(q[2], 3)))
			}
		}
		t.AppendRow(row)
	}
	b.WriteString(render(t) + fmt.Sprintf("\n\n5 %%, 50 %% and 95 %% quantiles of the first %d paths\n", len(s.policies[0].Records)))
	return b.String()
}

// writePaths writes the first recorded paths as CSV.
func (s *simulated) writePaths(f *os.File) error {
	w := csv.NewWriter(f)
	header := []string{"policy", "path", "step", "time"}
	for i := range s.grid.StateDim {
		header = append(header, fmt.Sprintf("x%d", i))
	}
	for i := range s.grid.ActionDim {
		header = append(header, fmt.Sprintf("a%d", i))
	}
	w.Write(append(header, "cost"))
	for _, p := range s.policies {
		for i, r := range p.Records {
			for n, x := range r.States {
				row := []string{p.name, strconv.Itoa(i), strconv.Itoa(n), full(s.grid.Time(n))}
				for _, v := range x {
					row = append(row, full(v))
				}
				for j := range s.grid.ActionDim {
					if n < len(r.Actions) {
						row = append(row, full(r.Actions[n][j]))
					} else {
						row = append(row, "")
					}
				}
				cost := r.Costs[n]
				if n == len(r.States)-1 {
					cost = r.Costs[n+1] // with the terminal one
				}
				w.Write(append(row, full(cost)))
			}
		}
	}
	w.Flush()
	return w.Error()
}

// json is the object that simulate --json prints.
func (s *simulated) json() any {
	type policy struct {
		Policy        string    `json:"policy"`
		Cost          *float64  `json:"cost,omitempty"`
		StdErr        *float64  `json:"stderr,omitempty"`
		Quantiles     []float64 `json:"quantiles,omitempty"` // 5, 50 and 95 %
		Violation     []float64 `json:"violation,omitempty"`
		ViolationMean []float64 `json:"violation_mean,omitempty"`
	}
	out := struct {
		Problem    string             `json:"problem"`
		Dim        int                `json:"dim"`
		Parameters map[string]float64 `json:"parameters"`
		Steps      int                `json:"steps"`
		Paths      int                `json:"paths"`
		Policies   []policy           `json:"policies"`
		Difference *float64           `json:"difference,omitempty"` // trained less optimal
		DiffStdErr *float64           `json:"difference_stderr,omitempty"`
	}{Problem: s.family.Name, Dim: s.dim, Parameters: s.parameters, Steps: s.grid.Steps, Paths: s.policies[0].Paths}
	for _, p := range s.policies {
		q := quantiles(p.Costs)
		out.Policies = append(out.Policies, policy{p.name, number(p.Cost), number(p.StdErr), finite(q[:]), finite(p.Violation), finite(p.ViolationMean)})
	}
	if len(s.policies) == 2 {
		mean, stderr := s.difference()
		out.Difference, out.DiffStdErr = number(mean), number(stderr)
	}
	return out
}
