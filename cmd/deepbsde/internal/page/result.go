package page

import (
	"strings"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/words"
)

// meanings explains the lines of a result that the text leaves to themselves. One that
// ends in a semicolon stands before what the text says.
var meanings = map[string]string{
	"u(0, x0)":       "the answer: a control variate estimate with the trained network on fresh paths, extrapolated in the time step",
	"relative error": "distance of the value from the reference, relative to it",
	"residual ratio": "share of the spread that Z = 0 leaves which the network does not explain; 0 % is a perfect Z",
	"gradient":       "∇u(0, x0);",
}

// Tabulate fills in the lines of a result, each explained.
func (d *Data) Tabulate(b words.Block) {
	for _, l := range b {
		meaning, ok := meanings[l.Label]
		if !ok {
			meaning = l.Remark
		} else if before, open := strings.CutSuffix(meaning, ";"); open {
			meaning = strings.TrimSuffix(before+"; "+l.Remark, "; ")
		}
		d.Result = append(d.Result, Row{l.Label, l.Value, meaning})
	}
}

// Reference is a value that is known of the problem.
type Reference struct {
	Name           string
	Value, StdErr  float64 // the error is 0 where not stated
	Method, Source string
}

// Compare puts the value of the run, NaN where it has none, beside what is known.
func (d *Data) Compare(value, stderr float64, method string, known []Reference) {
	if words.Known(value) {
		d.Compared = append(d.Compared, Compared{"this run", words.ToError(value, stderr), "± " + words.Short(stderr), "", method})
	}
	for _, ref := range known {
		line := Compared{Name: ref.Name, Value: words.Reference(ref.Value, ref.StdErr, 0), Source: ref.Method}
		if ref.Source != "" {
			line.Source += " (" + ref.Source + ")"
		}
		if ref.StdErr > 0 {
			line.Error = "± " + words.Short(ref.StdErr)
		}
		if gap := value - ref.Value; words.Known(gap) {
			sign := "+"
			if gap < 0 {
				sign = ""
			}
			line.Difference = sign + words.Short(gap) + ", " + words.Percent(words.RelativeError(value, ref.Value))
		}
		d.Compared = append(d.Compared, line)
	}
}
