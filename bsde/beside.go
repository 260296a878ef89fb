package bsde

import (
	"strings"

	"github.com/deepbsde/deepbsde/bsde/verdict"
	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/pde"
)

// Beside is the result as it is compared with a reference: of a policy in continuous time the numbers
// of its grid, where the reference is of the grid too or there is none.
func (r *Result) Beside(reference *pde.Reference) *Result {
	if r.Grid == nil || reference != nil && inTime(reference) {
		return r
	}
	on := *r
	g := r.Grid
	on.Value, on.StdErr, on.Lower, on.Upper = g.Value, g.StdErr, g.Lower, g.Upper
	on.Error, on.DiscretizationError, on.GridLoss = words.Normal95*g.StdErr, 0, 0
	on.CI95 = [2]float64{on.Value - on.Error, on.Value + on.Error}
	return &on
}

// inTime tells whether a reference is the value in continuous time, not on a grid.
func inTime(r *pde.Reference) bool { return strings.HasSuffix(r.Method, verdict.ContinuousTime) }
