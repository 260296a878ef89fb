package main

import (
	"bytes"
	"context"
	_ "embed" // of the page's template
	"errors"
	"fmt"
	"html/template"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
)

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

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
func (a *app) page(ctx context.Context, r *plottedRun) ([]byte, error) {
	r.name = "this run"
	m, err := r.solved(ctx)
	if err != nil {
		return nil, err
	}
	if err := r.findReference(ctx, m); err != nil {
		return nil, err
	}
	p := newPageData(r, m)
	p.judge()
	if err := a.drawFigures(ctx, p); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, p); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return b.Bytes(), nil
}
