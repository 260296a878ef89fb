package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/deepbsde/deepbsde/autodiff/machine"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/deep"
	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/bench"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/member"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/progress"
	"github.com/deepbsde/deepbsde/cmd/internal/figure"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/problems"
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

// benchPresets are the settings that bench runs, each with the network it belongs to; "" is the
// default one.
var benchPresets = []struct{ name, network string }{{"paper", "per-step"}, {"default", ""}}

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
				flags.Value("table", "`TABLE` of a paper to stand beside, in place of NAME: max-call, dbdp or all", &f.table, flags.OneOf("max-call", "dbdp", "all")),
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
	cells, err := f.cells(c.Context, c.Args().Slice())
	if f.table.Given {
		if c.Args().Present() || f.settings.Given || f.files.Given || f.plot.Given {
			return usage(c, "--table goes with no NAME, --settings, --files or --plot")
		}
		cells, err = f.beside(c.Context)
	}
	if err != nil {
		return err
	}
	seeds := f.seeds.Or(5)
	if f.table.Given {
		seeds = f.seeds.Or(1)
	}
	store, err := bench.Open(f.store.Or(defaultStore), settingsKey)
	if err != nil {
		var foreign *bench.ForeignError
		if errors.As(err, &foreign) {
			err = &exitError{exitUsage, err, "name another file with --store"}
		}
		return err
	}
	defer store.Close()
	total, done := len(cells)*seeds, 0
	for i := range cells {
		cell := &cells[i]
		for seed := range seeds {
			done++
			want, settings, err := cell.run(uint64(seed+1), f.workers.Value)
			if err != nil {
				return err
			}
			have := cell.find(store, want)
			if have == nil || f.fresh {
				a.say(f.quiet, "%s with the settings %s, seed %d (%d of %d)", cmp.Or(want.Of, want.Problem), cell.Preset, seed+1, done, total)
				if have, err = a.benchOnce(c.Context, cell, want, settings, f.quiet); err != nil {
					return a.benchStopped(err, store)
				}
				if err := store.Add(have); err != nil {
					return err
				}
			}
			cell.Runs = append(cell.Runs, have)
		}
	}
	tables := make([]bench.Cell, len(cells))
	for i, c := range cells {
		tables[i] = c.Cell
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

// benchCell is one problem with one set of settings.
type benchCell struct {
	member *member.Member
	bench.Cell
	reference *pde.Reference // nil for none
}

// newCell is a member with the settings that its problem has for a network.
func newCell(ctx context.Context, m *member.Member, preset, network string) (benchCell, error) {
	p := m.Preset(network)
	ref, err := m.ReferenceFor(ctx, p.Settings)
	if err != nil {
		return benchCell{}, err
	}
	cell := bench.Cell{Problem: m.Family.Name, Dim: m.Dim, Identity: m.Identity(), Preset: preset, Network: network, Method: p.Method.Name(), Policy: m.Control != nil}
	if ref != nil {
		cell.Reference = &bench.Reference{Value: ref.Value, StdErr: ref.StdErr}
	}
	return benchCell{m, cell, ref}, nil
}

// cells lists what is to be run.
func (f *benchFlags) cells(ctx context.Context, names []string) (list []benchCell, err error) {
	all := len(names) == 0
	if all {
		for _, family := range problems.All() {
			names = append(names, family.Name)
		}
	}
	named := len(names)
	if f.files.Given {
		paths, err := filepath.Glob(filepath.Join(f.files.Value, "*.yaml"))
		if err == nil && len(paths) == 0 {
			err = &exitError{status: exitUsage, err: fmt.Errorf("--files %s: no file there ends in .yaml", f.files.Value)}
		}
		if err != nil {
			return nil, err
		}
		names = append(names, paths...)
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
		early := m.Control == nil && m.Problem.Obstacle != nil // whose papers have other methods
		if all && early {
			continue
		}
		for _, p := range benchPresets {
			if which := f.settings.Or("both"); which == "both" || which == p.name {
				_, published := m.Family.Training[p.network]
				if p.name == "paper" && (m.Control != nil || !published || i >= named) {
					continue // the control papers' settings are not published, no paper has the files, and others have other methods
				}
				cell, err := newCell(ctx, m, p.name, cmp.Or(p.network, m.DefaultNetwork()))
				if err != nil {
					return nil, err
				}
				cell.Place, cell.File = i, i >= named
				if r := m.Family.PublishedRun; r != nil {
					cell.Published = &bench.Published{Iterations: r.Iterations, Error: r.Error, StdDev: r.StdDev, Seconds: r.Seconds}
				}
				list = append(list, cell)
			}
		}
	}
	if len(list) == 0 {
		return nil, &exitError{status: exitUsage, err: fmt.Errorf("nothing to run: the paper's settings are known for equations alone, not for %s", strings.Join(names, " and "))}
	}
	return list, nil
}

// beside lists the members that the tables of papers are about.
func (f *benchFlags) beside(ctx context.Context) (list []benchCell, err error) {
	all, err := published.All()
	if err != nil {
		return nil, err
	}
	for i, t := range all {
		if f.table.Value != t.Name && f.table.Value != "all" {
			continue
		}
		for _, row := range t.Rows {
			m, err := member.Named(ctx, row.Problem, row.Dim, row.Set)
			if err != nil {
				return nil, err
			}
			cell, err := newCell(ctx, m, "default", m.DefaultNetwork())
			if err != nil {
				return nil, err
			}
			cell.Place = i
			cell.Stated = &bench.Stated{Table: t.Name, Title: t.Title, Notes: t.Notes, Columns: t.Columns, Cells: row.Cells}
			list = append(list, cell)
		}
	}
	return list, nil
}

// run is the record of a run with all but its results, and its settings.
func (c *benchCell) run(seed uint64, workers int) (*bench.Run, bsde.Settings, error) {
	p := c.member.Preset(c.Network)
	p.Seed = seed
	if workers > 0 {
		p.Workers = workers
	}
	text := p.JSON()
	settings := bench.Settings{Text: text, Steps: p.Steps, Iterations: p.Iterations, Workers: p.Workers}
	run := &bench.Run{Problem: c.Problem, Preset: c.Preset, Network: c.Network, Version: versionLine(), Settings: settings}
	if c.Stated != nil {
		run.Of = c.Identity
	}
	return run, p.Settings, nil
}

// find is the record of a run in the store. Earlier versions kept controlled as it was asked
// for, true, where f does not depend on z and it does nothing. They tried no other method: an answer
// without trust is made again.
func (c *benchCell) find(store *bench.Store, want *bench.Run) *bench.Run {
	have := store.Find(want)
	if have == nil && !c.member.Family.Training[c.Network].Uncontrolled {
		earlier := *want
		earlier.Settings.Text = bytes.Replace(want.Settings.Text, []byte(`"controlled":false`), []byte(`"controlled":true`), 1)
		have = store.Find(&earlier)
	}
	if have != nil && have.Method == "" && have.Trust != "yes" && c.Network == c.member.DefaultNetwork() && c.member.Other() != nil {
		return nil
	}
	return have
}

// settingsKey is all that the result of a run depends on of its settings, as they are in
// the store, of this version or an earlier one: all but the number of workers.
func settingsKey(text json.RawMessage) (string, error) {
	var s bsde.Settings
	var options struct {
		Hidden      []int  `json:"hidden"`
		Activation  string `json:"activation"`
		Controlled  *bool  `json:"controlled"`
		Antithetic  *bool  `json:"antithetic"`
		Segments    int    `json:"segments"`
		NoVariate   bool   `json:"no_variate"`
		NoStructure bool   `json:"no_structure"`
		Fit         string `json:"fit"`
		Passes      int    `json:"passes"`
		PassPaths   int    `json:"pass_paths"`
	}
	if len(text) > 0 {
		if err := json.Unmarshal(text, &s); err != nil {
			return "", err
		}
		if err := json.Unmarshal(text, &options); err != nil {
			return "", err
		}
	}
	if options.Fit == deep.Adam {
		options.Fit = ""
	}
	s.Workers, options.Segments = 0, max(options.Segments, 1) // which earlier versions leave out
	key, err := json.Marshal([]any{s, options})
	return string(key), err
}

// benchOnce makes one run. That it diverged is a result.
func (a *app) benchOnce(ctx context.Context, c *benchCell, run *bench.Run, s bsde.Settings, quiet bool) (*bench.Run, error) {
	progress := progress.New(a.stderr, quiet, "")
	s.Progress = progress.Update
	before, known := machine.ProcessorTime()
	r, err := a.train(ctx, c.member, c.Network, &s)
	progress.Close()
	if err != nil {
		return nil, err
	}
	if r.Status == bsde.Cancelled {
		return nil, context.Canceled
	}
	r = r.Beside(c.reference)
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
