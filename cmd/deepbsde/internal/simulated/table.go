package simulated

import (
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/tables"
	"github.com/deepbsde/deepbsde/control"
)

// Text is the simulation as people read it.
func (s *Simulation) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s, %d time steps, %d paths%s\n\n", s.Title, s.Identity, s.Grid.Steps, s.Policies[0].Paths, s.Unfinished)
	t := tables.New()
	t.AppendHeader(table.Row{"policy", "mean " + strings.TrimPrefix(s.Unknown, "optimal "), "std error", "5 %", "median", "95 %"})
	for _, p := range s.Policies {
		q := quantiles(p.Costs)
		t.AppendRow(table.Row{p.Name, words.ToError(p.Cost, p.StdErr), words.Short(p.StdErr), words.ToError(q[0], p.StdErr), words.ToError(q[1], p.StdErr), words.ToError(q[2], p.StdErr)})
	}
	b.WriteString(tables.Text(t) + "\n\n")
	if len(s.Policies) == 2 {
		mean, stderr := s.difference()
		fmt.Fprintf(&b, "trained less optimal on the same noise: %s ± %s\n\n", words.ToError(mean, stderr), words.Short(stderr))
	}
	t = tables.New()
	header := table.Row{"time"}
	for _, p := range s.Policies {
		for _, track := range s.tracks(s.Component) {
			header = append(header, p.Name+" "+track.name)
		}
	}
	t.AppendHeader(header)
	every := max(1, s.Grid.Steps/10)
	for n := 0; n < s.Grid.Steps+every; n += every {
		n := min(n, s.Grid.Steps)
		row := table.Row{words.Exact(s.Grid.Time(n))}
		for _, p := range s.Policies {
			for _, track := range s.tracks(s.Component) {
				if n >= track.n {
					row = append(row, "")
					continue
				}
				n := n
				if n == s.Grid.Steps {
					n = track.n - 1 // of the cost with the terminal one
				}
				q := quantiles(p.at(func(r *control.Record) float64 { return track.get(r, n) }))
				row = append(row, fmt.Sprintf("%s … %s … %s", words.Significant(q[0], 3), words.Significant(q[1], 3), words.Significant(q[2], 3)))
			}
		}
		t.AppendRow(row)
	}
	b.WriteString(tables.Text(t) + fmt.Sprintf("\n\n5 %%, 50 %% and 95 %% quantiles of the first %d paths", len(s.Policies[0].Records)))
	if n := max(s.Grid.StateDim, s.Grid.ActionDim); n > 1 {
		fmt.Fprintf(&b, "; component %d, --component 0 … %d shows each", s.Component, n-1)
	}
	b.WriteString("\n")
	return b.String()
}
