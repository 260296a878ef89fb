package main

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"gonum.org/v1/gonum/stat"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/tables"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/words"
	"github.com/deepbsde/deepbsde/problems"
)

// benchRow is a line of a table: all seeds at one moment of training, or the final
// estimates.
type benchRow struct {
	label       string // steps, or estimate
	runs        int    // that got there
	value, std  float64
	err, errStd float64 // relative error
	seconds     float64
	published   *problems.PublishedRun // at the same moment, nil for none
}

// rows are the papers' checkpoints, quarters of the training, and the estimate.
func (c *benchCell) rows() (rows []benchRow) {
	n := c.runs[0].Settings.Iterations
	for quarter := range 5 {
		at := n * quarter / 4
		var values, seconds []float64
		for _, r := range c.runs {
			if p := r.at(at); p != nil {
				values, seconds = append(values, p.Value), append(seconds, p.Seconds)
			}
		}
		rows = append(rows, c.row(strconv.Itoa(at), values, seconds))
	}
	var values, seconds []float64
	for _, r := range c.runs {
		if r.Value != nil {
			values, seconds = append(values, *r.Value), append(seconds, r.Seconds)
		}
	}
	rows = append(rows, c.row("estimate", values, seconds))
	if p := c.family.PublishedRun; p != nil && c.preset == "paper" {
		for i := range rows {
			if rows[i].label == strconv.Itoa(p.Iterations) {
				rows[i].published = p
			}
		}
	}
	return rows
}

func (c *benchCell) row(label string, values, seconds []float64) benchRow {
	r := benchRow{label: label, runs: len(values), err: math.NaN(), errStd: math.NaN()}
	r.value, r.std = meanStd(values)
	r.seconds, _ = meanStd(seconds)
	if ref := c.reference; ref != nil {
		errs := make([]float64, len(values))
		for i, v := range values {
			errs[i] = relativeError(v, ref)
		}
		r.err, r.errStd = meanStd(errs)
	}
	return r
}

// meanStd is NaN where there are too few values.
func meanStd(v []float64) (mean, std float64) {
	switch len(v) {
	case 0:
		return math.NaN(), math.NaN()
	case 1:
		return v[0], math.NaN()
	}
	return stat.MeanStdDev(v, nil)
}

// cells of the row in a table.
func (r *benchRow) cells() table.Row {
	row := table.Row{r.label, r.runs, words.Seven(r.value), words.Size(r.std), words.PercentOrNothing(r.err), words.PercentOrNothing(r.errStd), words.Size(r.seconds)}
	if p := r.published; p != nil {
		std := "not stated"
		if p.StdDev > 0 {
			std = words.Percent(p.StdDev)
		}
		return append(row, words.Percent(p.Error), std, words.Exact(p.Seconds))
	}
	return append(row, "", "", "")
}

var benchHeader = table.Row{"steps", "runs", "value", "std", "relative error", "std", "seconds", "published error", "its std", "its seconds"}

// benchText is all tables in the format of the flags.
func benchText(cells []benchCell, f *benchFlags) string {
	switch f.Format.Name() {
	case "csv":
		return benchCSV(cells)
	case "markdown":
		return benchMarkdown(cells, f)
	}
	var b strings.Builder
	for i := range cells {
		fmt.Fprintf(&b, "%s\n%s\n\n", cells[i].title(), tables.Text(cells[i].table(benchHeader)))
	}
	b.WriteString(strings.ReplaceAll(benchNotes, "`", "'"))
	return b.String()
}

// title names a table with what was run.
func (c *benchCell) title() string {
	s, whose := c.runs[0].Settings, "settings of this program"
	if c.preset == "paper" {
		whose = "settings of the paper"
	}
	return fmt.Sprintf("%s, %s: network %s, %d time steps, %d iterations, reference %s",
		identity(c.member), whose, c.network, s.Steps, s.Iterations, c.referenceText())
}

func (c *benchCell) referenceText() string {
	if c.reference == nil {
		return "unknown"
	}
	return referenceDigits(c.reference, 0)
}

func (c *benchCell) table(header table.Row) table.Writer {
	t := tables.New()
	t.AppendHeader(header)
	for _, r := range c.rows() {
		t.AppendRow(r.cells())
	}
	return t
}

const benchNotes = `Rows with a number of steps: Y0 as the optimiser has it, or for a control problem the
cost on the few validation paths, with the time since training began. "estimate": what ` + "`solve`" + ` reports, made on fresh paths after training, with the time
of the whole run. Mean and standard deviation over the seeds; the relative error is
against the reference of ` + "`deepbsde reference NAME`" + `. Published: five runs on a laptop of
2017, the optimiser's Y0 (Han, Jentzen, E 2018; E, Han, Jentzen 2017).
`

// benchCSV is one table of everything, for programs.
func benchCSV(cells []benchCell) string {
	t := tables.New()
	t.AppendHeader(table.Row{"problem", "dim", "settings", "network", "steps", "runs", "value", "value_std", "relative_error", "relative_error_std",
		"seconds", "reference", "published_error", "published_error_std", "published_seconds"})
	for i := range cells {
		c := &cells[i]
		for _, r := range c.rows() {
			row := table.Row{c.family.Name, c.dim, c.preset, c.network, r.label, r.runs, words.Plain(r.value), words.Plain(r.std),
				words.Plain(r.err), words.Plain(r.errStd), words.Plain(r.seconds)}
			if ref := c.reference; ref != nil {
				row = append(row, words.Plain(ref.Value))
			} else {
				row = append(row, "")
			}
			if p := r.published; p != nil {
				row = append(row, words.Plain(p.Error), words.Plain(p.StdDev), words.Plain(p.Seconds))
			} else {
				row = append(row, "", "", "")
			}
			t.AppendRow(row)
		}
	}
	return t.RenderCSV() + "\n"
}

// benchMarkdown is a document of its own, with a summary first.
func benchMarkdown(cells []benchCell, f *benchFlags) string {
	var b strings.Builder
	b.WriteString("# Results\n\nWritten by\n\n    deepbsde bench" + f.given() + "\n\nwith " + strings.Join(versions(cells), " and ") + ".\n\n")
	t := tables.New()
	t.AppendHeader(table.Row{"problem", "reference", "settings", "iterations", "estimate", "std", "relative error", "std", "seconds", "published error", "its std", "its seconds"})
	for i := range cells {
		c := &cells[i]
		rows := c.rows()
		last, trained := rows[len(rows)-1], rows[len(rows)-2]
		last.published = trained.published
		row := last.cells()
		t.AppendRow(append(table.Row{identity(c.member), c.referenceText(), c.preset, c.runs[0].Settings.Iterations}, row[2:]...))
	}
	b.WriteString(t.RenderMarkdown() + "\n\n" + benchNotes)
	if f.plot.Given {
		fmt.Fprintf(&b, "\n![relative error against seconds](%s)\n", filepath.Base(f.plot.Value))
	}
	for i := range cells {
		fmt.Fprintf(&b, "\n## %s, settings: %s\n\n%s.\n\n%s\n", cells[i].family.Name, cells[i].preset, cells[i].title(), cells[i].table(benchHeader).RenderMarkdown())
	}
	return b.String()
}

// given are the flags that decide what the document holds.
func (f *benchFlags) given() (s string) {
	if f.settings.Given {
		s += " --settings " + f.settings.Value
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

// versions are the programs and machines that made the runs.
func versions(cells []benchCell) (list []string) {
	for _, c := range cells {
		for _, r := range c.runs {
			v := fmt.Sprintf("%s, workers: %d", strings.TrimSpace(r.Version), r.Settings.Workers)
			if !slices.Contains(list, v) {
				list = append(list, v)
			}
		}
	}
	return list
}
