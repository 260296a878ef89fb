package bench

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/tables"
)

// Markdown is a document of its own: a table of the answers, and a few notes. The command that made it is given as the words after bench; plot is the file of
// its picture, "" for none.
func Markdown(cells []Cell, command, plot string) string {
	var b strings.Builder
	b.WriteString("# Results\n\nThe experiments of the papers, made again by\n\n    deepbsde bench" + command + "\n\nwith " + strings.Join(versions(cells), " and ") + ".\n\n")
	named, files := apart(cells)
	b.WriteString("## Answers\n\n" + answers(named).RenderMarkdown() + "\n\n" + answerNotes)
	if len(files) > 0 {
		b.WriteString("\n## Problems that had no part in choosing the settings\n\n" + validation(files).RenderMarkdown() + "\n")
	}
	if plot != "" {
		fmt.Fprintf(&b, "\nThe error of Y0, the value that the optimiser trains, during training (`--csv` prints the numbers):\n\n![relative error against seconds](%s)\n", filepath.Base(plot))
	}
	return b.String()
}

// answers has a row for each cell: what its runs answer.
func answers(cells []Cell) table.Writer {
	t := tables.New()
	t.AppendHeader(table.Row{"problem", "reference", "settings", "method", "answer", "relative error", "stated error", "trusted", "verdict", "seconds", "processor s", "published"})
	for i := range cells {
		c := &cells[i]
		rows := c.rows()
		last, trained := rows[len(rows)-1], rows[len(rows)-2]
		published := ""
		if p := trained.published; p != nil {
			published = words.Percent(p.Error)
			if p.StdDev > 0 {
				published = withStd(published, words.Percent(p.StdDev))
			}
			published += " in " + words.Exact(p.Seconds) + " s"
		}
		r := last.cells()
		t.AppendRow(table.Row{c.Identity, c.referenceText(), c.Preset, c.methods(), r[2], withStd(r[4], r[5]), r[6], r[7], r[9], r[10], r[11], published})
	}
	return t
}

// validation has a row for each cell of a problem file.
func validation(cells []Cell) table.Writer {
	t := tables.New()
	t.AppendHeader(table.Row{"problem", "reference", "method", "answer", "relative error", "stated error", "trusted", "covered", "processor s"})
	for i := range cells {
		c := &cells[i]
		rows := c.rows()
		r := rows[len(rows)-1].cells()
		t.AppendRow(table.Row{c.Identity, c.referenceText(), c.methods(), r[2], withStd(r[4], r[5]), r[6], r[7], r[8], r[11]})
	}
	return t
}

// apart are the cells of named problems and those of files.
func apart(cells []Cell) (named, files []Cell) {
	for _, c := range cells {
		if c.File {
			files = append(files, c)
		} else {
			named = append(named, c)
		}
	}
	return named, files
}

// withStd is a mean with the standard deviation in brackets, where there is one.
func withStd(mean, std any) string {
	if std == "" {
		return fmt.Sprint(mean)
	}
	return fmt.Sprintf("%v (%v)", mean, std)
}

// versions are the programs and machines that made the runs.
func versions(cells []Cell) (list []string) {
	for _, c := range cells {
		for _, r := range c.Runs {
			v := fmt.Sprintf("%s, workers: %d", strings.TrimSpace(r.Version), r.Settings.Workers)
			if !slices.Contains(list, v) {
				list = append(list, v)
			}
		}
	}
	return list
}

const answerNotes = `Means over the seeds, standard deviations in brackets. Settings: ` + "`paper`" + ` with the network
` + "`per-step`" + ` of Han, Jentzen, E (2018), ` + "`default`" + ` as ` + "`solve`" + ` without flags.

- Seconds: of the whole run on a clock. Processor s: of all cores together, which other work
  on the machine hardly changes.
- Relative error: of the estimate on fresh paths, against the reference of ` + "`deepbsde reference NAME`" + `.
- Stated error: the half-width of the 95 % interval with all errors in it, or unknown.
- Verdict: whether answer and reference agree within their errors. It does not apply to control
  problems: their answer is the cost of a policy on a grid, their error covers continuous time.
- Published: five runs on a laptop of 2017 (Han, Jentzen, E 2018; E, Han, Jentzen 2017).
`
