package words

import (
	"math"
	"testing"
)

func TestReference(t *testing.T) {
	for _, c := range []struct {
		value, stderr, beside float64
		want                  string
	}{
		{4.590161724604869, 0, 0, "4.590161725"},
		{4.590161724604869, 0, 0.004, "4.59016"},
		{57.3, 0, 1e-5, "57.3"}, // no digits are made up
		{4.590161724604869, 0.002, 1e-6, "4.5902"},
		{4.590161724604869, 0, math.NaN(), "4.590161725"},
	} {
		if got := Reference(c.value, c.stderr, c.beside); got != c.want {
			t.Errorf("%g ± %g beside %g: %s, want %s", c.value, c.stderr, c.beside, got, c.want)
		}
	}
}

func TestVector(t *testing.T) {
	for _, c := range []struct {
		g    []float64
		want string
	}{
		{[]float64{0.25}, "(0.250)"},
		{[]float64{1, -2, 0.3, 4e-3, 5, 60}, "(1.00, -2.00, 0.300, 0.00400, 5.00, 60.0)"},
		{[]float64{1, 1, 1, 1, 1, 1, 1, 1, 1}, "(1.00, 1.00, 1.00, …), norm 3.00"},
	} {
		if got := Vector(c.g); got != c.want {
			t.Errorf("Vector(%v) = %s, want %s", c.g, got, c.want)
		}
	}
}

func TestBracket(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		lower, upper float64
		want         string
	}{
		{15.3019, 15.4481, "15.301 … 15.449"}, {15.3019, nan, "≥ 15.301"}, {nan, 15.4481, "≤ 15.449"}, {nan, nan, ""}, {math.Inf(-1), 1, "≤ 1.000"},
	} {
		if got := Bracket(c.lower, c.upper, 0.09); got != c.want {
			t.Errorf("from %g to %g: %q, want %q", c.lower, c.upper, got, c.want)
		}
	}
}
