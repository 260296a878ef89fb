package figure

import (
	"math"
	"testing"
)

// TestBands: round edges that cover the values, each with a name.
func TestBands(t *testing.T) {
	for _, c := range []struct{ lo, hi float64 }{{0.17, 0.83}, {-1, 1}, {0, 0}, {1e-9, 2e-9}, {1e6, 1.1e6}, {3, 3.0001}} {
		b, err := newBands(c.lo, c.hi)
		if err != nil {
			t.Fatal(err)
		}
		last := len(b.edges) - 1
		if b.edges[0] > c.lo || b.edges[last] < c.hi || len(b.palette.list) != last || last > 14 {
			t.Errorf("%g … %g: edges %g", c.lo, c.hi, b.edges)
		}
	}
	if _, err := newBands(math.Inf(1), math.Inf(-1)); err == nil {
		t.Error("no error where no value is known")
	}
}
