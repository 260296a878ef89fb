package main

import (
	"encoding/csv"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/deepbsde/deepbsde/pde"
)

// comparisonTable is the table in the given format.
func comparisonTable(all []comparison, format string) string {
	t := plainTable()
	t.AppendHeader(table.Row{"problem", "method", "value", "sampling", "time step", "network bias", "training", "relative error", "consistent", "seconds"})
	refused := ""
	for _, c := range all {
		for _, r := range c.rows {
			if r.failed != nil {
				refused += fmt.Sprintf("%s: %s does not apply: %v\n", c.family.Name, r.name, r.failed)
				continue
			}
			t.AppendRow(table.Row{identity(c.member), r.name, sided(r), size(r.sampling), size(r.step), size(r.bias), size(r.training),
				percentOrNothing(c.relative(r)), c.consistent(r), size(r.seconds)})
		}
	}
	switch format {
	case "csv":
		return comparisonCSV(all)
	case "markdown":
		return t.RenderMarkdown() + "\n"
	}
	return render(t) + "\n\n" + refused + strings.TrimSpace(comparisonNotes) + "\n"
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
				plain(r.value), plain(r.sampling), plain(r.step), plain(r.bias), plain(r.training), plain(c.relative(r)), c.consistent(r), plain(r.seconds)})
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
	v := toError(r.value, r.sampling)
	if !r.solver {
		v = referenceDigits(&pde.Reference{Value: r.value, StdErr: r.sampling}, 0)
	}
	if r.solver { // the cost of a policy: its mean is an estimate, not a bound
		return v
	}
	return map[int]string{-1: "≥ ", 1: "≤ "}[int(r.bound)] + v
}

// size is an error or a duration in two digits, nothing where it is 0 or not known.
func size(x float64) string {
	if x == 0 || !known(x) {
		return ""
	}
	return short(x)
}

func percentOrNothing(x float64) string {
	if math.IsNaN(x) {
		return ""
	}
	return percent(x)
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
				row.Value, row.StdErr, row.RelativeError = number(r.value), number(r.sampling), number(c.relative(r))
			}
			if r.solver {
				row.Step, row.Bias, row.Training = number(r.step), number(r.bias), number(r.training)
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
