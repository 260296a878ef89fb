package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/verdict"
	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/compared"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/member"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/progress"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/report"
	"github.com/deepbsde/deepbsde/cmd/internal/figure"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/problems"
	"github.com/urfave/cli/v2"
	"gonum.org/v1/gonum/stat"
)

// compareFlags are the flags of compare.
type compareFlags struct {
	problemFlags
	methods flags.Opt[[]string]
	seeds   flags.Opt[int]
	workers flags.Opt[int]
	plot    flags.Opt[string]
	flags.Format
	quiet bool
}

// solverNames are the methods of compare that train.
var solverNames = []string{"features", "shared", "per-step"}

func (a *app) compareCommand() *cli.Command {
	var f compareFlags
	return &cli.Command{
		Name:      "compare",
		Usage:     "put solvers and references side by side",
		UsageText: "deepbsde compare NAME|FILE… [flags]",
		Description: "Methods are the networks features, shared and per-step and those of 'deepbsde reference NAME --method list'.\n" +
			"Without --methods: the default network and every reference that applies.",
		HideHelpCommand: true,
		OnUsageError:    onUsageError,
		Flags: flags.Together(
			flags.Group("Problem", f.problemFlags.flags()...),
			flags.Group("Run",
				flags.Value("methods", "`METHODS`, with commas between", &f.methods, flags.List),
				flags.Value("seeds", "`NUMBER` of runs of each solver, with the seeds 1, 2, … (default: 1)", &f.seeds, flags.WholeNumber),
				flags.Value("workers", "`NUMBER` of parallel workers (default: one a core); results do not depend on it", &f.workers, flags.WholeNumber),
			),
			flags.Group("Output", append(f.Format.Flags(),
				flags.Value("plot", "`FILE` (png, svg or pdf) for a plot of the values with their intervals", &f.plot, figure.ParseFile),
				flags.Bool("json", "print one JSON object", &f.JSON),
				flags.Bool("quiet", "no progress on standard error", &f.quiet),
			)...),
		),
		Action: func(c *cli.Context) error { return a.runCompare(c, &f) },
	}
}

func (a *app) runCompare(c *cli.Context, f *compareFlags) error {
	names := c.Args().Slice()
	if len(names) == 0 {
		return usage(c, "compare needs the NAME of a problem ('deepbsde problems' lists them)")
	}
	if err := f.Format.Check(); err != nil {
		return usage(c, "%v", err)
	}
	var members []*member.Member
	for i, name := range names { // all errors before the first training
		if slices.Contains(names[:i], name) {
			return usage(c, "%s is named twice", name)
		}
		m, err := f.member(c.Context, name)
		if err != nil {
			return err
		}
		members = append(members, m)
	}
	if err := f.known(members); err != nil {
		return err
	}
	var all []compared.Comparison
	var stopped error
	for _, m := range members {
		one, err := a.compare(c.Context, m, f)
		if err != nil && !(errors.Is(err, context.Canceled) && len(all)+len(one.Rows) > 0) {
			return err
		}
		all = append(all, one)
		if stopped = partly(err, "the rows that were done are above"); stopped != nil {
			break
		}
	}
	if f.plot.Given {
		if err := saveFigure(f.plot.Value, compared.Figure(all), figure.Size{}); err != nil {
			return err
		}
	}
	var err error
	if f.JSON {
		err = a.printJSON(compared.JSON(all))
	} else {
		err = a.print(compared.Table(all, f.Format.Name()))
	}
	if err == nil && stopped == nil {
		return untrustedRows(all)
	}
	return errors.Join(err, stopped)
}

// untrustedRows is the error of a comparison in which an answer is not to be trusted, nil
// where all are.
func untrustedRows(all []compared.Comparison) error {
	var names []string
	for _, c := range all {
		for _, r := range c.Rows {
			if r.Trust == "no" {
				names = append(names, r.Name+" of "+c.Problem)
			}
		}
	}
	if names == nil {
		return nil
	}
	return untrusted(words.Enumerate(names))
}

// partly is the error of an interruption after which something could be printed; nil
// where there was none.
func partly(err error, what string) error {
	if err == nil {
		return nil
	}
	return &exitError{exitInterrupted, errors.New("interrupted"), what}
}

// known reports the first method that none of the problems knows.
func (f *compareFlags) known(members []*member.Member) error {
	var known []string
	for _, m := range members {
		for _, network := range m.Networks() {
			if !slices.Contains(known, network) {
				known = append(known, network)
			}
		}
		for _, r := range m.Methods() {
			if !slices.Contains(known, r.Name) {
				known = append(known, r.Name)
			}
		}
	}
	for _, name := range f.methods.Value {
		if !slices.Contains(known, name) {
			return &exitError{exitUsage, &problems.UnknownError{What: "method", Name: name, Known: known}, "run 'deepbsde compare --help'"}
		}
	}
	return nil
}

func (f *compareFlags) wants(m *member.Member, name string) bool {
	if f.methods.Given {
		return slices.Contains(f.methods.Value, name)
	}
	return name == m.DefaultNetwork() || !slices.Contains(solverNames, name)
}

func (a *app) compare(ctx context.Context, m *member.Member, f *compareFlags) (compared.Comparison, error) {
	var most *pde.Reference
	c := compared.Comparison{Problem: m.Family.Name, Dim: m.Dim, Identity: m.Identity(), Parameters: m.Parameters}
	for _, r := range m.Methods() {
		if !f.wants(m, r.Name) {
			continue
		}
		start := time.Now()
		s := pde.Sampling{Seed: 1, Workers: f.workers.Value}
		end := progress.Wait(a.stderr, f.quiet, seeded(m, r.Name, s.Seed))
		ref, err := r.Run(ctx, m.Problem, s)
		end()
		if ctx.Err() != nil {
			return c, ctx.Err()
		}
		switch {
		case err == nil:
			row := compared.OfReference(r.Name, ref.Value, ref.StdErr)
			row.Bound, row.Seconds = report.BoundName(ref.Bound), time.Since(start).Seconds()
			row.Continuous = m.Continuous(r.Name)
			c.Rows = append(c.Rows, row)
			if ref.Bound == pde.Neither && (c.Best == nil || ref.StdErr < c.Best.StdErr) && !(row.Continuous && c.Best != nil) {
				if c.Best, most = best(ref), ref; row.Continuous {
					ref.Method += verdict.ContinuousTime
				}
			}
		case f.methods.Given: // asked for by name
			c.Rows = append(c.Rows, compared.Row{Name: r.Name, Failed: err})
		}
	}
	for _, k := range m.Known() {
		c.Rows = append(c.Rows, knownRow(k))
	}
	// The error of a published value may only not be stated.
	r, err := m.Reference(ctx)
	if err != nil {
		return c, err
	}
	if r != nil && (c.Best == nil || r != m.Family.Published && r.StdErr < c.Best.StdErr) {
		c.Best, most = best(r), r
	}
	for _, network := range m.Networks() {
		if f.wants(m, network) {
			row, err := a.seeds(ctx, m, network, f, most)
			if err != nil {
				return c, err
			}
			c.Rows = append(c.Rows, row)
		}
	}
	return c, nil
}

// seeded is a method with its problem and seed, for the progress.
func seeded(m *member.Member, method string, seed uint64) string {
	return fmt.Sprintf("%s, %s, seed %d", m.Family.Name, method, seed)
}

// knownRow is the row of a value on record, whose error may not be stated.
func knownRow(k member.Known) compared.Row {
	stderr := k.Value.StdErr
	if stderr == 0 {
		stderr = math.NaN()
	}
	return compared.OfReference(k.Name, k.Value.Value, stderr)
}

func best(r *pde.Reference) *compared.Best {
	return &compared.Best{Value: r.Value, StdErr: r.StdErr}
}

// seeds runs a solver with several seeds, for a comparison with a reference, nil for none.
func (a *app) seeds(ctx context.Context, m *member.Member, network string, f *compareFlags, reference *pde.Reference) (compared.Row, error) {
	var runs []*bsde.Result
	for seed := range f.seeds.Or(1) {
		s := m.Preset(network).Settings
		s.Seed, s.Workers = uint64(seed+1), f.workers.Value
		progress := progress.New(a.stderr, f.quiet, seeded(m, network, s.Seed))
		s.Progress = progress.Update
		r, err := a.train(ctx, m, network, &s)
		progress.Close()
		if err != nil {
			return compared.Row{}, err
		}
		if r.Status == bsde.Cancelled {
			return compared.Row{}, context.Canceled
		}
		runs = append(runs, r.Beside(reference))
	}
	return rowOf(network, runs), nil
}

// rowOf is the row of a solver: means over its runs, of which the errors of equations are
// those of the mean too, as they are of everything, and the same in each run perhaps.
func rowOf(network string, runs []*bsde.Result) compared.Row {
	mean := func(get func(r *bsde.Result) float64) float64 {
		list := make([]float64, len(runs))
		for i, r := range runs {
			list[i] = get(r)
		}
		return stat.Mean(list, nil)
	}
	row := compared.Row{
		Name: network, Solver: true, Training: math.NaN(), Bound: report.BoundName(boundOf(runs[0])),
		Value:   mean(func(r *bsde.Result) float64 { return r.Value }),
		Error:   mean(func(r *bsde.Result) float64 { return r.Error }),
		Step:    mean(func(r *bsde.Result) float64 { return r.DiscretizationError }),
		Network: mean(func(r *bsde.Result) float64 { return r.NetworkError }),
		Bias:    mean(func(r *bsde.Result) float64 { return r.NetworkBias }),
		Lower:   mean(func(r *bsde.Result) float64 { return r.Lower }),
		Upper:   mean(func(r *bsde.Result) float64 { return r.Upper }),
		Seconds: mean(func(r *bsde.Result) float64 { return r.Elapsed.Seconds() }),
	}
	n, variance := float64(len(runs)), mean(func(r *bsde.Result) float64 { return r.StdErr * r.StdErr })
	row.Sampling = math.Sqrt(variance / n)
	if n > 1 {
		scatter := mean(func(r *bsde.Result) float64 { return (r.Value - row.Value) * (r.Value - row.Value) }) * n / (n - 1)
		row.Training = math.Sqrt(math.Max(scatter-variance, 0))
	}
	if runs[0].Control != nil { // no Z, and bounds of the optimum
		row.Network, row.Bias, row.Lower, row.Upper = 0, 0, math.NaN(), math.NaN()
		if n > 1 {
			row.Error += row.Training
		}
	}
	row.Trust = "yes"
	seen := map[string]bool{} // the same reason has other numbers in each run
	for _, r := range runs {
		for _, reason := range r.Doubts() {
			row.Trust = "no"
			if kind, _, _ := strings.Cut(reason, ": "); !seen[kind] {
				seen[kind], row.Reasons = true, append(row.Reasons, reason)
			}
		}
	}
	return row
}

// trustOf is yes or no.
func trustOf(r *bsde.Result) string {
	if r.Trusted() {
		return "yes"
	}
	return "no"
}

// boundOf is the side on which the value of a policy bounds the optimum.
func boundOf(r *bsde.Result) pde.Bound {
	switch {
	case r.Control == nil:
		return pde.Neither
	case r.Control.Maximize:
		return pde.Lower
	}
	return pde.Upper
}
