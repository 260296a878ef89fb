package points

import (
	"fmt"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/tables"
)

// heading says what is evaluated.
func (e *Evaluation) heading() string {
	s := e.Title + "\n" + e.Identity
	if e.Unfinished != "" {
		s += "; " + e.Unfinished
	}
	paths := 0
	for _, p := range e.Values { // none at the horizon
		paths = max(paths, p.Paths)
	}
	return fmt.Sprintf("%s; %d paths a point\n\n", s, paths)
}

// column is a column of the table for people; one that is empty throughout is left out.
type column struct {
	name string
	text func(p *Value) string
}

func (e *Evaluation) columns() []column {
	value := "u(t, x)"
	if e.Policy {
		value = strings.TrimPrefix(e.Unknown, "optimal ") + " of the policy"
	}
	return []column{
		{"t", func(p *Value) string { return words.Exact(p.Time) }},
		{"x", func(p *Value) string { return e.state(p.State) }},
		{value, func(p *Value) string {
			if !words.Known(p.Value) { // paths or the recursion left every scale of the problem
				return "unknown"
			}
			return words.ToError(p.Value, p.digits())
		}},
		{"error", part(func(p *Value) float64 { return p.Error })},
		{"trust", func(p *Value) string { return p.Trust }},
		{"bounds", func(p *Value) string { return words.Bracket(p.Lower, p.Upper, p.digits()) }},
		{"std error", func(p *Value) string { return words.Size(p.StdErr) }},
		{"time step", part(func(p *Value) float64 { return p.Step })},
		{"network", part(func(p *Value) float64 { return p.Network })},
		{"trained", func(p *Value) string {
			if !words.Known(p.Trained) {
				return ""
			}
			return words.ToError(p.Trained, p.digits())
		}},
		{"exact", func(p *Value) string {
			if !words.Known(p.Exact) {
				return ""
			}
			return words.ToError(p.Exact, p.digits()/10)
		}},
		{"gradient", func(p *Value) string {
			if words.Finite(p.Gradient) == nil {
				return ""
			}
			return words.Vector(p.Gradient)
		}},
		{"gradient's std error", func(p *Value) string {
			if words.Finite(p.GradientStdErr) == nil || len(p.GradientStdErr) == 0 {
				return ""
			}
			return words.Size(slices.Max(p.GradientStdErr))
		}},
		{"exercise pays", func(p *Value) string {
			if p.Obstacle == nil {
				return ""
			}
			return words.ToError(*p.Obstacle, p.digits()/10)
		}},
		{"rule", func(p *Value) string { return p.Rule }},
		{"action", func(p *Value) string {
			if p.Action == nil {
				return ""
			}
			return words.Vector(p.Action)
		}},
	}
}

// part is an error of an equation's value, of which a policy has none.
func part(get func(p *Value) float64) func(p *Value) string {
	return func(p *Value) string {
		if p.Trust == "" {
			return ""
		}
		return words.Part(get(p))
	}
}

// digits is the error that decides how many digits the numbers of a point have.
func (p *Value) digits() float64 {
	if words.Known(p.Error) {
		return p.Error
	}
	return p.StdErr
}

// Table is the table in the given format: text, csv or markdown.
func (e *Evaluation) Table(format string) string {
	if format == "csv" {
		return e.csv()
	}
	t := tables.New()
	var header table.Row
	var columns []column
	for _, c := range e.columns() {
		if slices.ContainsFunc(e.Values, func(p *Value) bool { return c.text(p) != "" }) {
			header, columns = append(header, c.name), append(columns, c)
		}
	}
	t.AppendHeader(header)
	for _, p := range e.Values {
		var row table.Row
		for _, c := range columns {
			row = append(row, c.text(p))
		}
		t.AppendRow(row)
	}
	if format == "markdown" {
		return t.RenderMarkdown() + "\n"
	}
	return e.heading() + tables.Text(t) + "\n\n" + e.legend() + strings.TrimSpace(e.notes()) + "\n"
}

// legend says what the components are, where they have names.
func (e *Evaluation) legend() (s string) {
	if e.States != nil {
		s = "x: " + strings.Join(e.States, "; ") + "\n"
	}
	if e.Policy && e.Actions != nil {
		s += "action: " + strings.Join(e.Actions, "; ") + "\n"
	}
	return s
}

// notes say what the numbers cover.
func (e *Evaluation) notes() string {
	if e.Policy {
		return `
The cost is that of the policy on its time grid, a bound of the optimal one there; the gradient is
its derivative in x. Far from where training started the policy may be poor. Standard errors are of
sampling; that of the gradient is the largest of its components.`
	}
	if e.Method == "stopping" {
		return e.doubts() + `
The value is the middle between the bounds, and the error what reaches both: that of the rule, the
best in hindsight less the fitted martingale, and sampling. The rule stops at a date where exercise
pays no less than going on.`
	}
	return e.doubts() + `
Error is the half-width of the 95 % interval with all errors: sampling, whose standard error
is beside; time step, the discretisation error left; network, what an imperfect Z may have
left. The standard error of the gradient is the largest of its components.`
}

// doubts are the reasons not to trust a value, each once with the first point that has it and the number of others.
func (e *Evaluation) doubts() string {
	var kinds []string
	first, count := map[string]string{}, map[string]int{}
	for _, p := range e.Values {
		for _, reason := range p.Reasons {
			kind, _, _ := strings.Cut(reason, ": ")
			if count[kind]++; count[kind] == 1 {
				kinds = append(kinds, kind)
				first[kind] = fmt.Sprintf("Not trustworthy at t = %s, x = %s: %s", words.Exact(p.Time), e.state(p.State), reason)
			}
		}
	}
	var b strings.Builder
	for _, kind := range kinds {
		b.WriteString(first[kind])
		if more := count[kind] - 1; more > 0 {
			fmt.Fprintf(&b, "; and so at %d more", more)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
