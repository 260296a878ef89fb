package verdict

import (
	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/pde"
)

// ContinuousTime ends the method of a reference that is not of the time grid.
const ContinuousTime = ", in continuous time"

// Digits prints a reference with the digits that help to judge a value with the given
// standard error, and never more than the reference has or ten.
func Digits(r *pde.Reference, stderr float64) string {
	if r.Interval() {
		return words.Between(r.Lower, r.Upper, r.StdErr)
	}
	return words.Reference(r.Value, r.StdErr, stderr)
}

// Origin is how a reference was found and where, with the half-width of its 95 % interval.
func Origin(r *pde.Reference) string {
	s := r.Method
	if r.Source != "" {
		s += " (" + r.Source + ")"
	}
	if r.StdErr > 0 && !r.Interval() {
		s += ", ± " + words.Short(words.Normal95*r.StdErr)
	}
	return s
}
