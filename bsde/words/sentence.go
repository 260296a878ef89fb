package words

import (
	"fmt"
	"math"
	"strings"
)

// Between is an interval with the digits that err justifies.
func Between(lo, hi, err float64) string { return ToError(lo, err) + " … " + ToError(hi, err) }

// Bracket is what bounds a value from one side or both, "" where nothing does. Bounds are
// rounded away from it, so that they stay bounds.
func Bracket(lower, upper, err float64) string {
	switch low, high := Known(lower), Known(upper); {
	case low && high:
		return Floor(lower, err) + " … " + Ceil(upper, err)
	case low:
		return "≥ " + Floor(lower, err)
	case high:
		return "≤ " + Ceil(upper, err)
	}
	return ""
}

// Bias prints a signed error, unless it is nothing beside the standard error.
func Bias(x, stderr float64) string {
	switch {
	case math.Abs(x) <= stderr/1000:
		return "negligible"
	case x > 0:
		return "+" + Short(x)
	}
	return Short(x)
}

// Enumerate joins words with commas and a last "and".
func Enumerate(words []string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}

// Vector prints up to six components in full, of more the norm and the first
// three.
func Vector(g []float64) string {
	parts := make([]string, 0, shown)
	for _, v := range g[:min(len(g), shown)] {
		parts = append(parts, Significant(v, 3))
	}
	if len(g) <= shown {
		return "(" + strings.Join(parts, ", ") + ")"
	}
	var sum float64
	for _, v := range g {
		sum += v * v
	}
	return fmt.Sprintf("(%s, …), norm %s", strings.Join(parts[:3], ", "), Significant(math.Sqrt(sum), 3))
}

// Names are what the numbers of a Vector are called.
func Names(list []string) string {
	if len(list) <= shown {
		return strings.Join(list, "; ")
	}
	return strings.Join(list[:3], "; ") + "; …"
}

// shown is how many components are shown of a vector that is shown whole; of a longer one the first three are.
const shown = 6

// Shell is what a shell reads as the given word, but for characters that are not Printable.
func Shell(s string) string {
	if s == "" || strings.ContainsAny(s, " \t\n\"'\\$*?[]&;<>|()`!#~") {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return s
}

// Component is the name of component k where there are names, else its symbol with the
// number: x[0].
func Component(names []string, k int, symbol string) string {
	if k < len(names) {
		return names[k]
	}
	return fmt.Sprintf("%s[%d]", symbol, k)
}
