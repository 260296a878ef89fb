package main

import (
	"bytes"
	"context"
	_ "embed" // of the page's template
	"encoding/json"
	"errors"
	"math"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/compared"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/page"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/simulated"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/words"
	"github.com/deepbsde/deepbsde/pde"
)

// reportCommand writes a run as a page. What solve prints at its end is report.go's.
func (a *app) reportCommand() *cli.Command {
	var file flags.Opt[string]
	return &cli.Command{
		Name:      "report",
		Usage:     "write a saved run as one HTML page",
		UsageText: "deepbsde report RUN [--out FILE]",
		Description: "The page has the problem, the result with its errors, plots, references, settings and history in one\n" +
			"file, readable offline. Of a run that is not finished it has what there is, and how to go on.",
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
			r, err := readRun(names[0])
			if err != nil {
				return err
			}
			page, err := a.page(c.Context, r)
			if err != nil {
				return err
			}
			name := file.Or(r.file(pageFile))
			if err := replaceFile(name, writing(page)); err != nil {
				return err
			}
			return a.print(name + "\n")
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
func (a *app) page(ctx context.Context, r *savedRun) ([]byte, error) {
	r.name = "this run"
	m, err := r.solved(ctx)
	if err != nil {
		return nil, err
	}
	if err := r.findReference(ctx, m); err != nil {
		return nil, err
	}
	d := r.pageData(m)
	r.judge(m, d)
	if err := a.drawFigures(ctx, r, m, d); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = page.Write(&b, d)
	return b.Bytes(), err
}

// pageData is what the page says of the run, without result and pictures.
func (r *savedRun) pageData(m *member) *page.Data {
	d := &page.Data{
		Done: r.result != nil, Title: m.family.Title, Identity: identity(m),
		Equation: strings.TrimSpace(m.family.Equation), Citation: m.family.Citation, File: string(m.family.Text), Dim: m.dim,
		Command: "deepbsde " + shellWords(r.Command), ValueName: r.valueName(), HasLoss: !r.isPolicy(),
	}
	for _, x := range m.family.Params {
		d.Parameters = append(d.Parameters, page.Parameter{Name: x.Name, Value: words.Exact(m.parameters[x.Name]), Default: words.Exact(x.Default), Range: x.Range(), Meaning: x.Doc})
	}
	d.Record(r.history)
	settings, _ := json.Marshal(r.effective(m)) // it was read from JSON before
	d.Settings = page.SettingRows(r.Method, r.Network, settings)
	d.Machine = []page.Row{
		{Name: "program", Value: r.Program, Meaning: "version, Go, system and instruction set"},
		{Name: "processor", Value: r.Processor},
		{Name: "started", Value: r.Started.Format("2006-01-02 15:04:05 MST")},
	}
	value, stderr := math.NaN(), math.NaN()
	if r.result != nil {
		value, stderr = orNaN(r.result.Value), orNaN(r.result.StdErr)
		d.Machine = append(d.Machine, page.Row{Name: "took", Value: strconv.FormatFloat(r.result.Seconds, 'f', 1, 64) + " s", Meaning: "training and estimate; of a run that was resumed, the part since then"})
	}
	d.Compare(value, stderr, r.Method+", network "+r.Network, r.references(m))
	return d
}

// references are the reference of the run and what else is on record.
func (r *savedRun) references(m *member) (list []page.Reference) {
	add := func(name string, ref *pde.Reference) {
		list = append(list, page.Reference{Name: name, Value: ref.Value, StdErr: ref.StdErr, Method: ref.Method, Source: ref.Source})
	}
	ref := r.reference.reference()
	if ref != nil {
		add("reference", ref)
	}
	for _, k := range r.knownValues(m) {
		if ref == nil || k.value.Value != ref.Value {
			add(k.name, k.value)
		}
	}
	return list
}

// shellWords is a command line that a shell reads as these words.
func shellWords(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = shellWord(w)
	}
	return strings.Join(quoted, " ")
}

// drawFigures draws all figures of the page.
func (a *app) drawFigures(ctx context.Context, r *savedRun, m *member, d *page.Data) error {
	if len(r.history) > 1 { // one is no line
		stderr := math.NaN()
		if r.result != nil {
			stderr = orNaN(r.result.StdErr)
		}
		if err := d.DrawTraining(trainingOf([]*savedRun{r}), stderr); err != nil {
			return err
		}
	}
	if err := r.drawComparison(m, d); err != nil {
		return err
	}
	if r.result != nil && r.status() == bsde.Diverged {
		return nil // its network is of no use
	}
	err := a.drawPaths(ctx, r, d)
	if err != nil && ctx.Err() == nil {
		d.Warn("There are no sample paths: %v.", err)
		return nil
	}
	return err
}

// drawComparison puts the value and its references on one axis.
func (r *savedRun) drawComparison(m *member, d *page.Data) error {
	j, ref := r.result, r.reference.reference()
	if j == nil || j.Value == nil || ref == nil || ref.Value == 0 {
		return nil
	}
	c := &compared.Comparison{Best: &compared.Best{Value: ref.Value, StdErr: ref.StdErr}, Rows: []compared.Row{
		{Name: "reference", Value: ref.Value, Sampling: ref.StdErr},
		{Name: "this run", Solver: true, Value: *j.Value, Sampling: orNaN(j.StdErr), Step: orNaN(j.DiscretizationError), Bias: orNaN(j.NetworkBias), Training: math.NaN()},
	}}
	for _, k := range r.knownValues(m) {
		if k.value.Value != ref.Value {
			c.Rows = append(c.Rows, compared.Row{Name: k.name, Value: k.value.Value, Sampling: k.value.StdErr})
		}
	}
	covered := "all errors that it states: sampling, time step and network bias"
	if r.isPolicy() {
		covered = "the sampling error"
	}
	return d.DrawComparison(c.Deviations(), covered)
}

// drawPaths draws sample paths under the newest checkpoint.
func (a *app) drawPaths(ctx context.Context, r *savedRun, d *page.Data) error {
	if r.isPolicy() {
		all, err := a.policyPaths(ctx, r)
		if err != nil {
			return err
		}
		return d.DrawTracks(all, simulated.SamplePaths)
	}
	paths, _, err := a.valuePaths(ctx, r)
	if err != nil {
		return err
	}
	return d.DrawPaths(drawable(paths))
}
