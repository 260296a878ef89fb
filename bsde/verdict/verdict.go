// Package verdict decides whether an answer and a reference agree, within the errors that
// both state. Every command that puts an answer beside a reference asks it.
package verdict

import (
	"math"

	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/pde"
)

// Verdict is what a comparison came to.
type Verdict string

// The verdicts. Undecided is neither: nothing contradicts, and nothing could have.
const (
	Agrees    Verdict = "agrees"
	Disagrees Verdict = "disagrees"
	Undecided Verdict = "undecided"
)

// String is the verdict in one word.
func (v Verdict) String() string { return string(v) }

// Telling is how large the errors together may be, relative to the larger of the two
// values, for the values to agree. Wider intervals meet whatever is beside them: that they
// do says nothing.
const Telling = 0.05

// rounding is what two programs may do to the last digits of the same number, relative to
// it, beyond the errors that they state.
const rounding = 1e-9

// Claim is what an answer or a reference says of u.
type Claim struct {
	Value float64
	Error float64   // half-width of the 95 % interval, all errors together; NaN where not known
	Bound pde.Bound // whether u is only said to lie above the value (Lower) or below it (Upper)
	Doubt bool      // it says of itself that it is not to be trusted
}

// Of is the claim of a reference. One that is known as an interval has the middle as its
// value, and half the interval as its error.
func Of(r *pde.Reference) Claim {
	if r.Interval() {
		return Claim{Value: (r.Lower + r.Upper) / 2, Error: (r.Upper - r.Lower) / 2}
	}
	return Claim{Value: r.Value, Error: words.Normal95 * r.StdErr, Bound: r.Bound}
}

// OfAnswer is the claim of an estimate of u.
func OfAnswer(e *estimate.Estimate) Claim {
	return Claim{Value: e.Value, Error: e.Error, Doubt: !e.Trusted()}
}

// states tells whether the claim is one that can be held against it.
func (c Claim) states() bool {
	return words.Known(c.Value) && words.Known(c.Error) && !c.Doubt
}

// Finding is a verdict with the numbers that it rests on.
type Finding struct {
	Verdict
	Distance float64 // of the two values
	Width    float64 // the errors of both together
	why      string  // of Undecided
}

// Compare holds an answer against a reference.
func Compare(answer, reference Claim) Finding {
	f := Finding{Verdict: Undecided, Distance: math.Abs(answer.Value - reference.Value), Width: answer.Error + reference.Error}
	switch {
	case !words.Known(answer.Value):
		f.why = "there is no answer"
		return f
	case !answer.states():
		f.why = "the answer states no error that can be trusted"
		return f
	case !reference.states():
		f.why = "it states no error itself"
		return f
	}
	size := math.Max(math.Abs(answer.Value), math.Abs(reference.Value))
	apart := f.Distance > f.Width+rounding*size
	below, above := answer.Value < reference.Value, answer.Value > reference.Value
	switch {
	case apart && below && answer.Bound != pde.Lower && reference.Bound != pde.Upper,
		apart && above && answer.Bound != pde.Upper && reference.Bound != pde.Lower:
		f.Verdict = Disagrees
	case reference.Bound != pde.Neither:
		f.why = "it is " + side(reference.Bound) + ", which the answer keeps"
	case answer.Bound != pde.Neither:
		f.why = "the answer is " + side(answer.Bound) + ", which it keeps"
	case f.Width > Telling*size+rounding*size:
		f.why = "the errors of both together are " + words.Short(f.Width) + ", too wide to tell (more than " + words.Exact(100*Telling) + " % of the value)"
	default:
		f.Verdict = Agrees
	}
	return f
}

func side(b pde.Bound) string {
	if b == pde.Lower {
		return "a lower bound"
	}
	return "an upper bound"
}

// Sentence says it of the reference.
func (f Finding) Sentence() string {
	apart := ": the answer is " + words.Short(f.Distance) + " away from it, and the errors of both together are " + words.Short(f.Width) + "."
	switch f.Verdict {
	case Agrees:
		return "The reference agrees" + apart
	case Disagrees:
		return "The reference disagrees" + apart
	}
	return "The reference leaves it undecided: " + f.why + "."
}

// Covers tells whether the interval of the answer meets that of the reference, however wide
// they are: what coverage counts. An error that is not known covers nothing.
func Covers(answer, reference Claim) bool {
	answer.Doubt, reference.Doubt = false, false
	return answer.states() && reference.states() && Compare(answer, reference).Verdict != Disagrees
}
