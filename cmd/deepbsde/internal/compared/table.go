package compared

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/tables"
)

// Table is the table in the given format.
func Table(all []Comparison, format string) string {
	if format == "csv" {
		return csvTable(all)
	}
	t := tables.New()
	shown, header := columns(all), table.Row{}
	for _, one := range shown {
		header = append(header, one.name)
	}
	t.AppendHeader(header)
	below := ""
	for i := range all {
		c := &all[i]
		for _, r := range c.Rows {
			if r.Failed != nil {
				below += fmt.Sprintf("%s: %s does not apply: %v\n", c.Problem, r.Name, r.Failed)
				continue
			}
			if len(r.Reasons) > 0 {
				below += fmt.Sprintf("%s: %s is not trustworthy: %s\n", c.Problem, r.Name, strings.Join(r.Reasons, "; "))
			}
			var row table.Row
			for _, one := range shown {
				row = append(row, one.text(c, r))
			}
			t.AppendRow(row)
		}
	}
	if format == "markdown" {
		return t.RenderMarkdown() + "\n"
	}
	return tables.Text(t) + "\n\n" + below + strings.TrimSpace(notes) + "\n"
}

// column is a column of the table for people.
type column struct {
	name string
	text func(c *Comparison, r Row) string
}

// columns are those of the table; that of the bounds is left out where there are none.
func columns(all []Comparison) []column {
	part := func(get func(r Row) float64) func(*Comparison, Row) string {
		return func(_ *Comparison, r Row) string { return words.Part(get(r)) }
	}
	list := []column{
		{"problem", func(c *Comparison, _ Row) string { return c.Identity }},
		{"method", func(_ *Comparison, r Row) string { return r.Name }},
		{"value", func(_ *Comparison, r Row) string { return sided(r) }},
		{"error", part(func(r Row) float64 { return r.Error })},
		{"trust", func(_ *Comparison, r Row) string { return r.Trust }},
		{"bounds", func(_ *Comparison, r Row) string { return between(r) }},
		{"sampling", part(func(r Row) float64 { return r.Sampling })},
		{"time step", part(func(r Row) float64 { return r.Step })},
		{"network", func(_ *Comparison, r Row) string { return words.Slight(r.Network, r.Error) }},
		{"training", part(func(r Row) float64 { return r.Training })},
		{"relative error", func(c *Comparison, r Row) string {
			if c.verdict(r) == IsReference { // it has none beside itself
				return ""
			}
			return words.PercentOrNothing(c.relative(r))
		}},
		{"verdict", func(c *Comparison, r Row) string { return c.verdict(r) }},
		{"seconds", func(_ *Comparison, r Row) string { return words.Size(r.Seconds) }},
	}
	return slices.DeleteFunc(list, func(one column) bool {
		return one.name == "bounds" && !slices.ContainsFunc(all, func(c Comparison) bool {
			return slices.ContainsFunc(c.Rows, func(r Row) bool { return between(r) != "" })
		})
	})
}

// between is the bounds that a row states beside its value.
func between(r Row) string {
	if r.Failed != nil {
		return ""
	}
	return words.Bracket(r.Lower, r.Upper, digits(r))
}

// digits is the error that decides how many digits the numbers of a row have.
func digits(r Row) float64 {
	if words.Known(r.Error) {
		return r.Error
	}
	return r.Sampling
}

// csvTable is the table for programs: bare numbers, nothing where one is not known.
func csvTable(all []Comparison) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Write([]string{"problem", "dim", "method", "solver", "bound", "value", "error", "trust", "lower", "upper", "stderr", "discretization_error",
		"network_error", "network_bias", "training", "relative_error", "verdict", "seconds"})
	for _, c := range all {
		for _, r := range c.Rows {
			if r.Failed != nil {
				continue
			}
			w.Write([]string{c.Problem, strconv.Itoa(c.Dim), r.Name, strconv.FormatBool(r.Solver), r.Bound,
				words.Plain(r.Value), words.Plain(r.Error), r.Trust, words.Plain(r.Lower), words.Plain(r.Upper), words.Plain(r.Sampling), words.Plain(r.Step),
				words.Plain(r.Network), words.Plain(r.Bias), words.Plain(r.Training), words.Plain(c.relative(r)), c.verdict(r), words.Plain(r.Seconds)})
		}
	}
	w.Flush()
	return b.String()
}

const notes = `
Errors in the units of u. Error: half-width of the 95 % interval of all errors together; of
references it has sampling alone, of policies sampling and training. Sampling: standard
error. Training: scatter over seeds beyond that of sampling. Verdict: against the row
called reference, or the most exact reference known, within the errors of both. Undecided:
an error is unknown or not to be trusted; both together are more than 5 % of the value; or
a bound is on its side. Blank: there is none. The cost of a trained policy is a bound: no
policy is better than the optimal one.`

// sided is a value with the digits that its error justifies, and its side if it is a
// bound.
func sided(r Row) string {
	if !words.Known(r.Value) {
		return "unknown"
	}
	if r.Solver { // the cost of a policy: its mean is an estimate, not a bound
		return words.ToError(r.Value, digits(r))
	}
	return map[string]string{"lower": "≥ ", "upper": "≤ "}[r.Bound] + words.Reference(r.Value, r.Sampling, 0)
}
