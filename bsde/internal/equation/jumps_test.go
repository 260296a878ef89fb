package equation

import (
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// TestJumpsIn: comparisons between equal branches are no jumps, and what changes between none of the points may be one.
func TestJumpsIn(t *testing.T) {
	x, now := expr.Input("x", 2), expr.Input("t", 1)
	a, b := x.At(0), x.At(1)
	zero, half := expr.Const(0), expr.Const(0.5)
	points := func() ([][2][][]float64, error) {
		return [][2][][]float64{{{{0, 0}}, {{1, 0.2}}}, {{{0.3, -1}}, {{0.7, 1}}}}, nil
	}
	for _, c := range []struct {
		name string
		out  expr.Value
		want bool
	}{
		{"maximum", a.Max(b), false},
		{"absolute value", a.Sub(half).Abs(), false},
		{"continuous choice", expr.Select(a.Greater(half), a.Square(), a.Scale(0.5)), false},
		{"digital", a.Greater(half), true},
		{"jump in one branch", expr.Select(a.Greater(half), b.Max(zero), zero), true},
		{"sign", a.Sub(half).Sign(), true},
		{"sign of what is 0 there", a.Sub(half).Sign().Mul(a.Sub(half)), false},
		{"vectors", x.Greater(expr.Vector([]float64{0.5, 0.5})).Mul(x).Sum(), true},
		{"vectors without a jump", x.Greater(expr.Vector([]float64{0.5, 0.1})).Mul(x.Sub(expr.Vector([]float64{0.5, 0.1}))).Sum(), false},
		{"rounding", a.Scale(10).Floor(), true},
		{"far away", expr.Select(a.Greater(expr.Const(7)), a, expr.Const(7)), true},
	} {
		if got, err := JumpsIn(c.out, []expr.Value{x}, points); err != nil || got != c.want {
			t.Errorf("%s: %t, %v, want %t", c.name, got, err, c.want)
		}
	}
	// When it likes f may change in t.
	y, z := expr.Input("y", 1), expr.Input("z", 2)
	if got, err := JumpsIn(expr.Select(now.Greater(half), a, b), []expr.Value{x, y, z, now}, nil); err != nil || got {
		t.Errorf("in t: %t, %v, want false", got, err)
	}
}
