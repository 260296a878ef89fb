package words

import (
	"math"
	"testing"
	"time"
)

func TestToError(t *testing.T) {
	for _, c := range []struct {
		x, err float64
		want   string
	}{
		{4.589912, 0.00042, "4.58991"},
		{4.589912, 0.0999, "4.59"},
		{4.589912, 0.00996, "4.590"}, // 0.0100
		{57.30012, 1.3, "57.3"},
		{57.30012, 13, "57"},
		{57312, 130, "57312"},
		{0.0527813571, 4.6e-9, "0.0527813571"},
		{1.234e-8, 1.2e-10, "1.234e-08"},
		{1.234e-8, 3e-3, "0.0000"},
		{0, 0.01, "0.000"},
		{1.5, 0, "1.5"},
		{1.5, math.NaN(), "1.5"},
		{1.23456789, math.Inf(1), "1.23457"},
		{3.25e12, 1e10, "3.250e+12"},
	} {
		if got := ToError(c.x, c.err); got != c.want {
			t.Errorf("ToError(%g, %g) = %s, want %s", c.x, c.err, got, c.want)
		}
	}
}

func TestSignificant(t *testing.T) {
	for _, c := range []struct {
		x    float64
		n    int
		want string
	}{
		{0.00042, 2, "0.00042"}, {0.5, 2, "0.50"}, {12.3, 2, "12"}, {1234, 2, "1234"}, {0, 3, "0"},
		{9.99, 2, "10"}, {-0.0123456, 3, "-0.0123"}, {1.5e-9, 2, "1.5e-09"}, {2.5e9, 2, "2.5e+09"},
	} {
		if got := Significant(c.x, c.n); got != c.want {
			t.Errorf("Significant(%g, %d) = %s, want %s", c.x, c.n, got, c.want)
		}
	}
}

func TestSeconds(t *testing.T) {
	for d, want := range map[time.Duration]string{
		4230 * time.Millisecond: "4.2 s", 42 * time.Millisecond: "0.04 s", 90 * time.Second: "90.0 s",
	} {
		if got := Seconds(d); got != want {
			t.Errorf("Seconds(%v) = %s, want %s", d, got, want)
		}
	}
}

func TestPlusMinus(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		x, err, other float64
		want          string
	}{
		{15.3812, 0.0871, 0.01, "15.381 ± 0.087"},
		{4.589912, 0.0012, nan, "4.5899 ± 0.0012"},
		{0.5, 0, nan, "0.5 ± 0"},
		{15.3812, nan, 0.05, "15.381 ± unknown"},
		{15.3812, math.Inf(1), nan, "15.3812 ± unknown"},
		{nan, 0.1, 0.1, "unknown"},
		{-0.965, 0.00031, nan, "-0.96500 ± 0.00031"},
	} {
		if got := PlusMinus(c.x, c.err, c.other); got != c.want {
			t.Errorf("PlusMinus(%g, %g, %g) = %s, want %s", c.x, c.err, c.other, got, c.want)
		}
	}
}

// TestFloorAndCeil: a bound in words is never tighter than the bound, and hardly looser.
func TestFloorAndCeil(t *testing.T) {
	for _, c := range []struct {
		x, err      float64
		floor, ceil string
	}{
		{15.3019, 0.09, "15.301", "15.302"},
		{15.3, 0.09, "15.300", "15.300"},
		{-15.3019, 0.09, "-15.302", "-15.301"},
		{57.34, 13, "57", "58"},
		{57312.6, 1300, "57312", "57313"},
		{1.2346e-8, 1.2e-10, "1.234e-08", "1.235e-08"},
		{3.2512e12, 1e10, "3.251e+12", "3.252e+12"},
		{1.23456789, math.NaN(), "1.23456", "1.23457"},
		{0.00123456789, 0, "0.00123456", "0.00123457"},
	} {
		if floor, ceil := Floor(c.x, c.err), Ceil(c.x, c.err); floor != c.floor || ceil != c.ceil {
			t.Errorf("%g to %g: %s and %s, want %s and %s", c.x, c.err, floor, ceil, c.floor, c.ceil)
		}
	}
}

func TestPart(t *testing.T) {
	for x, want := range map[float64]string{0: "", 0.0123: "0.012", math.Inf(1): "unknown"} {
		if got := Part(x); got != want {
			t.Errorf("Part(%g) = %q, want %q", x, got, want)
		}
	}
	if got := Part(math.NaN()); got != "unknown" {
		t.Errorf("Part(NaN) = %q", got)
	}
}
