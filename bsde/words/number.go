// Package words puts numbers into words as people read them: with the digits that their
// error justifies, as cells of a table, as lines of a report. It knows nothing of
// problems and runs; every other room may use it.
package words

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// ToError prints x with the digits that its error justifies: up to the second
// significant one of err. An unknown or zero err gives six significant digits.
func ToError(x, err float64) string {
	if !(err > 0) || math.IsInf(err, 1) {
		return strconv.FormatFloat(x, 'g', 6, 64)
	}
	decimals := max(1-Exponent(err), 0)
	if e := Exponent(math.Max(math.Abs(x), err)); e < -5 || e > 9 {
		return strconv.FormatFloat(x, 'e', max(Exponent(x)-Exponent(err)+1, 1), 64)
	}
	return strconv.FormatFloat(x, 'f', decimals, 64)
}

// Normal95 is how many standard errors the 95 % interval reaches to either side.
const Normal95 = 1.96

// PlusMinus is x with its error, "unknown" for what is not known. The digits of x are those
// that the error justifies, or where it is not known those that the other one does.
func PlusMinus(x, err, other float64) string {
	switch {
	case !Known(x):
		return "unknown"
	case !Known(err):
		return ToError(x, other) + " ± unknown"
	}
	return ToError(x, err) + " ± " + Short(err)
}

// Floor is ToError rounded down, so that a lower bound stays one.
func Floor(x, err float64) string {
	s := ToError(x, err)
	if v, parsed := strconv.ParseFloat(s, 64); parsed == nil && v > x {
		return ToError(x-lastDigit(x, err), err)
	}
	return s
}

// Ceil is ToError rounded up, so that an upper bound stays one.
func Ceil(x, err float64) string {
	s := ToError(x, err)
	if v, parsed := strconv.ParseFloat(s, 64); parsed == nil && v < x {
		return ToError(x+lastDigit(x, err), err)
	}
	return s
}

// lastDigit is a one in the last place that ToError prints.
func lastDigit(x, err float64) float64 {
	if !(err > 0) || math.IsInf(err, 1) {
		return math.Pow10(Exponent(x) - 5)
	}
	place := Exponent(err) - 1
	if e := Exponent(math.Max(math.Abs(x), err)); e < -5 || e > 9 {
		place = min(place, Exponent(x)-1) // one decimal at least
	} else {
		place = min(place, 0)
	}
	return math.Pow10(place)
}

// Exponent is that of the leading digit of x in decimal notation as printed
// with two digits, so that 0.0999 has that of 0.10.
func Exponent(x float64) int {
	_, e, _ := strings.Cut(strconv.FormatFloat(x, 'e', 1, 64), "e")
	n, _ := strconv.Atoi(e)
	return n
}

// Short prints x with two significant digits.
func Short(x float64) string { return Significant(x, 2) }

// Significant prints x with n significant digits, trailing zeros among them,
// without an exponent where that stays readable.
func Significant(x float64, n int) string {
	if e := Exponent(x); x != 0 && (e < -5 || e > 6) {
		return strconv.FormatFloat(x, 'e', n-1, 64)
	}
	decimals := 0
	if x != 0 {
		decimals = max(n-1-Exponent(x), 0)
	}
	return strconv.FormatFloat(x, 'f', decimals, 64)
}

// Exact prints x with at most ten significant digits and no trailing zeros.
func Exact(x float64) string { return strconv.FormatFloat(x, 'g', 10, 64) }

// Percent prints a ratio with two significant digits.
func Percent(x float64) string { return Short(100*x) + " %" }

// Seconds prints a duration to the tenth of a second, a short one to the hundredth.
func Seconds(d time.Duration) string {
	decimals := 1
	if d < time.Second {
		decimals = 2
	}
	return strconv.FormatFloat(d.Seconds(), 'f', decimals, 64) + " s"
}

// Known tells whether x is a number.
func Known(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// Reference prints a value with the digits that help to judge another one, whose standard
// error is beside, and never more than its own error justifies or ten.
func Reference(value, stderr, beside float64) string {
	best := Exact(value)
	for _, err := range []float64{stderr, beside / 10} {
		if cut := ToError(value, err); err > 0 && len(cut) < len(best) {
			best = cut
		}
	}
	return best
}

// RelativeError is |value − reference| / |reference|.
func RelativeError(value, reference float64) float64 {
	return math.Abs(value-reference) / math.Abs(reference)
}
