package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/run"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/listed"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/progress"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/report"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/sweep"
	"github.com/deepbsde/deepbsde/cmd/internal/figure"
	"github.com/urfave/cli/v2"
)

// sweepFlags are those of solve, with several values of a parameter.
type sweepFlags struct {
	solveFlags
	axes  sweep.Axes
	seeds flags.Opt[int]
	shard flags.Opt[sweep.Shard]
	warm  bool

	search sweep.SearchFlags
	tableFlags
}

// tableFlags say how the table of a sweep is printed.
type tableFlags struct {
	flags.Format
	plot flags.Opt[string]
}

func (f *tableFlags) flags() []cli.Flag {
	return append(f.Format.Flags(),
		flags.Bool("json", "print one JSON object", &f.JSON),
		flags.Value("plot", "`FILE` (png, svg or pdf) for a picture of the values along the first parameter with several", &f.plot, figure.ParseFile),
	)
}

func (a *app) sweepCommand() *cli.Command {
	var f sweepFlags
	return &cli.Command{
		Name:      "sweep",
		Usage:     "solve a problem for many parameters and seeds",
		UsageText: "deepbsde sweep NAME|FILE --out DIR --set KEY=VALUE,… [flags]\ndeepbsde sweep NAME|FILE --out DIR --search KEY=LOW:HIGH … [flags]",
		Description: "Each choice of the parameters and each seed is a run of its own in DIR. The same command goes on with a\n" +
			"sweep that was stopped, and ends in the same table. With --shard several machines share one; 'deepbsde\n" +
			"merge DIR…' prints the table of them all.\n" +
			"With --search it looks for the settings with the smallest error, all errors together: many choices are\n" +
			"trained on a small budget, and the best of them anew on larger ones.",
		HideHelpCommand: true,
		OnUsageError:    onUsageError,
		Flags: flags.Together(
			flags.Group("Problem", append(f.axes.Flags(), f.dimFlag(), f.regionFlag())...),
			f.Flags.Flags(methodNames()),
			flags.Group("Estimate", f.accuracyFlag()),
			flags.Group("Sweep",
				flags.Value("out", "`DIR` for the runs (required)", &f.out, flags.FileName),
				flags.Value("seeds", "`NUMBER` of seeds for each choice of parameters, from --seed on (default: 1)", &f.seeds, flags.WholeNumber),
				flags.Bool("warm", "begin each run with the parameters of the one before it along the last parameter", &f.warm),
				flags.Value("shard", "share `I/N` of the runs; auto/N in an array job of Slurm or an indexed job of Kubernetes", &f.shard, sweep.ParseShard),
			),
			flags.Group("Search", f.search.Flags()...),
			flags.Group("Output", append(f.tableFlags.flags(), flags.Bool("quiet", "no progress on standard error", &f.quiet))...),
		),
		Action: func(c *cli.Context) error { return a.runSweep(c, &f) },
	}
}

func (a *app) runSweep(c *cli.Context, f *sweepFlags) error {
	if !f.out.Given {
		return usage(c, "sweep needs --out DIR")
	}
	if err := f.Format.Check(); err != nil {
		return usage(c, "%v", err)
	}
	d, tasks, err := f.tasks(c)
	if err != nil {
		return err
	}
	root := f.out.Value
	if err := d.Begin(root); err != nil {
		return err
	}
	var rows []sweep.Row
	var stopped error
	for cells := d.Next(nil); len(cells) > 0; cells = d.Next(rows) {
		for _, cell := range cells {
			if !f.shard.Value.Has(cell) {
				continue
			}
			if stopped == nil {
				t := tasks[cell.Index]
				if t == nil { // of a later round
					if t, err = f.taskOf(c, d, cell); err != nil {
						return err
					}
				}
				t.command = a.command
				err := t.warm(cell, root)
				if err == nil {
					err = a.sweepRun(c.Context, t, cell.Dir(root), d.Label(cell), f.quiet)
				}
				if stopped = partly(c.Context.Err(), "the same command goes on"); stopped == nil && err != nil {
					return fmt.Errorf("%s: %w", d.Label(cell), err)
				}
			}
			row, err := sweep.RowOf(cell, root)
			if err != nil {
				return err
			}
			rows = append(rows, row)
		}
	}
	return errors.Join(a.printSweep(d, rows, &f.tableFlags, stopped == nil), stopped)
}

// tasks are the runs of the share, by their index, with all that can be wrong with them; and
// the sweep.
func (f *sweepFlags) tasks(c *cli.Context) (*sweep.Definition, []*solveTask, error) {
	if err := f.Read(); err != nil {
		return nil, nil, &exitError{status: exitUsage, err: err}
	}
	d := &sweep.Definition{Axes: f.axes, Seed: f.Seed(), Seeds: f.seeds.Or(1), Warm: f.warm}
	if err := f.searching(c, d); err != nil {
		return nil, nil, err
	}
	n, err := d.Size()
	if err != nil {
		return nil, nil, usage(c, "%v", err)
	}
	tasks := make([]*solveTask, n)
	for _, cell := range d.Next(nil) {
		if cell.Index > 0 && !f.shard.Value.Has(cell) {
			continue
		}
		t, err := f.taskOf(c, d, cell)
		if err != nil {
			return nil, nil, err
		}
		if cell.Index == 0 {
			if err := describe(d, t, f); err != nil {
				return nil, nil, err
			}
		}
		if f.shard.Value.Has(cell) {
			tasks[cell.Index] = t
		}
	}
	return d, tasks, nil
}

// taskOf is one run of the sweep.
func (f *sweepFlags) taskOf(c *cli.Context, d *sweep.Definition, cell sweep.Cell) (*solveTask, error) {
	f.set = cell.Set
	f.SetSeed(cell.Seed)
	if d.Search != nil {
		for _, g := range d.Given(cell) {
			if err := flags.Replace(c, g[0], g[1]); err != nil {
				return nil, usage(c, "--search: %s is %q: %v", g[0], g[1], err)
			}
		}
	}
	t, err := f.task(c)
	if err != nil || d.Search == nil {
		return t, err
	}
	t.demand = nil // further attempts would have more than the budget
	if _, what := bsde.Planned(t.method, t.settings); !d.Search.InTime() && what != "iterations" {
		return nil, usage(c, "%s trains by %s and not by gradient steps: --search needs --budget TIME, such as 30s", t.method.Name(), what)
	}
	return t, nil
}

// searching fills in the search, if one is asked for.
func (f *sweepFlags) searching(c *cli.Context, d *sweep.Definition) (err error) {
	given := func(key string) bool { return c.IsSet(key) || f.InFile(key) }
	d.Search, err = f.search.Search(d.Axes, given, func() (int, error) {
		f.set = map[string]float64{}
		for _, a := range d.Axes {
			f.set[a.Name] = a.Values[0]
		}
		t, err := f.task(c)
		if err != nil {
			return 0, err
		}
		return t.settings.WithDefaults().Iterations, nil
	})
	if told := (*exitError)(nil); err == nil || errors.As(err, &told) {
		return err
	}
	return usage(c, "%v", err)
}

// describe fills in what the runs have in common, as the first has it.
func describe(d *sweep.Definition, t *solveTask, f *sweepFlags) (err error) {
	s := t.settings
	s.Workers, s.Seed, s.TimeLimit = 0, 0, 0
	d.Problem, d.Dim, d.Accuracy, d.Start = t.Asked, t.Dim, f.accuracy.Value, t.region
	if t.Family.Text != nil {
		d.FileDigest = fmt.Sprintf("%x", sha256.Sum256(t.Family.Text))
	}
	d.Settings, err = bsde.Configuration(s, t.method)
	return err
}

// warm lets a run of a sweep begin with the parameters of the one before it.
func (t *solveTask) warm(cell sweep.Cell, root string) (err error) {
	if cell.From == nil {
		return nil
	}
	t.from, err = run.Open(cell.From.Dir(root))
	return err
}

// sweepRun makes a run, or goes on with it, so that it is done or the context is cancelled.
func (a *app) sweepRun(ctx context.Context, t *solveTask, dir, label string, quiet bool) error {
	if done, err := sweep.Result(dir); done != nil || err != nil {
		return err
	}
	var err error
	if _, e := os.Stat(filepath.Join(dir, run.ManifestFile)); e != nil {
		t.out, err = dir, os.RemoveAll(dir) // what a process that was killed has of it
	} else if t.dir, err = run.Open(dir); err == nil && !t.dir.Retry {
		t.demand = nil // it is the second attempt
	}
	if err != nil {
		return err
	}
	display := progress.New(a.stderr, quiet, label)
	t.settings.Progress = display.Update
	r, err := a.perform(ctx, t)
	display.Close()
	if t.dir != nil {
		defer t.dir.Close()
	}
	if err != nil || t.demand != nil && t.demand.Accuracy > 0 && ctx.Err() != nil { // an attempt that is not the last says nothing
		return err
	}
	o, err := report.New(ctx, t.Member, r)
	if err != nil {
		return err
	}
	object, err := o.JSON()
	if err != nil {
		return err
	}
	return t.dir.Finish(object, o.Text())
}

// printSweep prints the table, and is the error of what is not to be trusted in it.
func (a *app) printSweep(d *sweep.Definition, rows []sweep.Row, f *tableFlags, whole bool) error {
	if f.plot.Given {
		picture, err := d.Figure(rows)
		if err == nil {
			err = saveFigure(f.plot.Value, picture, figure.Size{})
		}
		if err != nil {
			return err
		}
	}
	var err error
	if f.JSON {
		err = a.printJSON(d.JSON(rows))
	} else {
		err = a.print(d.Table(rows, f.Format.Name()))
	}
	if err != nil || !whole {
		return err
	}
	if best := d.Best(rows); best != nil { // the others are there to be left
		if best.Trust != "yes" {
			return untrusted("the best choice is not")
		}
		return nil
	}
	doubtful := 0
	for _, r := range rows {
		if r.Trust == "no" || r.Status == bsde.Diverged.String() {
			doubtful++
		}
	}
	if doubtful > 0 {
		return untrusted(fmt.Sprintf("%d of %d answers", doubtful, len(rows)))
	}
	return nil
}

func (a *app) mergeCommand() *cli.Command {
	var f tableFlags
	return &cli.Command{
		Name:            "merge",
		Usage:           "print the table of a sweep from the folders of its shares",
		UsageText:       "deepbsde merge DIR… [flags]",
		HideHelpCommand: true,
		OnUsageError:    onUsageError,
		Flags:           f.flags(),
		Action:          func(c *cli.Context) error { return a.runMerge(c, &f) },
	}
}

func (a *app) runMerge(c *cli.Context, f *tableFlags) error {
	roots := c.Args().Slice()
	if len(roots) == 0 {
		return usage(c, "merge needs a DIR, that of 'deepbsde sweep … --out DIR'")
	}
	if err := f.Format.Check(); err != nil {
		return usage(c, "%v", err)
	}
	var d *sweep.Definition
	for _, root := range roots {
		one, err := sweep.Read(root)
		if errors.Is(err, os.ErrNotExist) {
			err = &sweep.Error{Text: root + " is not a sweep: it has no " + sweep.File}
		}
		if err != nil {
			return err
		}
		if d != nil && !d.Same(one) {
			return &sweep.Error{Text: root + " has another sweep than " + roots[0]}
		}
		d = one
	}
	rows, err := d.Rows(roots...)
	if err != nil {
		return err
	}
	missing := 0
	for _, row := range rows {
		if !row.Done() {
			missing++
		}
	}
	err = a.printSweep(d, rows, f, missing == 0)
	if missing > 0 {
		err = errors.Join(err, fmt.Errorf("%d of %d runs are not done", missing, len(rows)))
	}
	return err
}

func (a *app) runsCommand() *cli.Command {
	var filter struct{ problem, method, status, trust flags.Opt[string] }
	var format flags.Format
	word := func(s string) (string, error) { return s, nil }
	return &cli.Command{
		Name:            "runs",
		Usage:           "list the saved runs below a folder",
		UsageText:       "deepbsde runs DIR [flags]",
		HideHelpCommand: true,
		OnUsageError:    onUsageError,
		Flags: flags.Together(
			flags.Group("Filter",
				flags.Value("problem", "runs of the problem `NAME`", &filter.problem, word),
				flags.Value("method", "runs by the `METHOD`", &filter.method, word),
				flags.Value("status", "runs with the `STATUS`, such as converged, unfinished or unreadable", &filter.status, word),
				flags.Value("trust", "`ANSWER` to whether the error can be relied on: yes or no", &filter.trust, flags.OneOf("yes", "no")),
			),
			flags.Group("Output", append(format.Flags(), flags.Bool("json", "print one JSON object", &format.JSON))...),
		),
		Action: func(c *cli.Context) error {
			if c.NArg() != 1 {
				return usage(c, "runs needs one DIR, a folder with saved runs")
			}
			if err := format.Check(); err != nil {
				return usage(c, "%v", err)
			}
			list, err := listed.Under(c.Args().First(), listed.Filter{
				Problem: filter.problem.Value, Method: filter.method.Value, Status: filter.status.Value, Trust: filter.trust.Value,
			})
			switch {
			case errors.Is(err, os.ErrNotExist):
				return &exitError{status: exitUsage, err: err}
			case err != nil:
				return err
			case format.JSON:
				return a.printJSON(listed.JSON(list))
			}
			return a.print(listed.Table(list, format.Name()))
		},
	}
}
