package main

import (
	"encoding/csv"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/tables"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/words"
)

// evaluation is a run at points.
type evaluation struct {
	*evaluator
	points []*evaluated
}

// heading says what is evaluated.
func (e *evaluation) heading() string {
	s := e.family.Title + "\n" + identity(e.member)
	if of := e.Settings.Iterations; e.iteration < of {
		s += fmt.Sprintf("; trained %d of %d iterations", e.iteration, of)
	}
	paths := 0
	for _, p := range e.points { // none at the horizon
		paths = max(paths, p.Paths)
	}
	return fmt.Sprintf("%s; %d paths a point\n\n", s, paths)
}

// column is a column of the table for people; one that is empty throughout is left out.
type column struct {
	name string
	text func(p *evaluated) string
}

func (e *evaluation) columns() []column {
	value := "u(t, x)"
	if e.policy != nil {
		value = strings.TrimPrefix(e.unknown(), "optimal ") + " of the policy"
	}
	return []column{
		{"t", func(p *evaluated) string { return words.Exact(p.Time) }},
		{"x", func(p *evaluated) string { return e.state(p.State) }},
		{value, func(p *evaluated) string {
			if !words.Known(p.Value) { // paths or the recursion left every scale of the problem
				return "unknown"
			}
			return words.ToError(p.Value, p.StdErr)
		}},
		{"std error", func(p *evaluated) string { return words.Size(p.StdErr) }},
		{"time step", func(p *evaluated) string { return words.Size(p.DiscretizationError) }},
		{"network bias", func(p *evaluated) string {
			if !words.Known(p.NetworkBias) || math.Abs(p.NetworkBias) <= p.StdErr/1000 {
				return ""
			}
			return words.Bias(p.NetworkBias, p.StdErr)
		}},
		{"trained", func(p *evaluated) string {
			if !words.Known(p.Trained) {
				return ""
			}
			return words.ToError(p.Trained, p.StdErr)
		}},
		{"exact", func(p *evaluated) string {
			if !words.Known(p.exact) {
				return ""
			}
			return words.ToError(p.exact, p.StdErr/10)
		}},
		{"gradient", func(p *evaluated) string {
			if words.Finite(p.Gradient) == nil {
				return ""
			}
			return words.Vector(p.Gradient)
		}},
		{"its std error", func(p *evaluated) string {
			if words.Finite(p.GradientStdErr) == nil || len(p.GradientStdErr) == 0 {
				return ""
			}
			return words.Size(slices.Max(p.GradientStdErr))
		}},
		{"action", func(p *evaluated) string {
			if p.action == nil {
				return ""
			}
			return words.Vector(p.action)
		}},
	}
}

// state prints x: x0, one number where all components are equal, what is not as in x0
// where that is little and could be beyond the first few, or these.
func (e *evaluation) state(x []float64) string {
	switch {
	case slices.Equal(x, e.start()):
		return "x0"
	case len(x) > 1 && slices.Min(x) == slices.Max(x):
		return "all " + words.Exact(x[0])
	}
	if moved := e.moved(x); len(x) > shownComponents && len(moved) <= 2 {
		return "x0 but " + strings.Join(moved, ", ")
	}
	parts := make([]string, 0, shownComponents)
	for _, v := range x[:min(len(x), shownComponents)] {
		parts = append(parts, short3(v))
	}
	if len(x) > shownComponents {
		parts = append(parts, "…")
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// shownComponents is the number of components of x in a table.
const shownComponents = 4

// moved are the components of x that are not as in x0.
func (e *evaluation) moved(x []float64) (list []string) {
	for i, v := range x {
		if v != e.start()[i] {
			list = append(list, fmt.Sprintf("x[%d] = %s", i, words.Exact(v)))
		}
	}
	return list
}

// short3 prints x with at most three significant digits and no trailing zeros.
func short3(x float64) string { return fmt.Sprintf("%.3g", x) }

// table is the table in the given format.
func (e *evaluation) table(f *flags.Format) string {
	if f.CSV {
		return e.csv()
	}
	t := tables.New()
	var header table.Row
	var columns []column
	for _, c := range e.columns() {
		if slices.ContainsFunc(e.points, func(p *evaluated) bool { return c.text(p) != "" }) {
			header, columns = append(header, c.name), append(columns, c)
		}
	}
	t.AppendHeader(header)
	for _, p := range e.points {
		var row table.Row
		for _, c := range columns {
			row = append(row, c.text(p))
		}
		t.AppendRow(row)
	}
	if f.Markdown {
		return t.RenderMarkdown() + "\n"
	}
	return e.heading() + tables.Text(t) + "\n\n" + strings.TrimSpace(e.notes()) + "\n"
}

// notes say what the numbers cover.
func (e *evaluation) notes() string {
	if e.policy != nil {
		return `
The cost of a policy is a bound of the optimal one; the gradient is its derivative in x.
Standard errors are of sampling; that of the gradient is the largest of its components.`
	}
	return `
Standard errors are of sampling; time step is the discretisation error left, network bias
that of an imperfect Z in a nonlinear f, already subtracted. The standard error of the
gradient is the largest of its components.`
}

// csv is the table for programs: bare numbers, nothing where one is not known.
func (e *evaluation) csv() string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	d, actions := len(e.start()), 0
	if e.policy != nil {
		actions = e.control.Problem.ActionDim
	}
	numbered := func(format string, n int) (names []string) {
		for i := range n {
			names = append(names, fmt.Sprintf(format, i))
		}
		return names
	}
	w.Write(slices.Concat([]string{"t"}, numbered("x%d", d), []string{"value", "stderr", "ci95_low", "ci95_high", "discretization_error", "network_bias", "trained", "exact", "paths"},
		numbered("gradient%d", d), numbered("gradient%d_stderr", d), numbered("action%d", actions)))
	for _, p := range e.points {
		row := []string{words.Full(p.Time)}
		add := func(values []float64, n int) {
			for i := range n {
				if i < len(values) {
					row = append(row, words.Plain(values[i]))
				} else {
					row = append(row, "")
				}
			}
		}
		add(p.State, d)
		add([]float64{p.Value, p.StdErr, p.CI95[0], p.CI95[1], p.DiscretizationError, p.NetworkBias, p.Trained, p.exact, float64(p.Paths)}, 9)
		add(p.Gradient, d)
		add(p.GradientStdErr, d)
		add(p.action, actions)
		w.Write(row)
	}
	w.Flush()
	return b.String()
}

// jsonPoint is a point of what eval --json prints.
type jsonPoint struct {
	T              float64   `json:"t"`
	X              []float64 `json:"x"`
	Value          *float64  `json:"value,omitempty"`
	StdErr         *float64  `json:"stderr,omitempty"`
	CI95           []float64 `json:"ci95,omitempty"`
	Step           *float64  `json:"discretization_error,omitempty"`
	Bias           *float64  `json:"network_bias,omitempty"`
	Trained        *float64  `json:"trained,omitempty"`
	Exact          *float64  `json:"exact,omitempty"`
	Gradient       []float64 `json:"gradient,omitempty"`
	GradientStdErr []float64 `json:"gradient_stderr,omitempty"`
	GradientStep   *float64  `json:"gradient_discretization_error,omitempty"`
	GradientBias   *float64  `json:"gradient_network_bias,omitempty"`
	ExactGradient  []float64 `json:"exact_gradient,omitempty"`
	Action         []float64 `json:"action,omitempty"`
	Paths          int       `json:"paths,omitempty"`
}

func (e *evaluation) json() any {
	list := []jsonPoint{}
	for _, p := range e.points {
		list = append(list, jsonPoint{
			T: p.Time, X: p.State, Value: words.Number(p.Value), StdErr: words.Number(p.StdErr), CI95: words.Finite(p.CI95[:]),
			Step: words.Number(p.DiscretizationError), Bias: words.Number(p.NetworkBias), Trained: words.Number(p.Trained), Exact: words.Number(p.exact),
			Gradient: words.Finite(p.Gradient), GradientStdErr: words.Finite(p.GradientStdErr), GradientStep: words.Number(p.GradientDiscretization), GradientBias: words.Number(p.GradientNetworkBias),
			ExactGradient: words.Finite(p.exactGradient), Action: words.Finite(p.action), Paths: p.Paths,
		})
	}
	return struct {
		Problem    string             `json:"problem"`
		Kind       string             `json:"kind"`
		Dim        int                `json:"dim"`
		Method     string             `json:"method"`
		Parameters map[string]float64 `json:"parameters"`
		Iterations int                `json:"iterations"`
		Points     []jsonPoint        `json:"points"`
	}{e.family.Name, kindOf(e.family), e.dim, e.Method, e.parameters, e.iteration, list}
}
