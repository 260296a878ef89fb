package main

import (
	"math"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/words"
	"github.com/deepbsde/deepbsde/pde"
)

// comparison is all that is known about one problem.
type comparison struct {
	*member
	rows []comparedRow
	best *pde.Reference // that the others are compared with, nil for none
}

// comparedRow is one solver or reference. Errors are in the units of the value, NaN
// where they are not known and 0 where there is none.
type comparedRow struct {
	name     string
	solver   bool
	value    float64
	sampling float64 // standard error
	step     float64 // of the time discretisation
	training float64 // standard deviation over seeds beyond the sampling error; NaN for a single seed
	bias     float64 // of the network, already subtracted
	bound    pde.Bound
	seconds  float64
	failed   error

	continuous bool // of a control problem in continuous time, not of its grid
}

// halfWidth is that of the 95 % interval with everything that is known of the errors:
// sampling, time step, network bias and the scatter of the training.
func (r comparedRow) halfWidth() float64 {
	sum := 1.96 * r.sampling
	for _, e := range []float64{r.step, math.Abs(r.bias), r.training} {
		if words.Known(e) {
			sum += e
		}
	}
	return sum
}

// consistent tells whether the row agrees with the best reference: whether their
// intervals meet, or for a bound whether it is on its side.
func (c *comparison) consistent(r comparedRow) string {
	if c.best == nil || r.failed != nil || r.continuous || !words.Known(r.value) || !words.Known(r.sampling) {
		return ""
	}
	distance, slack := r.value-c.best.Value, r.halfWidth()+1.96*c.best.StdErr+1e-9*math.Abs(c.best.Value)
	ok := math.Abs(distance) <= slack
	switch r.bound {
	case pde.Lower:
		ok = distance <= slack
	case pde.Upper:
		ok = distance >= -slack
	}
	if ok {
		return "yes"
	}
	return "no"
}

// relative is the relative error of the row's value, NaN where it is not one.
func (c *comparison) relative(r comparedRow) float64 {
	if c.best == nil || r.failed != nil {
		return math.NaN()
	}
	return relativeError(r.value, c.best)
}
