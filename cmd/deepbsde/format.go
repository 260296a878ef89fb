package main

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// toError prints x with the digits that its error justifies: up to the second
// significant one of err. An unknown or zero err gives six significant digits.
func toError(x, err float64) string {
	if !(err > 0) || math.IsInf(err, 1) {
		return strconv.FormatFloat(x, 'g', 6, 64)
	}
	decimals := max(1-exponent(err), 0)
	if e := exponent(math.Max(math.Abs(x), err)); e < -5 || e > 9 {
		return strconv.FormatFloat(x, 'e', max(exponent(x)-exponent(err)+1, 1), 64)
	}
	return strconv.FormatFloat(x, 'f', decimals, 64)
}

// exponent is that of the leading digit of x in decimal notation as printed
// with two digits, so that 0.0999 has that of 0.10.
func exponent(x float64) int {
	_, e, _ := strings.Cut(strconv.FormatFloat(x, 'e', 1, 64), "e")
	n, _ := strconv.Atoi(e)
	return n
}

// short prints x with two significant digits.
func short(x float64) string { return significant(x, 2) }

// significant prints x with n significant digits, trailing zeros among them,
// without an exponent where that stays readable.
func significant(x float64, n int) string {
	if e := exponent(x); x != 0 && (e < -5 || e > 6) {
		return strconv.FormatFloat(x, 'e', n-1, 64)
	}
	decimals := 0
	if x != 0 {
		decimals = max(n-1-exponent(x), 0)
	}
	return strconv.FormatFloat(x, 'f', decimals, 64)
}

// exact prints x with at most ten significant digits and no trailing zeros.
func exact(x float64) string { return strconv.FormatFloat(x, 'g', 10, 64) }

// percent prints a ratio with two significant digits.
func percent(x float64) string { return short(100*x) + " %" }

// seconds prints a duration to the tenth of a second, a short one to the hundredth.
func seconds(d time.Duration) string {
	decimals := 1
	if d < time.Second {
		decimals = 2
	}
	return strconv.FormatFloat(d.Seconds(), 'f', decimals, 64) + " s"
}

// known tells whether x is a number.
func known(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
