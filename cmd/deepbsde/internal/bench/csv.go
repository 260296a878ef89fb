package bench

import (
	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/deepbsde/deepbsde/bsde/verdict"
	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/tables"
)

// CSV is one table of everything, for programs.
func CSV(cells []Cell) string {
	t := tables.New()
	t.AppendHeader(table.Row{"problem", "dim", "settings", "network", "steps", "runs", "value", "value_std", "relative_error", "relative_error_std",
		"error", "trusted", "covered", "agrees", "disagrees", "undecided", "seconds", "processor_seconds", "reference", "published_error", "published_error_std", "published_seconds"})
	for i := range cells {
		c := &cells[i]
		for _, r := range c.rows() {
			row := table.Row{c.Problem, c.Dim, c.Preset, c.Network, r.label, r.runs, words.Plain(r.value), words.Plain(r.std),
				words.Plain(r.err), words.Plain(r.errStd)}
			if s := r.stated; s != nil {
				row = append(row, words.Plain(s.error), s.trusted, s.covered, s.verdicts[verdict.Agrees], s.verdicts[verdict.Disagrees], s.verdicts[verdict.Undecided])
			} else {
				row = append(row, "", "", "", "", "", "")
			}
			row = append(row, words.Plain(r.seconds), words.Plain(r.processor))
			if ref := c.Reference; ref != nil {
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
