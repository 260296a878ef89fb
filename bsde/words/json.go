package words

import "math"

// Number is x for JSON: nil, and so absent with omitempty, where x is not known.
func Number(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

// Finite is x, or nil if a component is not known.
func Finite(x []float64) []float64 {
	for _, v := range x {
		if Number(v) == nil {
			return nil
		}
	}
	return x
}
