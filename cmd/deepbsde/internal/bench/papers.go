package bench

import (
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/tables"
)

// paper is the cells of one table of a paper: our answers, and beside them what it states.
func paper(cells []Cell) table.Writer {
	t := tables.New()
	head := table.Row{"problem", "answer", "trusted", "covered", "seconds"}
	for _, name := range cells[0].Stated.Columns {
		head = append(head, name)
	}
	t.AppendHeader(head)
	for i := range cells {
		c := &cells[i]
		rows := c.rows()
		last := &rows[len(rows)-1]
		s, covered := last.stated, "" // where nothing is known better
		if len(s.verdicts) > 0 {
			covered = s.of(s.covered)
		}
		row := table.Row{c.Identity, words.PlusMinus(last.value, s.error, s.error/words.Normal95), s.of(s.trusted), covered, words.Size(last.seconds)}
		for _, cell := range c.Stated.Cells {
			row = append(row, cell)
		}
		t.AppendRow(row)
	}
	return t
}

// papers are the cells of each paper's table.
func papers(cells []Cell) (list [][]Cell) {
	for len(cells) > 0 {
		n := slices.IndexFunc(cells, func(c Cell) bool { return c.Stated.Table != cells[0].Stated.Table })
		if n < 0 {
			n = len(cells)
		}
		list, cells = append(list, cells[:n]), cells[n:]
	}
	return list
}

// PapersText is the tables as people read them.
func PapersText(cells []Cell) string {
	var b strings.Builder
	for _, one := range papers(cells) {
		b.WriteString(one[0].Stated.Title + "\n" + tables.Text(paper(one)) + "\n" + one[0].Stated.Notes + "\n\n")
	}
	b.WriteString(strings.ReplaceAll(paperNotes, "`", "'"))
	return b.String()
}

// PapersCSV is the same for programs, with the name of the table in front.
func PapersCSV(cells []Cell) string {
	var b strings.Builder
	for i, one := range papers(cells) {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(paper(one).RenderCSV() + "\n")
	}
	return b.String()
}

// PapersMarkdown is a document of its own; the command that made it is given as the words after bench.
func PapersMarkdown(cells []Cell, command string) string {
	var b strings.Builder
	b.WriteString("# Beside the tables of papers\n\n    deepbsde bench" + command + "\n\nwith " + strings.Join(versions(cells), " and ") + ".\n\n" + paperNotes)
	for _, one := range papers(cells) {
		b.WriteString("\n## " + one[0].Stated.Title + "\n\n" + paper(one).RenderMarkdown() + "\n\n" + one[0].Stated.Notes + "\n")
	}
	return b.String()
}

const paperNotes = `Answer: of this program with default settings, the mean over the seeds ± the 95 % half-width with all errors
that it states; with early exercise the bounds are answer − error and answer + error. Trusted: runs that say that they
can be trusted. Covered: runs whose interval meets that of ` + "`deepbsde reference`" + `. Seconds: of a whole run, gradient included. The
columns after it are the paper's own figures.
`
