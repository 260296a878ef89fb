package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/words"
)

// equationBlock is the numbers of the result of an equation.
func (s *Report) equationBlock() words.Block {
	r := s.Result
	var b words.Block
	b.Known("u(0, x0)", r.Value, words.ToError(r.Value, r.StdErr), "")
	b.Known("95 % interval", r.StdErr, words.Between(r.CI95[0], r.CI95[1], r.StdErr),
		"sampling error alone; standard error "+words.Short(r.StdErr))
	b.Known("time step", r.DiscretizationError, "± "+words.Short(r.DiscretizationError),
		fmt.Sprintf("discretisation error left by %d steps", r.Settings.Steps))
	if words.Known(r.StdErr) && !words.Known(r.NetworkBias) {
		b.Line("network bias", "unknown", "the time step hides it; more steps would show it")
	} else {
		b.Known("network bias", r.NetworkBias, words.Bias(r.NetworkBias, r.StdErr), "from an imperfect Z in a nonlinear f; already subtracted")
	}
	b.Known("trained Y0", r.Trained, words.ToError(r.Trained, r.StdErr), "as the optimiser left it, for comparison")
	b.Known("residual ratio", r.ResidualRatio, words.Percent(r.ResidualRatio), "of the spread that Z = 0 leaves")
	if ref := s.Reference; ref == nil {
		b.Line("reference", "none known for this dimension and these parameters", mayHave(s.ReferenceCommand()))
	} else {
		b.Line("reference", ReferenceDigits(ref, r.StdErr), Origin(ref))
		b.Known("relative error", relativeError(r.Value, ref), words.Percent(relativeError(r.Value, ref)), "")
	}
	if g := words.Finite(r.Gradient); g != nil {
		b.Line("gradient", words.Vector(g), slopeErrors(r))
	} else if words.Known(r.StdErr) && r.Status != bsde.Cancelled {
		b.Line("gradient", "unknown", "a derivative on the paths is not finite, as that of sqrt at 0")
	}
	if words.Known(r.RegionError) {
		b.Line("over the start", words.Short(r.RegionError), "root mean square error of the trained u(0, ·) there, below "+words.Short(r.RegionErrorBound)+" with 95 % confidence")
	}
	if r.Status != bsde.IterationLimit {
		b.Line("status", r.Status.String(), r.Status.Advice())
	}
	return b
}

// HardlyTrained tells whether the network explains so little that its bias estimate is
// rough.
func (s *Report) HardlyTrained() bool {
	return bsde.NetworkOf(s.Result.Method) != "" && s.Result.ResidualRatio > unexplained && s.Problem.Generator != nil
}

// unexplained is the residual ratio above which the report warns.
const unexplained = 0.8

// Verdict says where the reference lies with respect to the interval, and to the
// interval widened by the errors that it does not cover; "" where there is nothing to say.
func (s *Report) Verdict() string {
	r, ref := s.Result, s.Reference
	if r.Control != nil || ref == nil || !words.Known(r.Value) || !words.Known(r.StdErr) {
		return ""
	}
	lo, hi := r.CI95[0], r.CI95[1]
	inside := func() bool { return lo <= ref.Value && ref.Value <= hi }
	if inside() {
		return "The reference lies in the 95 % interval."
	}
	var by, unknown []string
	for _, e := range []struct {
		name string
		size float64
	}{
		{"time step", r.DiscretizationError},
		{"network bias", r.NetworkBias},
		{"the reference's own error", 1.96 * ref.StdErr},
	} {
		switch size := math.Abs(e.size); {
		case !words.Known(size):
			unknown = append(unknown, e.name)
		case size > 0:
			lo, hi = lo-size, hi+size
			by = append(by, e.name)
		}
	}
	var sentence string
	switch widened := words.Enumerate(by); {
	case len(by) == 0:
		sentence = "The reference lies outside the 95 % interval"
	case inside():
		sentence = "The reference lies in the 95 % interval widened by " + widened + ", " + words.Between(lo, hi, r.StdErr)
	default:
		sentence = "The reference lies outside the 95 % interval, even widened by " + widened + " to " + words.Between(lo, hi, r.StdErr)
	}
	if len(unknown) > 0 && !inside() {
		sentence += "; unknown: " + words.Enumerate(unknown)
	}
	return sentence + "."
}

// slopeErrors are the errors of a gradient in words.
func slopeErrors(r *bsde.Result) string {
	var parts []string
	if e := words.Finite(r.GradientStdErr); e != nil {
		parts = append(parts, "standard error up to "+words.Short(slices.Max(e)))
	}
	if step := r.GradientDiscretization; words.Known(step) && step > 0 {
		parts = append(parts, "time step ± "+words.Short(step))
	}
	if b := r.GradientNetworkBias; words.Known(b) && b > 0 {
		parts = append(parts, "network ± "+words.Short(b))
	}
	return strings.Join(parts, ", ")
}
