package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/deepbsde/deepbsde/autodiff/machine"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/bench"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/experiment"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/progress"
	"github.com/deepbsde/deepbsde/cmd/internal/figure"
	"github.com/deepbsde/deepbsde/problems/published"
	"github.com/urfave/cli/v2"
)

// benchFlags are the flags of bench.
type benchFlags struct {
	settings flags.Opt[string]
	files    flags.Opt[string]
	table    flags.Opt[string]
	seeds    flags.Opt[int]
	workers  flags.Opt[int]
	store    flags.Opt[string]
	fresh    bool
	flags.Format
	plot  flags.Opt[string]
	quiet bool
}

func (a *app) benchCommand() *cli.Command {
	var f benchFlags
	return &cli.Command{
		Name:      "bench",
		Usage:     "run the papers' experiments and print their tables",
		UsageText: "deepbsde bench [NAME…] [flags]",
		Description: "Trains on each problem (default: all without early exercise) with several seeds, with the settings of the papers and\n" +
			"with those of this program, and tabulates Y0 during training, the final estimate and the time.\n" +
			"Every finished run is added to the file of --store at once. A bench that was stopped continues\n" +
			"there: it does not repeat runs that the file holds with the same settings.",
		HideHelpCommand: true,
		OnUsageError:    onUsageError,
		Flags: flags.Together(
			flags.Group("Run",
				flags.Value("settings", "`WHICH`: paper, default or both (the default)", &f.settings, flags.OneOf("paper", "default", "both")),
				flags.Value("files", "`DIR` of problem files to run as well: they had no part in choosing the settings", &f.files, flags.FileName),
				flags.Value("table", "`TABLE` of a paper to stand beside, in place of NAME: "+strings.Join(published.Names(), ", ")+" or all", &f.table, flags.OneOf(append(published.Names(), "all")...)),
				flags.Value("seeds", "`NUMBER` of runs of each, with the seeds 1, 2, … (default: 5, of a TABLE 1)", &f.seeds, flags.WholeNumber),
				flags.Value("workers", "`NUMBER` of parallel workers (default: one a core); only the times depend on it", &f.workers, flags.WholeNumber),
				flags.Value("store", "`FILE` of finished runs, JSON lines (default: "+defaultStore+")", &f.store, flags.FileName),
				flags.Bool("fresh", "make all runs again", &f.fresh),
			),
			flags.Group("Output", append(f.Format.Flags(),
				flags.Value("plot", "`FILE` (png, svg or pdf) for a plot of the error against the time", &f.plot, figure.ParseFile),
				flags.Bool("quiet", "no progress on standard error", &f.quiet),
			)...),
		),
		Action: func(c *cli.Context) error { return a.runBench(c, &f) },
	}
}

const defaultStore = "deepbsde-bench.jsonl"

func (a *app) runBench(c *cli.Context, f *benchFlags) error {
	if err := f.Format.Check(); err != nil {
		return usage(c, "%v", err)
	}
	seeds := f.seeds.Or(5)
	if f.table.Given {
		if c.Args().Present() || f.settings.Given || f.files.Given || f.plot.Given {
			return usage(c, "--table goes with no NAME, --settings, --files or --plot")
		}
		seeds = f.seeds.Or(1)
	}
	choice := experiment.Choice{Names: c.Args().Slice(), Settings: f.settings.Or("both"), Files: f.files.Value, Table: f.table.Value}
	list, err := choice.Experiments(c.Context)
	if err != nil {
		return err
	}
	store, err := bench.Open(f.store.Or(defaultStore), experiment.Key)
	if err != nil {
		var foreign *bench.ForeignError
		if errors.As(err, &foreign) {
			err = &exitError{exitUsage, err, "name another file with --store"}
		}
		return err
	}
	defer store.Close()
	total, done := len(list)*seeds, 0
	for i := range list {
		one := &list[i]
		for seed := range seeds {
			done++
			want, settings, err := one.Run(uint64(seed+1), f.workers.Value, versionLine())
			if err != nil {
				return err
			}
			have := one.Find(store, want)
			if have == nil || f.fresh {
				a.say(f.quiet, "%s with the settings %s, seed %d (%d of %d)", cmp.Or(want.Of, want.Problem), one.Preset, seed+1, done, total)
				if have, err = a.benchOnce(c.Context, one, want, settings, f.quiet); err != nil {
					return a.benchStopped(err, store)
				}
				if err := store.Add(have); err != nil {
					return err
				}
			}
			one.Runs = append(one.Runs, have)
		}
	}
	tables := make([]bench.Cell, len(list))
	for i, one := range list {
		tables[i] = one.Cell
	}
	if f.plot.Given {
		if err := saveFigure(f.plot.Value, bench.Figure(tables), figure.Size{}); err != nil {
			return err
		}
	}
	return a.print(f.rendered(tables))
}

// rendered is the tables as the flags ask for them.
func (f *benchFlags) rendered(tables []bench.Cell) string {
	csv, markdown := f.Format.Name() == "csv", f.Format.Name() == "markdown"
	switch {
	case f.table.Given && csv:
		return bench.PapersCSV(tables)
	case f.table.Given && markdown:
		return bench.PapersMarkdown(tables, f.given())
	case f.table.Given:
		return bench.PapersText(tables)
	case csv:
		return bench.CSV(tables)
	case markdown:
		return bench.Markdown(tables, f.given(), f.plot.Value)
	}
	return bench.Text(tables)
}

// benchStopped says how to go on after an interruption.
func (a *app) benchStopped(err error, s *bench.Store) error {
	if errors.Is(err, context.Canceled) {
		return &exitError{exitInterrupted, errors.New("interrupted"),
			fmt.Sprintf("the same command goes on: %d finished runs are in %s", len(s.Runs), s.Path)}
	}
	return err
}

// given are the flags that decide what the document holds, as words after bench.
func (f *benchFlags) given() (s string) {
	if f.settings.Given {
		s += " --settings " + f.settings.Value
	}
	if f.files.Given {
		s += " --files " + f.files.Value
	}
	if f.table.Given {
		s += " --table " + f.table.Value
	}
	if f.seeds.Given {
		s += fmt.Sprintf(" --seeds %d", f.seeds.Value)
	}
	if f.store.Given {
		s += " --store " + f.store.Value
	}
	s += " --markdown"
	if f.plot.Given {
		s += " --plot " + f.plot.Value
	}
	return s
}

// benchOnce makes one run. That it diverged is a result.
func (a *app) benchOnce(ctx context.Context, e *experiment.Experiment, run *bench.Run, s bsde.Settings, quiet bool) (*bench.Run, error) {
	progress := progress.New(a.stderr, quiet, "")
	s.Progress = progress.Update
	before, known := machine.ProcessorTime()
	r, err := a.train(ctx, e.Member, e.Network, &s)
	progress.Close()
	if err != nil {
		return nil, err
	}
	if r.Status == bsde.Cancelled {
		return nil, context.Canceled
	}
	r = r.Beside(e.Value)
	run.Status, run.Value, run.StdErr, run.Seconds = r.Status.String(), words.Number(r.Value), words.Number(r.StdErr), r.Elapsed.Seconds()
	run.Error, run.Trust, run.Method = words.Number(r.Error), trustOf(r), r.Method.Name()
	if after, _ := machine.ProcessorTime(); known {
		seconds := (after - before).Seconds()
		run.Processor = &seconds
	}
	for _, h := range r.History {
		if words.Known(h.Value) {
			run.Checkpoints = append(run.Checkpoints, bench.Checkpoint{Iteration: h.Iteration, Value: h.Value, Seconds: h.Elapsed.Seconds()})
		}
	}
	return run, nil
}

// say is a line on standard error, unless quiet.
func (a *app) say(quiet bool, format string, args ...any) {
	if !quiet {
		fmt.Fprintf(a.stderr, format+"\n", args...)
	}
}
