// Package compared puts solvers and references of a problem side by side: whether they
// agree, as a table, as CSV, as JSON and as a picture. It does not run them.
package compared

import (
	"math"

	"github.com/deepbsde/deepbsde/bsde/verdict"
	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/pde"
)

// Comparison is all that is known about one problem.
type Comparison struct {
	Problem    string
	Dim        int
	Identity   string // the problem with its dimension and changed parameters
	Parameters map[string]float64
	Rows       []Row
	Best       *Best // that the others are compared with, nil for none
}

// Best is the most exact reference.
type Best struct{ Value, StdErr float64 }

// Row is one solver or reference. Errors are in the units of the value, NaN where they are
// not known and 0 where there is none.
type Row struct {
	Name   string
	Solver bool
	Value  float64
	// Error is the half-width of the 95 % interval with all errors that the row states; of a
	// reference and of a policy's cost that is sampling, and for the latter training.
	Error    float64
	Sampling float64 // standard error
	Step     float64 // of the time discretisation
	Network  float64 // what an imperfect Z may have left
	Bias     float64 // of an imperfect Z as estimated, signed
	Training float64 // standard deviation over seeds beyond the sampling error; NaN for a single seed

	// Bound is lower or upper where the value is only a bound, "" elsewhere. Of a policy it is
	// the side on which the cost bounds the optimum.
	Bound        string
	Lower, Upper float64  // bounds of u that the row states beside its value, NaN for none
	Trust        string   // yes or no: of an equation's solver, whether all seeds can be trusted
	Reasons      []string // why not, of any seed

	Seconds    float64
	Failed     error
	Continuous bool // of a control problem in continuous time, not of its grid
}

// OfReference is the row of a value that no network gave; stderr is NaN where it is not
// stated.
func OfReference(name string, value, stderr float64) Row {
	return Row{Name: name, Value: value, Error: words.Normal95 * stderr, Sampling: stderr, Lower: math.NaN(), Upper: math.NaN()}
}

// IsReference is the word for the row that the others are compared with.
const IsReference = "reference"

// verdict is what the row and the best reference come to: agrees, disagrees or undecided,
// IsReference for that reference itself, "" where there is nothing to compare.
func (c *Comparison) verdict(r Row) string {
	if c.Best == nil || r.Failed != nil || r.Continuous {
		return ""
	}
	if !r.Solver && r.Bound == "" && r.Value == c.Best.Value && r.Sampling == c.Best.StdErr {
		return IsReference
	}
	best := verdict.Claim{Value: c.Best.Value, Error: words.Normal95 * c.Best.StdErr}
	claim := verdict.Claim{Value: r.Value, Error: r.Error, Doubt: r.Trust == "no"}
	if r.Solver && r.Bound != "" { // a policy as good as the optimum is more than a bound
		if v := verdict.Compare(claim, best).Verdict; v != verdict.Disagrees {
			return v.String()
		}
	}
	claim.Bound = map[string]pde.Bound{"lower": pde.Lower, "upper": pde.Upper}[r.Bound]
	return verdict.Compare(claim, best).Verdict.String()
}

// relative is the relative error of the row's value, NaN where it is not one.
func (c *Comparison) relative(r Row) float64 {
	if c.Best == nil || r.Failed != nil {
		return math.NaN()
	}
	return words.RelativeError(r.Value, c.Best.Value)
}
