package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/progress"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/problems"
)

// benchFlags are the flags of bench.
type benchFlags struct {
	settings flags.Opt[string]
	seeds    flags.Opt[int]
	workers  flags.Opt[int]
	store    flags.Opt[string]
	fresh    bool
	flags.Format
	plot  flags.Opt[string]
	quiet bool
}

// benchPresets are the settings that bench runs, each with the network it belongs to.
var benchPresets = []struct{ name, network string }{{"paper", "per-step"}, {"default", "shared"}}

func (a *app) benchCommand() *cli.Command {
	var f benchFlags
	return &cli.Command{
		Name:      "bench",
		Usage:     "run the papers' experiments and print their tables",
		UsageText: "deepbsde bench [NAME…] [flags]",
		Description: "Trains on each problem (default: all) with several seeds, with the settings of the papers and\n" +
			"with those of this program, and tabulates Y0 during training, the final estimate and the time.\n" +
			"Every finished run goes to the file of --store at once. A bench that was stopped goes on from\n" +
			"there: runs that the file holds, with the same settings, are not made again.",
		HideHelpCommand: true,
		OnUsageError:    onUsageError,
		Flags: append(f.Format.Flags(),
			flags.Value("settings", "`WHICH`: paper, default or both (the default)", &f.settings, flags.OneOf("paper", "default", "both")),
			flags.Value("seeds", "`NUMBER` of runs of each, with the seeds 1, 2, … (default: 5)", &f.seeds, flags.WholeNumber),
			flags.Value("workers", "`NUMBER` of parallel workers (default: one a core); only the times depend on it", &f.workers, flags.WholeNumber),
			flags.Value("store", "`FILE` of finished runs, JSON lines (default: "+defaultStore+")", &f.store, flags.FileName),
			flags.Bool("fresh", "make all runs again", &f.fresh),
			flags.Value("plot", "`FILE` (png, svg or pdf) for a plot of the error against the time", &f.plot, plotFile),
			flags.Bool("quiet", "no progress on standard error", &f.quiet),
		),
		Action: func(c *cli.Context) error { return a.runBench(c, &f) },
	}
}

const defaultStore = "deepbsde-bench.jsonl"

func (a *app) runBench(c *cli.Context, f *benchFlags) error {
	if err := f.Format.Check(); err != nil {
		return usage(c, "%v", err)
	}
	cells, err := f.cells(c.Context, c.Args().Slice())
	if err != nil {
		return err
	}
	store, err := openStore(f.store.Or(defaultStore))
	if err != nil {
		return err
	}
	defer store.close()
	total, done := len(cells)*f.seeds.Or(5), 0
	for i := range cells {
		cell := &cells[i]
		for seed := range f.seeds.Or(5) {
			done++
			want := cell.run(uint64(seed+1), f.workers.Value)
			have := store.find(want)
			if have == nil || f.fresh {
				a.say(f.quiet, "%s with the settings %s, seed %d (%d of %d)", cell.family.Name, cell.preset, seed+1, done, total)
				if have, err = a.benchOnce(c.Context, cell, want, f.quiet); err != nil {
					return a.benchStopped(err, store)
				}
				if err := store.add(have); err != nil {
					return err
				}
			}
			cell.runs = append(cell.runs, have)
		}
	}
	if f.plot.Given {
		if err := saveFigure(f.plot.Value, benchFigure(cells), pictureSize{}); err != nil {
			return err
		}
	}
	return a.print(benchText(cells, f))
}

// benchStopped says how to go on after an interruption.
func (a *app) benchStopped(err error, s *store) error {
	if errors.Is(err, context.Canceled) {
		return &exitError{exitInterrupted, errors.New("interrupted"),
			fmt.Sprintf("the same command goes on: %d finished runs are in %s", len(s.runs), s.path)}
	}
	return err
}

// benchCell is one problem with one set of settings: a table.
type benchCell struct {
	*member
	preset    string // paper or default
	network   string
	reference *pde.Reference // nil for none
	runs      []*benchRun
}

// cells lists what is to be run.
func (f *benchFlags) cells(ctx context.Context, names []string) (list []benchCell, err error) {
	if len(names) == 0 {
		for _, family := range problems.All() {
			names = append(names, family.Name)
		}
	}
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			return nil, &exitError{status: exitUsage, err: fmt.Errorf("%s is named twice", name)}
		}
		var none problemFlags
		m, err := none.member(ctx, name)
		if err != nil {
			return nil, err
		}
		for _, p := range benchPresets {
			if which := f.settings.Or("both"); which == "both" || which == p.name {
				if m.control != nil && p.name == "paper" {
					continue // the control papers' settings are not published
				}
				ref, err := m.reference(ctx, presetFor(m, p.network).Steps)
				if err != nil {
					return nil, err
				}
				list = append(list, benchCell{member: m, preset: p.name, network: p.network, reference: ref})
			}
		}
	}
	if len(list) == 0 {
		return nil, &exitError{status: exitUsage, err: fmt.Errorf("nothing to run: the paper's settings are known for equations alone, not for %s", strings.Join(names, " and "))}
	}
	return list, nil
}

// run is the record of a run with all but its results.
func (c *benchCell) run(seed uint64, workers int) *benchRun {
	p := presetFor(c.member, c.network)
	p.Seed = seed
	if workers > 0 {
		p.Workers = workers
	}
	return &benchRun{Problem: c.family.Name, Preset: c.preset, Network: c.network, Version: versionLine(),
		Settings: p.json()}
}

// benchOnce makes one run. That it diverged is a result.
func (a *app) benchOnce(ctx context.Context, c *benchCell, run *benchRun, quiet bool) (*benchRun, error) {
	s := run.Settings.Settings
	progress := progress.New(a.stderr, quiet)
	s.Progress = progress.Update
	r, err := a.train(ctx, c.member, c.network, &s)
	progress.Close()
	if err != nil {
		return nil, err
	}
	if r.status == bsde.Cancelled {
		return nil, context.Canceled
	}
	run.fill(r)
	return run, nil
}

// say is a line on standard error, unless quiet.
func (a *app) say(quiet bool, format string, args ...any) {
	if !quiet {
		fmt.Fprintf(a.stderr, format+"\n", args...)
	}
}
