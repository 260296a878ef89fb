package points

import (
	"math"
	"testing"
)

// TestReach: a range is as far as the values go without the few at its ends, and has x0 in it.
func TestReach(t *testing.T) {
	var values []float64
	for i := range 1001 {
		values = append(values, float64(i)/100) // 0 to 10
	}
	for _, c := range []struct {
		values        []float64
		share, x0     float64
		low, high, by float64
	}{
		{values, 0.025, 5, 0.25, 9.75, 0.02},
		{values, 0.025, 0, 0, 9.75, 0.02}, // a store that begins empty
		{values, 0.005, 12, 0.05, 12, 0.02},
		{append([]float64{math.NaN(), math.Inf(1)}, values...), 0.025, 5, 0.25, 9.75, 0.02},
		{[]float64{3, 3}, 0.025, 3, 2, 4, 0},
		{nil, 0.025, 3, 2, 4, 0},
		{[]float64{-1e300, 1e300}, 0.025, 3, 2, 4, 0},
	} {
		if low, high := Reach(c.values, c.share, c.x0); math.Abs(low-c.low) > c.by || math.Abs(high-c.high) > c.by {
			t.Errorf("%d values, x0 = %g: %g to %g, want %g to %g", len(c.values), c.x0, low, high, c.low, c.high)
		}
	}
}
