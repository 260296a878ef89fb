package bsde

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/deepbsde/deepbsde/bsde/verdict"
	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/pde"
)

// equationBlock is the numbers of the result of an equation: the answer with one error,
// the parts of that, what bounds it, and whether it can be trusted.
func (s *Report) equationBlock() words.Block {
	r, digits := s.Result, s.digits()
	var b words.Block
	b.Line("u(0, x0)", words.PlusMinus(r.Value, r.Error, r.StdErr), s.headline())
	b.Known("sampling", r.StdErr, words.Short(r.StdErr), "standard error")
	b.Known("time step", r.DiscretizationError, "± "+words.Short(r.DiscretizationError),
		fmt.Sprintf("discretisation error left by %d steps", r.Settings.Steps))
	b.Line("network", s.network(), s.networkRemark())
	s.boundLines(&b)
	s.trustLines(&b)
	if p, planned := r.Method.(Planner); planned && r.Settings.Chosen != "" {
		b.Line("method", p.Name(), r.Settings.Chosen)
	}
	if r.Missed != "" {
		b.Line("accuracy", "missed", fmt.Sprintf("%g of the value was asked for: %s", r.Accuracy, r.Missed))
	} else if r.Accuracy > 0 {
		b.Line("accuracy", "reached", fmt.Sprintf("%g of the value was asked for", r.Accuracy))
	}
	if r.Retried != "" {
		b.Line("attempts", strconv.Itoa(r.Attempts), r.Retried)
	}
	b.Known("residual ratio", r.ResidualRatio, words.Percent(r.ResidualRatio), "of the spread that Z = 0 leaves")
	b.Known("trained Y0", r.Trained, words.ToError(r.Trained, digits), "as the optimiser left it, for comparison")
	s.referenceLines(&b)
	if g := words.Finite(r.Gradient); g != nil {
		b.Line("gradient", words.Vector(g), slopeErrors(r))
	} else if words.Known(r.StdErr) && r.Status != Cancelled && r.Settings.Gradient != Nothing {
		b.Line("gradient", "unknown", cmp.Or(r.NoGradient, "a derivative on the paths is not finite, as that of sqrt at 0"))
	}
	if words.Known(r.RegionError) {
		b.Line("over the start", words.Short(r.RegionError), "root mean square error of the trained u(0, ·) there, below "+words.Short(r.RegionErrorBound)+" with 95 % confidence")
	}
	if r.Status != IterationLimit && r.Status != Converged {
		b.Line("status", r.Status.String(), r.StatusAdvice())
	}
	return b
}

// referenceLines are the reference, and how far the answer is from it.
func (s *Report) referenceLines(b *words.Block) {
	ref := s.Reference
	if ref == nil {
		b.Line("reference", "none at hand", s.MayHave)
		return
	}
	b.Line("reference", verdict.Digits(ref, s.digits()), verdict.Origin(ref))
	b.Known("relative error", s.RelativeError(), words.Percent(s.RelativeError()), "")
}

// HardlyTrained tells whether the network explains so little that its bias estimate is
// rough, where no reason says more. Where f is linear there is no bias.
func (s *Report) HardlyTrained() bool {
	p, known := s.Problem.(pde.Problem)
	return NetworkOf(s.Result.Method) != "" && s.Result.ResidualRatio > unexplained && known && p.Generator != nil && s.Result.NetworkError != 0 && len(s.Result.Reasons) == 0
}

// unexplained is the residual ratio above which the report warns.
const unexplained = 0.8

// network is the error that an imperfect Z may have left.
func (s *Report) network() string {
	if !words.Known(s.Result.NetworkError) {
		return "unknown"
	}
	return "± " + words.Short(s.Result.NetworkError)
}

// networkRemark is the bias as estimated, whether or not it was small enough to be
// subtracted.
func (s *Report) networkRemark() string {
	r := s.Result
	switch {
	case words.Known(r.NetworkBias) && s.Earlier:
		return "estimated bias " + words.Bias(r.NetworkBias, r.StdErr) + ", subtracted"
	case words.Known(r.NetworkBias):
		return "estimated bias " + words.Bias(r.NetworkBias, r.StdErr) + ", from an imperfect Z in a nonlinear f"
	case words.Known(r.StdErr):
		return "the time step hides the bias; more steps would show it"
	}
	return ""
}

// slopeErrors are the errors of a gradient in words.
func slopeErrors(r *Result) string {
	var parts []string
	if e := words.Finite(r.GradientStdErr); len(e) > 0 {
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
