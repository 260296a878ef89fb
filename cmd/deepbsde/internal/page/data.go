package page

import (
	"fmt"
	"math"
	"strconv"

	"github.com/deepbsde/deepbsde/cmd/internal/figure"
)

// Data is what a page says.
type Data struct {
	Title, Identity, Summary string
	Done                     bool // there is a result
	Warnings                 []string
	Resume                   string // the command that goes on, "" where there is nothing left to do
	Result                   []Row
	Verdict                  string
	Compared                 []Compared
	Training, Paths          []Figure
	Exercise                 bool // Paths is where a rule exercises
	Comparison               []Figure
	Equation, Citation, File string
	Dim                      int
	Parameters               []Parameter
	Settings                 []Row
	Machine                  []Row
	Command                  string
	ValueName                string
	HasLoss                  bool
	History                  []Moment
	drawn                    int // pictures so far
}

// Row is a line of a table: a name, a value and what it means.
type Row struct{ Name, Value, Meaning string }

// Parameter is a parameter of the problem.
type Parameter struct{ Name, Value, Default, Range, Meaning string }

// Compared is a value to compare with.
type Compared struct{ Name, Value, Error, StdErr, Difference, Verdict, Source string }

// Moment is a record of the training.
type Moment struct{ Step, Value, Loss, Rate, Seconds string }

// Record adds moments of the training to the history.
func (d *Data) Record(history []figure.Moment) {
	for _, m := range history {
		d.History = append(d.History, Moment{
			strconv.Itoa(int(m.Step)), digits(m.Value, 8), digits(m.Loss, 4), strconv.FormatFloat(m.Rate, 'g', 3, 64), strconv.FormatFloat(m.Seconds, 'f', 2, 64),
		})
	}
}

// digits is nothing where x is not known.
func digits(x float64, n int) string {
	if math.IsNaN(x) {
		return ""
	}
	return strconv.FormatFloat(x, 'g', n, 64)
}

// Warn adds a warning.
func (d *Data) Warn(format string, args ...any) {
	d.Warnings = append(d.Warnings, fmt.Sprintf(format, args...))
}

// Table is a table of three columns.
type Table struct {
	Label, First string
	Rows         []Row
}

// Table is for the template, whose parts take one argument.
func (*Data) Table(label, first string, rows []Row) Table {
	return Table{label, first, rows}
}
