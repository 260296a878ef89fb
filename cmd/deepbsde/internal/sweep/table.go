package sweep

import (
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/tables"
)

// Table is the rows in the given format: text, csv or markdown. It depends on the runs alone,
// not on when or where they were made.
func (d *Definition) Table(rows []Row, format string) string {
	if format == "csv" {
		return d.csv(rows)
	}
	t, below := tables.New(), ""
	t.AppendHeader(tableRow(d.Header()))
	for _, r := range rows {
		t.AppendRow(tableRow(d.Words(r)))
		if len(r.Reasons) > 0 {
			below += fmt.Sprintf("%s: not trustworthy: %s\n", d.Label(r.Cell), strings.Join(r.Reasons, "; "))
		}
	}
	if format == "markdown" {
		return t.RenderMarkdown() + "\n"
	}
	if best := d.Best(rows); best != nil {
		below += "best: " + d.flagsOf(best.Cell) + "\n"
	}
	if below != "" {
		below = "\n" + below
	}
	return tables.Text(t) + "\n" + below
}

// Header is the names of the columns of the table.
func (d *Definition) Header() (header []string) {
	for _, a := range d.Axes {
		header = append(header, words.Printable(a.Name))
	}
	return append(d.searched(header), "seed", "value", "error", "trust", "bounds", "std error", "status")
}

// searched adds the columns of a search.
func (d *Definition) searched(header []string) []string {
	if d.Search == nil {
		return header
	}
	header = append(header, "round", "budget")
	for _, r := range d.Search.Ranges {
		header = append(header, r.Name)
	}
	return header
}

// choice adds what stands in them.
func (d *Definition) choice(line []string, c Cell) []string {
	if d.Search == nil {
		return line
	}
	line = append(line, strconv.Itoa(c.Round), c.Budget)
	for _, r := range d.Search.Ranges {
		line = append(line, words.Printable(c.Settings[r.Name]))
	}
	return line
}

// flagsOf is the settings of a run of a search as words after solve.
func (d *Definition) flagsOf(c Cell) string {
	var parts []string
	for _, f := range d.Given(c) {
		parts = append(parts, "--"+f[0]+" "+words.Printable(f[1]))
	}
	return strings.Join(parts, " ")
}

// Words are the columns of a row.
func (d *Definition) Words(r Row) (line []string) {
	for _, a := range d.Axes {
		line = append(line, words.Exact(r.Set[a.Name]))
	}
	line = d.choice(line, r.Cell)
	value, part := "", ""
	if r.Done() {
		value, part = "unknown", words.Part(r.Error)
		if words.Known(r.Value) {
			value = words.ToError(r.Value, r.digits())
		}
	}
	return append(line, strconv.FormatUint(r.Seed, 10), value, part, r.Trust, words.Bracket(r.Lower, r.Upper, r.digits()), words.Size(r.StdErr), r.Status)
}

func tableRow(columns []string) (row table.Row) {
	for _, c := range columns {
		row = append(row, c)
	}
	return row
}

// digits is the error that decides how many digits are shown.
func (r Row) digits() float64 {
	if words.Known(r.Error) {
		return r.Error
	}
	return r.StdErr
}

// Label is a run in words.
func (d *Definition) Label(c Cell) string {
	var parts []string
	for _, a := range d.Axes {
		parts = append(parts, words.Printable(a.Name)+" = "+words.Exact(c.Set[a.Name]))
	}
	if d.Search != nil {
		parts = append(parts, fmt.Sprintf("round %d", c.Round), d.flagsOf(c))
	}
	return strings.Join(append(parts, fmt.Sprintf("seed %d", c.Seed)), ", ")
}

// csv is the table for programs: bare numbers, nothing where one is not known.
func (d *Definition) csv(rows []Row) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	var header []string
	for _, a := range d.Axes {
		header = append(header, words.Printable(a.Name))
	}
	w.Write(append(d.searched(header), "seed", "value", "error", "trust", "lower", "upper", "stderr", "residual_ratio", "status"))
	for _, r := range rows {
		var line []string
		for _, a := range d.Axes {
			line = append(line, words.Full(r.Set[a.Name]))
		}
		line = d.choice(line, r.Cell)
		w.Write(append(line, strconv.FormatUint(r.Seed, 10), words.Plain(r.Value), words.Plain(r.Error), r.Trust,
			words.Plain(r.Lower), words.Plain(r.Upper), words.Plain(r.StdErr), words.Plain(r.Residual), r.Status))
	}
	w.Flush()
	return b.String()
}

// jsonRow is a row of what --json prints.
type jsonRow struct {
	Parameters map[string]float64 `json:"parameters"`
	Settings   map[string]string  `json:"settings,omitempty"` // of a search, with its rounds and their budgets
	Round      int                `json:"round,omitempty"`
	Budget     string             `json:"budget,omitempty"`
	Seed       uint64             `json:"seed"`
	Value      *float64           `json:"value,omitempty"`
	Error      *float64           `json:"error,omitempty"`
	Trust      string             `json:"trust,omitempty"`
	Reasons    []string           `json:"reasons,omitempty"`
	Lower      *float64           `json:"lower,omitempty"`
	Upper      *float64           `json:"upper,omitempty"`
	StdErr     *float64           `json:"stderr,omitempty"`
	Residual   *float64           `json:"residual_ratio,omitempty"`
	Status     string             `json:"status"`
}

// JSON is the sweep with its rows.
func (d *Definition) JSON(rows []Row) any {
	list := make([]jsonRow, len(rows))
	for i, r := range rows {
		list[i] = jsonRow{r.Set, r.Settings, r.Round, r.Budget, r.Seed, words.Number(r.Value), words.Number(r.Error), r.Trust, r.Reasons,
			words.Number(r.Lower), words.Number(r.Upper), words.Number(r.StdErr), words.Number(r.Residual), r.Status}
	}
	var best map[string]string
	if b := d.Best(rows); b != nil {
		best = b.Settings
	}
	return struct {
		Problem string            `json:"problem"`
		Dim     int               `json:"dim"`
		Runs    []jsonRow         `json:"runs"`
		Best    map[string]string `json:"best,omitempty"` // settings, of a search that is done
	}{d.Problem, d.Dim, list, best}
}
