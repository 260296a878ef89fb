package main

import (
	"bytes"
	"context"
	_ "embed" // of the page's template
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/run"
	"github.com/deepbsde/deepbsde/bsde/verdict"
	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/compared"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/member"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/page"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/report"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/saved"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/urfave/cli/v2"
)

// reportCommand writes a run as a page. What solve prints at its end is in package report.
func (a *app) reportCommand() *cli.Command {
	var file flags.Opt[string]
	return &cli.Command{
		Name:      "report",
		Usage:     "write a saved run as one HTML page",
		UsageText: "deepbsde report RUN [--out FILE]",
		Description: "The page has the problem, the result with its errors, plots, references, settings and history in one\n" +
			"file, readable offline. For a run that is not finished it has what there is, and how to go on.",
		HideHelpCommand: true,
		OnUsageError:    onUsageError,
		Flags: []cli.Flag{
			flags.Value("out", "`FILE`, a name that ends in .html (default: report.html in RUN)", &file, htmlFile),
		},
		Action: func(c *cli.Context) error {
			names := c.Args().Slice()
			if len(names) != 1 {
				return usage(c, "report takes one RUN, the directory of 'deepbsde solve NAME --out RUN'")
			}
			r, err := saved.Open(names[0])
			if err != nil {
				return err
			}
			page, err := a.page(c.Context, r)
			if err != nil {
				return err
			}
			if !file.Given {
				file.Value, err = r.File(run.PageFile), r.WriteOwn(run.PageFile, writing(page))
			} else {
				err = run.WriteFile(file.Value, writing(page))
			}
			if err != nil {
				return err
			}
			return a.print(file.Value + "\n")
		},
	}
}

func htmlFile(s string) (string, error) {
	if !strings.EqualFold(filepath.Ext(s), ".html") {
		return "", errors.New("want a file name that ends in .html")
	}
	return s, nil
}

// page is the page of a run. It depends on the files of the run alone, not on the time.
func (a *app) page(ctx context.Context, r *saved.Run) ([]byte, error) {
	r.Name = "this run"
	m, err := r.Member(ctx)
	if err != nil {
		return nil, err
	}
	if err := r.FindReference(ctx, m); err != nil {
		return nil, err
	}
	d := described(r, m)
	if err := a.drawFigures(ctx, r, m, d); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = page.Write(&b, d)
	return b.Bytes(), err
}

// described is what the page says of the run, without pictures.
func described(r *saved.Run, m *member.Member) *page.Data {
	d := pageData(r, m)
	judge(r, m, d)
	return d
}

// pageData is what the page says of the run, without result and pictures.
func pageData(r *saved.Run, m *member.Member) *page.Data {
	d := &page.Data{
		Done: r.Result != nil, Title: m.Family.Title, Identity: m.Identity(),
		Equation: strings.TrimSpace(m.Family.Equation), Citation: m.Family.Citation, File: string(m.Family.Text), Dim: m.Dim,
		Command: "deepbsde " + shellWords(r.Command), ValueName: r.ValueName(), HasLoss: r.SolvesEquation(),
	}
	for _, x := range m.Family.Params {
		d.Parameters = append(d.Parameters, page.Parameter{Name: x.Name, Value: words.Exact(m.Parameters[x.Name]), Default: words.Exact(x.Default), Range: x.Range(), Meaning: x.Doc})
	}
	d.Record(r.Moments())
	method, _ := r.Method() // nil where it is not known
	_, planned := method.(bsde.Planner)
	d.Settings = page.SettingRows(r.Manifest.Method, r.Network, planned, configuration(r, m))
	d.Machine = []page.Row{
		{Name: "program", Value: r.Program, Meaning: "version, Go, system and instruction set"},
		{Name: "processor", Value: r.Processor},
		{Name: "started", Value: r.Started.Format("2006-01-02 15:04:05 MST")},
	}
	if r.Result != nil {
		d.Machine = append(d.Machine, page.Row{Name: "took", Value: strconv.FormatFloat(r.Result.Elapsed.Seconds(), 'f', 1, 64) + " s", Meaning: "training and estimate; of a run that was resumed, the part since then"})
	}
	d.Compare(answer(r), how(r), comparedWith(r, m))
	return d
}

// answer is what the run says of the value, as beside its reference; NaN without a result.
func answer(r *saved.Run) page.Answer {
	if r.Result == nil {
		return page.Answer{Value: nan, StdErr: nan, Error: nan}
	}
	res := r.Result.Beside(r.Reference)
	return page.Answer{Value: res.Value, StdErr: res.StdErr, Error: res.Error}
}

// comparedWith is the reference of the run and what else is on record.
func comparedWith(r *saved.Run, m *member.Member) (list []page.Reference) {
	add := func(name string, ref *pde.Reference, stated bool) {
		one := page.Reference{Name: name, Value: ref.Value, StdErr: ref.StdErr, Method: ref.Method, Source: ref.Source}
		if r.Result != nil && r.Result.Control == nil && words.Known(r.Result.Value) {
			claim := verdict.Of(ref)
			if !stated {
				claim.Error = nan
			}
			one.Verdict = verdict.Compare(verdict.OfAnswer(&r.Result.Estimate), claim).String()
		}
		list = append(list, one)
	}
	ref := r.Reference
	if ref != nil {
		add("reference", ref, true)
	}
	for _, k := range r.Known(m) {
		if ref == nil || k.Value.Value != ref.Value {
			add(k.Name, k.Value, k.Value.StdErr > 0)
		}
	}
	return list
}

// shellWords is a command line that a shell reads as these words.
func shellWords(list []string) string {
	quoted := make([]string, len(list))
	for i, w := range list {
		quoted[i] = words.Shell(w)
	}
	return strings.Join(quoted, " ")
}

// drawFigures draws all figures of the page.
func (a *app) drawFigures(ctx context.Context, r *saved.Run, m *member.Member, d *page.Data) error {
	if len(r.History) > 1 { // one is no line
		if err := d.DrawTraining(saved.Training([]*saved.Run{r})); err != nil {
			return err
		}
	}
	if err := drawComparison(r, m, d); err != nil {
		return err
	}
	if r.Result != nil && r.Result.Status == bsde.Diverged {
		return nil // its network is of no use
	}
	err := a.drawPaths(ctx, r, m, d)
	if err != nil && ctx.Err() == nil {
		d.Warn("There are no sample paths: %v.", err)
		return nil
	}
	return err
}

// drawComparison puts the value and its references on one axis.
func drawComparison(r *saved.Run, m *member.Member, d *page.Data) error {
	j, ref := r.Result, r.Reference
	if j == nil || !words.Known(j.Value) || ref == nil || ref.Value == 0 {
		return nil
	}
	own := answer(r)
	c := &compared.Comparison{Best: &compared.Best{Value: ref.Value, StdErr: ref.StdErr}, Rows: []compared.Row{
		compared.OfReference("reference", ref.Value, ref.StdErr),
		{Name: onGrid("this run", j), Solver: true, Value: own.Value, Error: own.Error, Sampling: own.StdErr, Trust: trustOf(j)},
	}}
	for _, k := range r.Known(m) {
		if k.Value.Value != ref.Value {
			c.Rows = append(c.Rows, knownRow(k))
		}
	}
	covered := "The interval of this run covers all errors together, its thick part sampling alone."
	switch {
	case !r.SolvesEquation():
		covered = "The interval of this run covers the sampling error."
	case !words.Known(own.Error):
		covered = "The error of this run is unknown, and so is its interval."
	case !j.Trusted():
		covered += " It is not to be trusted."
	}
	return d.DrawComparison(c.Deviations(), covered)
}

// onGrid is a name for an answer that stands beside values of its time grid, where the answer itself is of continuous time.
func onGrid(name string, j *bsde.Result) string {
	if j.Control != nil && j.Grid != nil {
		return name + ", on its grid"
	}
	return name
}

// drawPaths draws sample paths under the newest checkpoint, or where its rule exercises.
func (a *app) drawPaths(ctx context.Context, r *saved.Run, m *member.Member, d *page.Data) error {
	if !r.SolvesEquation() {
		s, err := a.ownSimulation(ctx, r)
		if err != nil {
			return err
		}
		return d.DrawTracks(s.Clock(), s.Tracks())
	}
	if m.Problem.Obstacle != nil {
		if m.Dim > 2 {
			return nil
		}
		region, err := a.region(ctx, r)
		if err != nil {
			return err
		}
		return d.DrawRegion(region)
	}
	paths, _, err := a.valuePaths(ctx, r)
	if err != nil {
		return err
	}
	return d.DrawPaths(drawable(paths))
}

// judge fills in the result, the verdict and the warnings.
func judge(r *saved.Run, m *member.Member, d *page.Data) {
	if r.Result == nil {
		d.Resume = resumeCommand(r.Path())
		done := 0
		if n := len(r.History); n > 0 {
			done = r.History[n-1].Iteration
		}
		d.Summary = fmt.Sprintf("%s, seed %d", how(r), r.Settings.Seed)
		method, _ := r.Method() // nil where it is not known
		d.Warn("The run is not finished: %s are saved. It was stopped, or is still at work.", bsde.Done(done, method, r.Settings))
		return
	}
	d.Summary = fmt.Sprintf("%s, %s and %d paths in %s, seed %d",
		how(r), r.Result.Work(), r.Result.Paths, words.Seconds(r.Result.Elapsed), r.Settings.Seed)
	switch s := r.Result.Status; s {
	case bsde.Diverged:
		d.Warn("There is no value: %s", s.Advice())
	case bsde.Cancelled, bsde.TimeLimit:
		d.Resume = resumeCommand(r.Path())
		of := ""
		if planned, _ := bsde.Planned(r.Result.Method, r.Settings); planned > 0 {
			of = fmt.Sprintf(" of %d", planned)
		}
		d.Warn("The run ended after %s%s. %s", r.Result.Work(), of, s.Advice())
	}
	s := r.Report(m)
	if !words.Known(s.Result.Value) {
		return
	}
	d.Tabulate(s.Block())
	warnOfTrust(s, d)
	if c := s.Result.Control; c != nil {
		for i, constraint := range m.Control.Problem.Constraints {
			if i < len(c.Violation) && c.Violation[i] > 0 {
				d.Warn("The policy violates the constraint %s on some paths: by %s at most.", constraint.Name, words.Short(c.Violation[i]))
			}
		}
		return
	}
	if v := s.Verdict(); v != nil && v.Verdict == verdict.Disagrees {
		d.Warn("%s", v.Sentence())
	} else if v != nil {
		d.Verdict = v.Sentence()
	}
	if s.HardlyTrained() {
		d.Warn("The network explains almost nothing of the terminal value: the bias estimate is rough. Try more steps; with --network shared also more iterations.")
	}
}

// warnOfTrust says at the top of the page why the answer cannot be trusted, and what to try.
func warnOfTrust(s *report.Report, d *page.Data) {
	switch {
	case s.Earlier:
		d.Warn("The error of the answer is unknown: the run was made by an earlier version.")
	case !s.Result.Trusted():
		text := "The answer is not trustworthy: " + strings.Join(s.Result.Doubts(), "; ") + "."
		for _, advice := range s.Advice() {
			text += " " + advice
		}
		d.Warn("%s", text)
	}
}

// how is the method of a run and its network.
func how(r *saved.Run) string {
	if r.Network == "" {
		return r.Manifest.Method
	}
	return r.Manifest.Method + " with the network " + r.Network
}

// configuration is the settings of a run as used, with the options of its method.
func configuration(r *saved.Run, m *member.Member) []byte {
	method, err := r.Method()
	if err != nil {
		return r.Manifest.Settings
	}
	text, err := bsde.Configuration(r.Effective(m), method)
	if err != nil {
		return r.Manifest.Settings
	}
	return text
}
