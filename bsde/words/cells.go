package words

import (
	"math"
	"strconv"
)

// Full is x with all its digits.
func Full(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// Plain is x with ten digits, nothing where it is not known.
func Plain(x float64) string {
	if !Known(x) {
		return ""
	}
	return Exact(x)
}

// Seven is x with seven digits, nothing where it is not known.
func Seven(x float64) string {
	if !Known(x) {
		return ""
	}
	return strconv.FormatFloat(x, 'g', 7, 64)
}

// Size is an error or a duration in two digits, nothing where it is 0 or not known.
func Size(x float64) string {
	if x == 0 || !Known(x) {
		return ""
	}
	return Short(x)
}

// Part is one of the errors of an answer in two digits: "unknown" where it is not known,
// nothing where there is none.
func Part(x float64) string {
	if !Known(x) {
		return "unknown"
	}
	return Size(x)
}

// Slight is Part where it counts beside the error of everything, "negligible" where it does
// not, as a bias of rounding alone.
func Slight(x, all float64) string {
	if x > 0 && x <= all/1000 {
		return "negligible"
	}
	return Part(x)
}

// PercentOrNothing is a ratio in per cent, nothing where it is NaN.
func PercentOrNothing(x float64) string {
	if math.IsNaN(x) {
		return ""
	}
	return Percent(x)
}
