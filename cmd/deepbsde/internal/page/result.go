package page

import (
	"slices"
	"strings"

	"github.com/deepbsde/deepbsde/bsde/words"
)

// meanings explains the lines of a result that the text leaves to themselves. One that
// ends in a semicolon stands before what the text says.
var meanings = map[string]string{
	"u(0, x0)":       "the answer;",
	"sampling":       "standard error of the mean over fresh paths",
	"bounds":         "u(0, x0) lies there;",
	"trust":          "whether the error can be relied on;",
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

// Reference is a value that is known of the problem, with what it and the run come to.
type Reference struct {
	Name           string
	Value, StdErr  float64 // the error is 0 where not stated
	Method, Source string
	Verdict        string // "" where there is none
}

// Answer is the value of the run with its standard error and the half-width of its 95 %
// interval; NaN where not known.
type Answer struct{ Value, StdErr, Error float64 }

// Compare puts the answer of the run beside what is known, if anything is.
func (d *Data) Compare(a Answer, method string, known []Reference) {
	if len(known) == 0 {
		return
	}
	if words.Known(a.Value) {
		line := Compared{Name: "this run", Value: words.ToError(a.Value, a.digits()), Error: "unknown", StdErr: "± " + words.Short(a.StdErr), Source: method}
		if words.Known(a.Error) {
			line.Error = "± " + words.Short(a.Error)
		}
		d.Compared = append(d.Compared, line)
	}
	for _, ref := range known {
		line := Compared{Name: ref.Name, Value: words.Reference(ref.Value, ref.StdErr, a.digits()), Verdict: ref.Verdict, Source: ref.Method}
		if ref.Source != "" {
			line.Source += " (" + ref.Source + ")"
		}
		if ref.StdErr > 0 {
			line.Error, line.StdErr = "± "+words.Short(words.Normal95*ref.StdErr), "± "+words.Short(ref.StdErr)
		}
		if gap := a.Value - ref.Value; words.Known(gap) {
			sign := "+"
			if gap < 0 {
				sign = ""
			}
			line.Difference = sign + words.Short(gap) + ", " + sign + words.Percent(words.RelativeError(a.Value, ref.Value))
		}
		d.Compared = append(d.Compared, line)
	}
}

// Judged tells whether a comparison has a verdict.
func (d *Data) Judged() bool {
	return slices.ContainsFunc(d.Compared, func(c Compared) bool { return c.Verdict != "" })
}

// digits is the error that decides how many digits the value has.
func (a Answer) digits() float64 {
	if words.Known(a.Error) {
		return a.Error
	}
	return a.StdErr
}
