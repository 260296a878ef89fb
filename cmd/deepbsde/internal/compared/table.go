package compared

import (
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/tables"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/words"
)

// Table is the table in the given format.
func Table(all []Comparison, format string) string {
	t := tables.New()
	t.AppendHeader(table.Row{"problem", "method", "value", "sampling", "time step", "network bias", "training", "relative error", "consistent", "seconds"})
	refused := ""
	for _, c := range all {
		for _, r := range c.Rows {
			if r.Failed != nil {
				refused += fmt.Sprintf("%s: %s does not apply: %v\n", c.Problem, r.Name, r.Failed)
				continue
			}
			t.AppendRow(table.Row{c.Identity, r.Name, sided(r), words.Size(r.Sampling), words.Size(r.Step), words.Size(r.Bias), words.Size(r.Training),
				words.PercentOrNothing(c.relative(r)), c.consistent(r), words.Size(r.Seconds)})
		}
	}
	switch format {
	case "csv":
		return csvTable(all)
	case "markdown":
		return t.RenderMarkdown() + "\n"
	}
	return tables.Text(t) + "\n\n" + refused + strings.TrimSpace(notes) + "\n"
}

// csvTable is the table for programs: bare numbers, nothing where one is not known.
func csvTable(all []Comparison) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Write([]string{"problem", "dim", "method", "solver", "bound", "value", "stderr", "discretization_error", "network_bias", "training",
		"relative_error", "consistent", "seconds"})
	for _, c := range all {
		for _, r := range c.Rows {
			if r.Failed != nil {
				continue
			}
			w.Write([]string{c.Problem, strconv.Itoa(c.Dim), r.Name, strconv.FormatBool(r.Solver), r.Bound,
				words.Plain(r.Value), words.Plain(r.Sampling), words.Plain(r.Step), words.Plain(r.Bias), words.Plain(r.Training), words.Plain(c.relative(r)), c.consistent(r), words.Plain(r.Seconds)})
		}
	}
	w.Flush()
	return b.String()
}

const notes = `
Errors in the units of u: standard error of sampling; discretisation error from several
step sizes; bias of an imperfect network, already subtracted; scatter of the training
over seeds beyond that of sampling. Consistent: the interval with all of them meets that
of the most exact reference, or a bound lies on its side of it. The cost of a trained
policy is a bound: no policy is better than the optimal one.`

// sided is a value with the digits that its error justifies, and its side if it is a
// bound.
func sided(r Row) string {
	v := words.ToError(r.Value, r.Sampling)
	if !r.Solver {
		v = words.Reference(r.Value, r.Sampling, 0)
	}
	if r.Solver { // the cost of a policy: its mean is an estimate, not a bound
		return v
	}
	return map[string]string{"lower": "≥ ", "upper": "≤ "}[r.Bound] + v
}
