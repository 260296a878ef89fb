// Package ruled shows where a rule of early exercise ends paths: as a table, as JSON, as CSV of the paths, and as a
// picture of the states in which it exercises. It does not simulate.
package ruled

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"gonum.org/v1/gonum/stat"

	"github.com/deepbsde/deepbsde/bsde/exercise"
	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/tables"
)

// Simulation is the ends of paths under a rule.
type Simulation struct {
	Title      string
	Problem    string
	Identity   string // the problem with its dimension and changed parameters
	Dim        int
	Parameters map[string]float64
	States     []string // names of the components; nil for x[0], …
	Horizon    float64
	Dates      []float64 // of exercise, before T
	Seed       uint64
	Paths      []exercise.Stopped
}

// date is the paths that end at one date.
type date struct {
	Time         float64  `json:"time"`
	Share        float64  `json:"share"`
	Payoff       *float64 `json:"payoff,omitempty"` // mean of those, not discounted
	PayoffStdErr *float64 `json:"payoff_stderr,omitempty"`
}

// dates are the shares of all dates, T last.
func (s *Simulation) dates() (list []date) {
	at := func(t float64, held bool) {
		var pay []float64
		for _, p := range s.Paths {
			if p.Held == held && (held || p.Time == t) {
				pay = append(pay, p.Payoff)
			}
		}
		mean, stderr := meanAndError(pay)
		list = append(list, date{t, float64(len(pay)) / float64(len(s.Paths)), words.Number(mean), words.Number(stderr)})
	}
	for _, t := range s.Dates {
		at(t, false)
	}
	at(s.Horizon, true)
	return list
}

// meanAndError are not known of less than two.
func meanAndError(v []float64) (mean, stderr float64) {
	if len(v) < 2 {
		return math.NaN(), math.NaN()
	}
	mean, std := stat.MeanStdDev(v, nil)
	return mean, std / math.Sqrt(float64(len(v)))
}

// all are the times and payoffs of all paths.
func (s *Simulation) all() (times, pay []float64) {
	for _, p := range s.Paths {
		times, pay = append(times, p.Time), append(pay, p.Payoff)
	}
	return times, pay
}

// JSON is the object that simulate --json prints.
func (s *Simulation) JSON() any {
	times, pay := s.all()
	mean, stderr := meanAndError(pay)
	when, whenErr := meanAndError(times)
	return struct {
		Problem      string             `json:"problem"`
		Dim          int                `json:"dim"`
		Parameters   map[string]float64 `json:"parameters"`
		States       []string           `json:"state_names,omitempty"`
		Paths        int                `json:"paths"`
		Seed         uint64             `json:"seed"`
		Payoff       *float64           `json:"payoff"` // mean, not discounted
		PayoffStdErr *float64           `json:"payoff_stderr"`
		Time         *float64           `json:"time"` // mean of the stopping time
		TimeStdErr   *float64           `json:"time_stderr"`
		Dates        []date             `json:"dates"` // T last: what holds until then
	}{s.Problem, s.Dim, s.Parameters, s.States, len(s.Paths), s.Seed, words.Number(mean), words.Number(stderr), words.Number(when), words.Number(whenErr), s.dates()}
}

// Text is the simulation as people read it.
func (s *Simulation) Text() string {
	var b strings.Builder
	times, pay := s.all()
	mean, stderr := meanAndError(pay)
	when, whenErr := meanAndError(times)
	fmt.Fprintf(&b, "%s\n%s, %d paths under the rule\n\n", s.Title, s.Identity, len(s.Paths))
	fmt.Fprintf(&b, "mean payoff %s ± %s, not discounted; mean stopping time %s ± %s\n\n", words.ToError(mean, stderr), words.Short(stderr), words.ToError(when, whenErr), words.Short(whenErr))
	t := tables.New()
	t.AppendHeader(table.Row{"exercise", "of paths", "mean payoff", "std error"})
	list := s.dates()
	for i, d := range list {
		when, row := "t = "+words.Significant(d.Time, 4), table.Row{}
		if i == len(list)-1 {
			when = "never before T"
		}
		row = append(row, when, words.Percent(d.Share))
		if d.Payoff != nil {
			row = append(row, words.ToError(*d.Payoff, *d.PayoffStdErr), words.Short(*d.PayoffStdErr))
		}
		t.AppendRow(row)
	}
	b.WriteString(tables.Text(t) + "\n")
	return b.String()
}

// WritePaths writes all paths as CSV: path, stopping time, whether the rule exercises before T, payoff, state then.
func (s *Simulation) WritePaths(f io.Writer) error {
	w := csv.NewWriter(f)
	header := []string{"path", "time", "exercised", "payoff"}
	for i := range s.Dim {
		header = append(header, fmt.Sprintf("x%d", i))
	}
	w.Write(header)
	for i, p := range s.Paths {
		row := []string{strconv.Itoa(i), words.Full(p.Time), strconv.FormatBool(!p.Held), words.Full(p.Payoff)}
		for _, v := range p.State {
			row = append(row, words.Full(v))
		}
		w.Write(row)
	}
	w.Flush()
	return w.Error()
}
