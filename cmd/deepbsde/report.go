package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/pde"
)

// report is the result as people read it: a heading and one line for each
// number, with what it covers.
func report(m *member, r *bsde.Result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s; %s with the network %s, %d iterations and %d paths in %s, seed %d\n\n%s", m.family.Title,
		identity(m), r.Method.Name(), r.Method.Network.Name(), r.Iterations, r.Paths, seconds(r.Elapsed), r.Settings.Seed, resultBlock(m, r))
	if ref := m.problem.Reference; ref != nil && known(r.Value) && known(r.StdErr) {
		b.WriteString("\n" + verdict(r, ref) + "\n")
	}
	if hardlyTrained(m, r) {
		b.WriteString("\nThe network explains almost nothing of the terminal value: the bias estimate is\n" +
			"rough where f is nonlinear. Try more iterations or a wider network.\n")
	}
	return b.String()
}

// resultBlock is the numbers of a result.
func resultBlock(m *member, r *bsde.Result) block {
	var b block
	b.known("u(0, x0)", r.Value, toError(r.Value, r.StdErr), "")
	b.known("95 % interval", r.StdErr, between(r.CI95[0], r.CI95[1], r.StdErr),
		"sampling error alone; standard error "+short(r.StdErr))
	b.known("time step", r.DiscretizationError, "± "+short(r.DiscretizationError),
		fmt.Sprintf("discretisation error left by %d steps", r.Settings.Steps))
	if known(r.StdErr) && !known(r.NetworkBias) {
		b.line("network bias", "unknown", "the time step hides it; more steps would show it")
	} else {
		b.known("network bias", r.NetworkBias, bias(r.NetworkBias, r.StdErr), "from an imperfect Z in a nonlinear f; already subtracted")
	}
	b.known("trained Y0", r.TrainedValue, toError(r.TrainedValue, r.StdErr), "as the optimiser left it, for comparison")
	b.known("residual ratio", r.ResidualRatio, percent(r.ResidualRatio), "of the spread that Z = 0 leaves")
	if ref := m.problem.Reference; ref == nil {
		b.line("reference", "none known for this dimension and these parameters", "")
	} else {
		b.line("reference", referenceDigits(ref, r.StdErr), origin(ref))
		b.known("relative error", relativeError(r.Value, ref), percent(relativeError(r.Value, ref)), "")
	}
	if g := finite(r.Gradient); g != nil {
		b.line("gradient", gradient(g), slopeErrors(r))
	} else if known(r.StdErr) && r.Status != bsde.Cancelled {
		b.line("gradient", "unknown", "a derivative on the paths is not finite, as that of sqrt at 0")
	}
	if known(r.RegionError) {
		b.line("over the start", short(r.RegionError), "root mean square error of the trained u(0, ·) there, below "+short(r.RegionErrorBound)+" with 95 % confidence")
	}
	if r.Status != bsde.IterationLimit {
		b.line("status", r.Status.String(), r.Status.Advice())
	}
	return b
}

// hardlyTrained tells whether the network explains so little that its bias estimate is
// rough.
func hardlyTrained(m *member, r *bsde.Result) bool {
	return r.ResidualRatio > unexplained && m.problem.Generator != nil
}

// unexplained is the residual ratio above which the report warns.
const unexplained = 0.8

// block is lines in three columns: a label, a number and a remark.
type block []blockLine

type blockLine struct{ label, value, remark string }

func (b *block) line(label, value, remark string) {
	*b = append(*b, blockLine{label, value, remark})
}

// String is the lines as text.
func (b block) String() string {
	var text strings.Builder
	for _, l := range b {
		line := fmt.Sprintf("  %-15s  %s", l.label, l.value)
		if l.remark != "" {
			line += strings.Repeat(" ", max(40-utf8.RuneCountInString(line), 2)) + l.remark
		}
		text.WriteString(line + "\n")
	}
	return text.String()
}

// known is a line that says so where x is not known.
func (b *block) known(label string, x float64, value, remark string) {
	if known(x) {
		b.line(label, value, remark)
	} else {
		b.line(label, "unknown", "")
	}
}

// between is an interval with the digits that err justifies.
func between(lo, hi, err float64) string { return toError(lo, err) + " … " + toError(hi, err) }

// bias prints a signed error, unless it is nothing beside the standard error.
func bias(x, stderr float64) string {
	switch {
	case math.Abs(x) <= stderr/1000:
		return "negligible"
	case x > 0:
		return "+" + short(x)
	}
	return short(x)
}

// referenceDigits prints a reference with the digits that help to judge a value
// with the given standard error, and never more than the reference has or ten.
func referenceDigits(r *pde.Reference, stderr float64) string {
	best := exact(r.Value)
	for _, err := range []float64{r.StdErr, stderr / 10} {
		if cut := toError(r.Value, err); err > 0 && len(cut) < len(best) {
			best = cut
		}
	}
	return best
}

// origin is how a reference was found and where.
func origin(r *pde.Reference) string {
	s := r.Method
	if r.Source != "" {
		s += " (" + r.Source + ")"
	}
	if r.StdErr > 0 {
		s += ", ± " + short(r.StdErr)
	}
	return s
}

// verdict says where the reference lies with respect to the interval, and to the
// interval widened by the errors that it does not cover.
func verdict(r *bsde.Result, ref *pde.Reference) string {
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
		case !known(size):
			unknown = append(unknown, e.name)
		case size > 0:
			lo, hi = lo-size, hi+size
			by = append(by, e.name)
		}
	}
	var sentence string
	switch widened := enumerate(by); {
	case len(by) == 0:
		sentence = "The reference lies outside the 95 % interval"
	case inside():
		sentence = "The reference lies in the 95 % interval widened by " + widened + ", " + between(lo, hi, r.StdErr)
	default:
		sentence = "The reference lies outside the 95 % interval, even widened by " + widened + " to " + between(lo, hi, r.StdErr)
	}
	if len(unknown) > 0 && !inside() {
		sentence += "; unknown: " + enumerate(unknown)
	}
	return sentence + "."
}

// enumerate joins words with commas and a last "and".
func enumerate(words []string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}

// slopeErrors are the errors of a gradient in words.
func slopeErrors(r *bsde.Result) string {
	var words []string
	if e := finite(r.GradientStdErr); e != nil {
		words = append(words, "standard error up to "+short(slices.Max(e)))
	}
	if step := r.GradientDiscretization; known(step) && step > 0 {
		words = append(words, "time step ± "+short(step))
	}
	if b := r.GradientNetworkBias; known(b) && b > 0 {
		words = append(words, "network ± "+short(b))
	}
	return strings.Join(words, ", ")
}

// gradient prints up to six components in full, of more the norm and the first
// three.
func gradient(g []float64) string {
	parts := make([]string, 0, 6)
	for _, v := range g[:min(len(g), 6)] {
		parts = append(parts, significant(v, 3))
	}
	if len(g) <= 6 {
		return "(" + strings.Join(parts, ", ") + ")"
	}
	var sum float64
	for _, v := range g {
		sum += v * v
	}
	return fmt.Sprintf("(%s, …), norm %s", strings.Join(parts[:3], ", "), significant(math.Sqrt(sum), 3))
}
