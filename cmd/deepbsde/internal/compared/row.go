// Package compared puts solvers and references of a problem side by side: whether they
// agree, as a table, as CSV, as JSON and as a picture. It does not run them.
package compared

import (
	"math"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/words"
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
	Name     string
	Solver   bool
	Value    float64
	Sampling float64 // standard error
	Step     float64 // of the time discretisation
	Training float64 // standard deviation over seeds beyond the sampling error; NaN for a single seed
	Bias     float64 // of the network, already subtracted
	Bound    string  // lower or upper, "" where the value is none
	Seconds  float64
	Failed   error

	Continuous bool // of a control problem in continuous time, not of its grid
}

// HalfWidth is that of the 95 % interval with everything that is known of the errors:
// sampling, time step, network bias and the scatter of the training.
func (r Row) HalfWidth() float64 {
	sum := 1.96 * r.Sampling
	for _, e := range []float64{r.Step, math.Abs(r.Bias), r.Training} {
		if words.Known(e) {
			sum += e
		}
	}
	return sum
}

// consistent tells whether the row agrees with the best reference: whether their
// intervals meet, or for a bound whether it is on its side.
func (c *Comparison) consistent(r Row) string {
	if c.Best == nil || r.Failed != nil || r.Continuous || !words.Known(r.Value) || !words.Known(r.Sampling) {
		return ""
	}
	distance, slack := r.Value-c.Best.Value, r.HalfWidth()+1.96*c.Best.StdErr+1e-9*math.Abs(c.Best.Value)
	ok := math.Abs(distance) <= slack
	switch r.Bound {
	case "lower":
		ok = distance <= slack
	case "upper":
		ok = distance >= -slack
	}
	if ok {
		return "yes"
	}
	return "no"
}

// relative is the relative error of the row's value, NaN where it is not one.
func (c *Comparison) relative(r Row) float64 {
	if c.Best == nil || r.Failed != nil {
		return math.NaN()
	}
	return words.RelativeError(r.Value, c.Best.Value)
}
