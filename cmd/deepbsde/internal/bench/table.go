package bench

import (
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/deepbsde/deepbsde/bsde/verdict"
	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/tables"
)

// cells of the row in a table.
func (r *row) cells() table.Row {
	row := table.Row{r.label, r.runs, words.Seven(r.value), words.Size(r.std), words.PercentOrNothing(r.err), words.PercentOrNothing(r.errStd)}
	if s := r.stated; s != nil {
		row = append(row, words.Part(s.error), s.of(s.trusted))
		if len(s.verdicts) > 0 { // there is a reference
			row = append(row, s.of(s.covered), s.inWords())
		} else {
			row = append(row, "", "")
		}
	} else {
		row = append(row, "", "", "", "")
	}
	row = append(row, words.Size(r.seconds), words.Size(r.processor))
	if p := r.published; p != nil {
		std := "not stated"
		if p.StdDev > 0 {
			std = words.Percent(p.StdDev)
		}
		return append(row, words.Percent(p.Error), std, words.Exact(p.Seconds))
	}
	return append(row, "", "", "")
}

// of counts runs out of all, those without a value too, where any say what is counted.
func (s *stated) of(n int) string {
	if !s.known {
		return "unknown"
	}
	return fmt.Sprintf("%d of %d", n, s.runs)
}

// inWords counts the verdicts, those that there are.
func (s *stated) inWords() string {
	var parts []string
	for _, v := range []verdict.Verdict{verdict.Agrees, verdict.Disagrees, verdict.Undecided} {
		if n := s.verdicts[v]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, v))
		}
	}
	return strings.Join(parts, ", ")
}

var header = table.Row{"steps", "runs", "value", "std", "relative error", "std", "error", "trusted", "covered", "verdict", "seconds", "processor s", "published error", "its std", "its seconds"}

// Text is all tables as people read them.
func Text(cells []Cell) string {
	var b strings.Builder
	for i := range cells {
		fmt.Fprintf(&b, "%s\n%s\n\n", cells[i].title(), tables.Text(cells[i].table()))
	}
	b.WriteString(strings.ReplaceAll(notes, "`", "'"))
	return b.String()
}

// title names a table with what was run.
func (c *Cell) title() string {
	s, whose := c.Runs[0].Settings, "settings of this program"
	if c.Preset == "paper" {
		whose = "settings of the paper"
	}
	return fmt.Sprintf("%s, %s: network %s, %d time steps, %d iterations, reference %s",
		c.Identity, whose, c.Network, s.Steps, c.steps(), c.referenceText())
}

func (c *Cell) referenceText() string {
	if c.Reference == nil {
		return "unknown"
	}
	return words.Reference(c.Reference.Value, c.Reference.StdErr, 0)
}

func (c *Cell) table() table.Writer {
	t := tables.New()
	t.AppendHeader(header)
	for _, r := range c.rows() {
		t.AppendRow(r.cells())
	}
	return t
}

const notes = `Means and standard deviations over the seeds. Rows with a number of steps: Y0, the value that
the optimiser trains, or for a control problem the cost on the few validation paths; seconds
since training began. "estimate": what ` + "`solve`" + ` reports, made on fresh paths after training;
seconds of the whole run. Relative error: against the reference of ` + "`deepbsde reference NAME`" + `.
Error: the half-width of the 95 % interval with all errors in it. Processor s: seconds of all cores together. Trusted: runs that say they
can be trusted. Covered: runs whose interval meets that of the reference. Verdict: whether
answer and reference agree within their errors. Runs of earlier versions state none of these
four: they are unknown. Published: the optimiser's Y0, five runs on a laptop of 2017 (Han,
Jentzen, E 2018; E, Han, Jentzen 2017).
`
