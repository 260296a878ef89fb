package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/tables"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/words"
	"github.com/deepbsde/deepbsde/control"
)

func (s *simulated) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s, %d time steps, %d paths%s\n\n", s.family.Title, identity(s.member), s.grid.Steps, s.policies[0].Paths, s.unfinished)
	t := tables.New()
	t.AppendHeader(table.Row{"policy", "mean " + strings.TrimPrefix(s.unknown(), "optimal "), "std error", "5 %", "median", "95 %"})
	for _, p := range s.policies {
		q := quantiles(p.Costs)
		t.AppendRow(table.Row{p.name, words.ToError(p.Cost, p.StdErr), words.Short(p.StdErr), words.ToError(q[0], p.StdErr), words.ToError(q[1], p.StdErr), words.ToError(q[2], p.StdErr)})
	}
	b.WriteString(tables.Text(t) + "\n\n")
	if len(s.policies) == 2 {
		mean, stderr := s.difference()
		fmt.Fprintf(&b, "trained less optimal on the same noise: %s ± %s\n\n", words.ToError(mean, stderr), words.Short(stderr))
	}
	t = tables.New()
	header := table.Row{"time"}
	for _, p := range s.policies {
		for _, track := range s.tracks(s.component) {
			header = append(header, p.name+" "+track.name)
		}
	}
	t.AppendHeader(header)
	every := max(1, s.grid.Steps/10)
	for n := 0; n < s.grid.Steps+every; n += every {
		n := min(n, s.grid.Steps)
		row := table.Row{words.Exact(s.grid.Time(n))}
		for _, p := range s.policies {
			for _, track := range s.tracks(s.component) {
				if n >= track.n {
					row = append(row, "")
					continue
				}
				n := n
				if n == s.grid.Steps {
					n = track.n - 1 // of the cost with the terminal one
				}
				q := quantiles(p.at(func(r *control.Record) float64 { return track.get(r, n) }))
				row = append(row, fmt.Sprintf("%s … %s … %s", words.Significant(q[0], 3), words.Significant(q[1], 3), words.Significant(q[2], 3)))
			}
		}
		t.AppendRow(row)
	}
	b.WriteString(tables.Text(t) + fmt.Sprintf("\n\n5 %%, 50 %% and 95 %% quantiles of the first %d paths\n", len(s.policies[0].Records)))
	return b.String()
}

// writePaths writes the first recorded paths as CSV.
func (s *simulated) writePaths(f *os.File) error {
	w := csv.NewWriter(f)
	header := []string{"policy", "path", "step", "time"}
	for i := range s.grid.StateDim {
		header = append(header, fmt.Sprintf("x%d", i))
	}
	for i := range s.grid.ActionDim {
		header = append(header, fmt.Sprintf("a%d", i))
	}
	w.Write(append(header, "cost"))
	for _, p := range s.policies {
		for i, r := range p.Records {
			for n, x := range r.States {
				row := []string{p.name, strconv.Itoa(i), strconv.Itoa(n), words.Full(s.grid.Time(n))}
				for _, v := range x {
					row = append(row, words.Full(v))
				}
				for j := range s.grid.ActionDim {
					if n < len(r.Actions) {
						row = append(row, words.Full(r.Actions[n][j]))
					} else {
						row = append(row, "")
					}
				}
				cost := r.Costs[n]
				if n == len(r.States)-1 {
					cost = r.Costs[n+1] // with the terminal one
				}
				w.Write(append(row, words.Full(cost)))
			}
		}
	}
	w.Flush()
	return w.Error()
}

// json is the object that simulate --json prints.
func (s *simulated) json() any {
	type policy struct {
		Policy        string    `json:"policy"`
		Cost          *float64  `json:"cost,omitempty"`
		StdErr        *float64  `json:"stderr,omitempty"`
		Quantiles     []float64 `json:"quantiles,omitempty"` // 5, 50 and 95 %
		Violation     []float64 `json:"violation,omitempty"`
		ViolationMean []float64 `json:"violation_mean,omitempty"`
	}
	out := struct {
		Problem    string             `json:"problem"`
		Dim        int                `json:"dim"`
		Parameters map[string]float64 `json:"parameters"`
		Steps      int                `json:"steps"`
		Paths      int                `json:"paths"`
		Policies   []policy           `json:"policies"`
		Difference *float64           `json:"difference,omitempty"` // trained less optimal
		DiffStdErr *float64           `json:"difference_stderr,omitempty"`
	}{Problem: s.family.Name, Dim: s.dim, Parameters: s.parameters, Steps: s.grid.Steps, Paths: s.policies[0].Paths}
	for _, p := range s.policies {
		q := quantiles(p.Costs)
		out.Policies = append(out.Policies, policy{p.name, words.Number(p.Cost), words.Number(p.StdErr), words.Finite(q[:]), words.Finite(p.Violation), words.Finite(p.ViolationMean)})
	}
	if len(s.policies) == 2 {
		mean, stderr := s.difference()
		out.Difference, out.DiffStdErr = words.Number(mean), words.Number(stderr)
	}
	return out
}
