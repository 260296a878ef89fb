package main

import (
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/tables"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/words"
	"github.com/deepbsde/deepbsde/pde"
)

// comparisonTable is the table in the given format.
func comparisonTable(all []comparison, format string) string {
	t := tables.New()
	t.AppendHeader(table.Row{"problem", "method", "value", "sampling", "time step", "network bias", "training", "relative error", "consistent", "seconds"})
	refused := ""
	for _, c := range all {
		for _, r := range c.rows {
			if r.failed != nil {
				refused += fmt.Sprintf("%s: %s does not apply: %v\n", c.family.Name, r.name, r.failed)
				continue
			}
			t.AppendRow(table.Row{identity(c.member), r.name, sided(r), words.Size(r.sampling), words.Size(r.step), words.Size(r.bias), words.Size(r.training),
				words.PercentOrNothing(c.relative(r)), c.consistent(r), words.Size(r.seconds)})
		}
	}
	switch format {
	case "csv":
		return comparisonCSV(all)
	case "markdown":
		return t.RenderMarkdown() + "\n"
	}
	return tables.Text(t) + "\n\n" + refused + strings.TrimSpace(comparisonNotes) + "\n"
}

// comparisonCSV is the table for programs: bare numbers, nothing where one is not known.
func comparisonCSV(all []comparison) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Write([]string{"problem", "dim", "method", "solver", "bound", "value", "stderr", "discretization_error", "network_bias", "training",
		"relative_error", "consistent", "seconds"})
	for _, c := range all {
		for _, r := range c.rows {
			if r.failed != nil {
				continue
			}
			w.Write([]string{c.family.Name, strconv.Itoa(c.dim), r.name, strconv.FormatBool(r.solver), boundName(r.bound),
				words.Plain(r.value), words.Plain(r.sampling), words.Plain(r.step), words.Plain(r.bias), words.Plain(r.training), words.Plain(c.relative(r)), c.consistent(r), words.Plain(r.seconds)})
		}
	}
	w.Flush()
	return b.String()
}

const comparisonNotes = `
Errors in the units of u: standard error of sampling; discretisation error from several
step sizes; bias of an imperfect network, already subtracted; scatter of the training
over seeds beyond that of sampling. Consistent: the interval with all of them meets that
of the most exact reference, or a bound lies on its side of it. The cost of a trained
policy is a bound: no policy is better than the optimal one.`

// sided is a value with the digits that its error justifies, and its side if it is a
// bound.
func sided(r comparedRow) string {
	v := words.ToError(r.value, r.sampling)
	if !r.solver {
		v = referenceDigits(&pde.Reference{Value: r.value, StdErr: r.sampling}, 0)
	}
	if r.solver { // the cost of a policy: its mean is an estimate, not a bound
		return v
	}
	return map[int]string{-1: "≥ ", 1: "≤ "}[int(r.bound)] + v
}

// jsonComparison is one problem of what compare --json prints.
type jsonComparison struct {
	Problem    string             `json:"problem"`
	Dim        int                `json:"dim"`
	Parameters map[string]float64 `json:"parameters"`
	Rows       []jsonComparedRow  `json:"rows"`
}

type jsonComparedRow struct {
	Method        string   `json:"method"`
	Solver        bool     `json:"solver"`
	Value         *float64 `json:"value,omitempty"`
	StdErr        *float64 `json:"stderr,omitempty"`
	Step          *float64 `json:"discretization_error,omitempty"`
	Bias          *float64 `json:"network_bias,omitempty"`
	Training      *float64 `json:"training,omitempty"`
	Bound         string   `json:"bound,omitempty"`
	RelativeError *float64 `json:"relative_error,omitempty"`
	Consistent    *bool    `json:"consistent,omitempty"`
	Seconds       float64  `json:"seconds,omitempty"`
	Refused       string   `json:"refused,omitempty"`
}

func newJSONComparisons(all []comparison) any {
	list := []jsonComparison{}
	for _, c := range all {
		j := jsonComparison{Problem: c.family.Name, Dim: c.dim, Parameters: c.parameters}
		for _, r := range c.rows {
			row := jsonComparedRow{Method: r.name, Solver: r.solver, Seconds: r.seconds, Bound: boundName(r.bound)}
			if r.failed != nil {
				row.Refused = r.failed.Error()
			} else {
				row.Value, row.StdErr, row.RelativeError = words.Number(r.value), words.Number(r.sampling), words.Number(c.relative(r))
			}
			if r.solver {
				row.Step, row.Bias, row.Training = words.Number(r.step), words.Number(r.bias), words.Number(r.training)
			}
			if s := c.consistent(r); s != "" {
				yes := s == "yes"
				row.Consistent = &yes
			}
			j.Rows = append(j.Rows, row)
		}
		list = append(list, j)
	}
	return struct {
		Comparisons []jsonComparison `json:"comparisons"`
	}{list}
}
