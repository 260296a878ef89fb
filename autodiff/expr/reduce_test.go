package expr

import (
	"math"
	"testing"
)

// TestExtreme: the first of equal numbers, and a NaN wherever it is.
func TestExtreme(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		x            []float64
		largest, min int
	}{
		{[]float64{3}, 0, 0},
		{[]float64{1, 5, 5, -2, -2}, 1, 3},
		{[]float64{nan, 7, 1}, 0, 0},
		{[]float64{2, nan, 9}, 1, 1},
		{[]float64{2, 1, nan}, 2, 2},
		{[]float64{0, math.Copysign(0, -1)}, 0, 0},
		{[]float64{0, math.Inf(1), math.Inf(-1)}, 1, 2},
	} {
		if k, l := Extreme(OpMaxComp, c.x), Extreme(OpMinComp, c.x); k != c.largest || l != c.min {
			t.Errorf("%v: largest %d, smallest %d, want %d, %d", c.x, k, l, c.largest, c.min)
		}
	}
}
