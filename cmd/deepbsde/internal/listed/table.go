package listed

import (
	"encoding/csv"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/tables"
)

// Table is the list in the given format: text, csv or markdown.
func Table(list []*Run, format string) string {
	if format == "csv" {
		return csvTable(list)
	}
	t, below := tables.New(), ""
	t.AppendHeader(table.Row{"run", "problem", "d", "parameters", "method", "seed", "value", "error", "trust", "status", "started"})
	for _, r := range list {
		if r.Wrong != "" {
			below += fmt.Sprintf("%s: %s\n", r.Path, r.Wrong)
			t.AppendRow(table.Row{r.Path, r.Problem, "", "", "", "", "", "", "", r.Status, ""})
			continue
		}
		value, part := r.Answer()
		t.AppendRow(table.Row{r.Path, r.Problem, r.Dim, r.ParameterLine(), strings.TrimSpace(r.Method + " " + r.Network), r.Seed, value, part, r.Trust, r.Status, r.Started.Format(time.DateTime)})
	}
	if format == "markdown" {
		return t.RenderMarkdown() + "\n"
	}
	if below != "" {
		below = "\n" + below
	}
	return tables.Text(t) + "\n" + below
}

// Answer is the value and its error in words; nothing without a result.
func (r *Run) Answer() (value, part string) {
	if r.Status == Unfinished || r.Status == Unreadable {
		return "", ""
	}
	if value = "unknown"; words.Known(r.Value) {
		digits := r.Error
		if !words.Known(digits) {
			digits = r.StdErr
		}
		value = words.ToError(r.Value, digits)
	}
	return value, words.Part(r.Error)
}

// ParameterLine is all parameters of the problem in a line.
func (r *Run) ParameterLine() string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(r.Parameters)) {
		parts = append(parts, name+"="+words.Exact(r.Parameters[name]))
	}
	return strings.Join(parts, " ")
}

func csvTable(list []*Run) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Write([]string{"run", "problem", "dim", "parameters", "method", "network", "seed", "value", "error", "trust", "stderr", "status", "started"})
	for _, r := range list {
		w.Write([]string{r.Path, r.Problem, strconv.Itoa(r.Dim), r.ParameterLine(), r.Method, r.Network, strconv.FormatUint(r.Seed, 10),
			words.Plain(r.Value), words.Plain(r.Error), r.Trust, words.Plain(r.StdErr), r.Status, r.Started.Format(time.RFC3339)})
	}
	w.Flush()
	return b.String()
}

// jsonRun is a run of what --json prints.
type jsonRun struct {
	Run        string             `json:"run"`
	Problem    string             `json:"problem,omitempty"`
	Dim        int                `json:"dim,omitempty"`
	Parameters map[string]float64 `json:"parameters,omitempty"`
	Method     string             `json:"method,omitempty"`
	Network    string             `json:"network,omitempty"`
	Seed       uint64             `json:"seed"`
	Value      *float64           `json:"value,omitempty"`
	Error      *float64           `json:"error,omitempty"`
	Trust      string             `json:"trust,omitempty"`
	StdErr     *float64           `json:"stderr,omitempty"`
	Status     string             `json:"status"`
	Started    time.Time          `json:"started"`
	Wrong      string             `json:"wrong,omitempty"`
}

// JSON is the list as one object.
func JSON(list []*Run) any {
	runs := make([]jsonRun, len(list))
	for i, r := range list {
		runs[i] = jsonRun{r.Path, r.Problem, r.Dim, r.Parameters, r.Method, r.Network, r.Seed, words.Number(r.Value), words.Number(r.Error),
			r.Trust, words.Number(r.StdErr), r.Status, r.Started, r.Wrong}
	}
	return struct {
		Runs []jsonRun `json:"runs"`
	}{runs}
}
