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
