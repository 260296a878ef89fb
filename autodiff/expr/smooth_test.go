package expr_test

import (
	"math"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// TestSmooth: a cost of set-up, a digital of two conditions and a sign lose their jumps, to what the
// formulas of Smooth say, and come back as the sharpness grows; what jumps in the time alone stays.
func TestSmooth(t *testing.T) {
	time, x := expr.Input("t", 1), expr.Input("x", 1)
	sharp := expr.Input("s", 1)
	sigmoid := func(u float64) float64 { return 1 / (1 + math.Exp(-u)) }
	for name, c := range map[string]struct {
		out   expr.Value
		sizes []float64
		hard  func(x float64) float64
		soft  func(x, s float64) float64
	}{
		"set-up": {expr.Select(x.Greater(expr.Const(0.5)), x.AddConst(4), x), []float64{2},
			func(x float64) float64 { return x + 4*step(x-0.5) },
			func(x, s float64) float64 { return x + 4*sigmoid(s*(x-0.5)/2) }},
		"both": {x.GreaterEq(expr.Const(-1)).Mul(x.Less(expr.Const(1))).Scale(3), []float64{1, 0},
			func(x float64) float64 { return 3 * step(x+1) * step(1-x) },
			func(x, s float64) float64 { return 3 * sigmoid(s*(x+1)) * sigmoid(s*(1-x)) }},
		"sign": {x.Sign().Square(), []float64{1},
			func(x float64) float64 { return 1 },
			func(x, s float64) float64 { return math.Pow(math.Tanh(s*x/2), 2) }},
		"time": {expr.Select(time.Less(expr.Const(0.5)), x, x.Neg()), nil,
			func(x float64) float64 { return x },
			func(x, _ float64) float64 { return x }},
		"kink": {x.Abs().Max(expr.Const(1)), nil,
			func(x float64) float64 { return math.Max(math.Abs(x), 1) },
			func(x, _ float64) float64 { return math.Max(math.Abs(x), 1) }},
	} {
		if got := len(expr.Compared(c.out, x)); got != len(c.sizes) {
			t.Errorf("%s: %d comparisons, want %d", name, got, len(c.sizes))
			continue
		}
		f, err := expr.Compile(expr.Smooth(c.out, sharp, c.sizes, x), time, x, sharp)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []float64{-3, -0.9, -0.2, 0.3, 0.7, 2} {
			for _, s := range []float64{0.5, 3, 1e4} {
				got := make([]float64, 1)
				if err := f.Eval(1, got, []float64{0.2}, []float64{at}, []float64{s}); err != nil {
					t.Fatal(err)
				}
				if want := c.soft(at, s); math.Abs(got[0]-want) > 1e-12*math.Max(1, math.Abs(want)) {
					t.Errorf("%s at %g with %g: %g, want %g", name, at, s, got[0], want)
				}
				if want := c.hard(at); s == 1e4 && math.Abs(got[0]-want) > 1e-9 {
					t.Errorf("%s at %g: %g where it is steep, want %g", name, at, got[0], want)
				}
			}
		}
	}
	if v := expr.Smooth(x.Sign(), sharp, nil, x); v.Err() == nil {
		t.Error("a sign without its size is taken")
	}
}

func step(x float64) float64 {
	if x > 0 {
		return 1
	}
	return 0
}
