package bench

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/tables"
)

// Markdown is a document of its own, with a summary first. The words are those of the
// command that made it, after bench; plot is the file of its picture, "" for none.
func Markdown(cells []Cell, words, plot string) string {
	var b strings.Builder
	b.WriteString("# Results\n\nWritten by\n\n    deepbsde bench" + words + "\n\nwith " + strings.Join(versions(cells), " and ") + ".\n\n")
	t := tables.New()
	t.AppendHeader(table.Row{"problem", "reference", "settings", "iterations", "estimate", "std", "relative error", "std", "error", "trusted", "covered", "verdict", "seconds", "published error", "its std", "its seconds"})
	for i := range cells {
		c := &cells[i]
		rows := c.rows()
		last, trained := rows[len(rows)-1], rows[len(rows)-2]
		last.published = trained.published
		row := last.cells()
		t.AppendRow(append(table.Row{c.Identity, c.referenceText(), c.Preset, c.Runs[0].Settings.Iterations}, row[2:]...))
	}
	b.WriteString(t.RenderMarkdown() + "\n\n" + notes)
	if plot != "" {
		fmt.Fprintf(&b, "\n![relative error against seconds](%s)\n", filepath.Base(plot))
	}
	for i := range cells {
		fmt.Fprintf(&b, "\n## %s, settings: %s\n\n%s.\n\n%s\n", cells[i].Problem, cells[i].Preset, cells[i].title(), cells[i].table().RenderMarkdown())
	}
	return b.String()
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
