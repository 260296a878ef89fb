package estimate

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde/internal/race"
	"github.com/deepbsde/deepbsde/pde"
)

// made are levels with the given values on the steps h, 2h, 4h, and common noise.
func made(noise float64, values ...float64) *levels {
	l, r := &levels{}, rand.New(rand.NewPCG(1, 2))
	each := make([]float64, 1000)
	for i := range each {
		each[i] = noise * r.NormFloat64()
	}
	for i, v := range values {
		delta := make([]float64, len(each))
		for k, e := range each {
			delta[k] = e*(1+0.01*float64(i)) - v
		}
		l.add(&residuals{delta: delta, slope: 1}, math.Ldexp(0.1, i))
	}
	return l
}

// TestLimit: the extrapolation covers the limit where the levels behave like a series in h,
// with a small error where they are of order 1; other levels are not extrapolated from, and
// their distance is the error.
func TestLimit(t *testing.T) {
	series := func(order float64) []float64 {
		var v []float64
		for _, h := range []float64{0.1, 0.2, 0.4} {
			v = append(v, 1+0.5*math.Pow(h, order)+0.03*h*h)
		}
		return v
	}
	for _, c := range []struct {
		name    string
		values  []float64
		regular bool
		most    float64 // error of the step; 0: any
	}{
		{"order 1", series(1), true, 0.03}, {"order ½", series(0.5), true, 0.5}, {"order 2", series(1.5), true, 0.05},
		{"alternating", []float64{1.4, 0.6, 1.2}, false, 2.5}, {"growing", []float64{1.5, 1.55, 1.6}, false, 1},
		{"order 1/5", series(0.2), false, 1}, {"cancelling terms", []float64{1.02, 1.02, 1.08 - 0.16}, true, 0.08}, {"two levels", series(1)[:2], false, 0.3}, {"noise", []float64{1, 1.0000001, 0.9999999}, true, 0.001},
	} {
		at := made(0.001, c.values...).limit()
		if at.regular != c.regular || !(at.step <= c.most) {
			t.Errorf("%s: regular %v, error %g, want %v and at most %g", c.name, at.regular, at.step, c.regular, c.most)
		}
		if off := math.Abs(at.value - 1); at.regular && !(off <= at.step+4*at.stderr) {
			t.Errorf("%s: %g ± %g, want 1", c.name, at.value, at.step)
		}
		if at.regular != (at.detail == "") {
			t.Errorf("%s: detail %q", c.name, at.detail)
		}
	}
	if at := made(0.001, 1.).limit(); !math.IsNaN(at.step) || at.regular {
		t.Errorf("one level: error %g, want none", at.step)
	}
}

// TestLimitOfSecondOrder: with the trapezoidal rule the extrapolation is that of h², and its error covers a
// term of first order that is left, of either sign, up to where it is the larger one.
func TestLimitOfSecondOrder(t *testing.T) {
	for _, levels := range []int{3, 4} {
		for _, first := range []float64{0, 0.01, -0.01, 0.05, 0.3} {
			var v []float64
			for _, h := range []float64{0.1, 0.2, 0.4, 0.8}[:levels] {
				v = append(v, 1+first*h+0.5*h*h+0.05*h*h*h)
			}
			l := made(1e-5, v...)
			l.second = true
			at := l.limit()
			if off := math.Abs(at.value - 1); !at.regular || !(off <= at.step+4*at.stderr) {
				t.Errorf("%d levels, %g h: %g ± %g (%v), want 1", levels, first, at.value, at.step, at.regular)
			}
			if most := 0.003 + 0.15*math.Abs(first); !(at.step <= most) {
				t.Errorf("%d levels, %g h: an error of %g, want %g at most", levels, first, at.step, most)
			}
		}
	}
}

// TestWithinNoise: the ratio of two differences is as near to 2 as their noise allows.
func TestWithinNoise(t *testing.T) {
	for _, c := range []struct{ a, sa, b, sb, want float64 }{
		{1, 0, 1.5, 0, 1.5}, {1, 0, -4, 0, -4}, // exact
		{0.017, 0.003, 0.022, 0.0035, 2}, {1, 0.1, 2.1, 0.1, 2}, // 2 is within two standard errors
		{1, 0, 1.5, 0.1, 1.7}, {-1, 0, -3, 0.2, 2.6}, {0, 0, 1, 0.1, 2},
	} {
		if got := withinNoise(c.a, c.sa, c.b, c.sb, 2); !(math.Abs(got-c.want) <= 1e-9) {
			t.Errorf("%v: %g", c, got)
		}
	}
}

// TestHeavy: few paths that decide are seen, in an infinite variance and in rare events, and not
// in what is ordinary: normal, exponential, lognormal and digital numbers, seeds 1 to 20.
func TestHeavy(t *testing.T) {
	const n = 16384
	for name, c := range map[string]struct {
		draw  func(r *rand.Rand) float64
		heavy bool
	}{
		"normal":              {func(r *rand.Rand) float64 { return r.NormFloat64() }, false},
		"exponential":         {func(r *rand.Rand) float64 { return r.ExpFloat64() }, false},
		"lognormal, σ = 0.6":  {func(r *rand.Rand) float64 { return math.Exp(0.6 * r.NormFloat64()) }, false},
		"digital, p = 0.02":   {func(r *rand.Rand) float64 { return float64(int(r.Float64() + 0.02)) }, false},
		"digital, p = 0.0003": {func(r *rand.Rand) float64 { return float64(int(r.Float64() + 0.0003)) }, true},
		"exp(0.45 ξ²)":        {func(r *rand.Rand) float64 { x := r.NormFloat64(); return math.Exp(0.45 * x * x) }, true},
		"digital, p = 0.005":  {func(r *rand.Rand) float64 { return float64(int(r.Float64() + 0.005)) }, false},
		"learnt in the middle": {func(r *rand.Rand) float64 {
			x := r.NormFloat64()
			return math.Exp(0.45*x*x) * min(math.Pow(math.Abs(x)/3, 8), 1)
		}, true},
		"Pareto 1.5": {func(r *rand.Rand) float64 { return math.Pow(r.Float64(), -1/1.5) }, true},
	} {
		for seed := range uint64(20) {
			r := rand.New(rand.NewPCG(seed, 7))
			x := make([]float64, n)
			for i := range x {
				x[i] = c.draw(r)
			}
			if why := heavy(x); (why != "") != c.heavy {
				t.Errorf("%s, seed %d: %q", name, seed, why)
			}
		}
	}
}

// TestScaleOfZ: a Z that is three times too large, of the wrong sign, or noise, leaves no more
// than Z = 0 does, and the value stays right.
func TestScaleOfZ(t *testing.T) {
	race.Skip(t)
	p := pde.Problem{
		Name: "heat", Dim: 2, Horizon: 1, Start: []float64{0.3, -0.2}, Diffusion: pde.Scalar(1),
		Generator: func(_, x, y, _ expr.Value) expr.Value { return x.At(0).Sin().Mul(y).Scale(0.5) },
		Terminal:  func(x expr.Value) expr.Value { return x.Sum() },
	}
	best := solution(t, p, Formula{At: func(_, x expr.Value) expr.Value { return x.Scale(0).AddConst(1) }}, nil)
	right, err := best.At(t.Context(), 0, p.Start, 16384)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		z    float64
		most float64
	}{"thrice": {3, 0.5}, "wrong sign": {-2, 0.5}, "nearly none": {0.3, unexplained}} {
		s := solution(t, p, Formula{At: func(_, x expr.Value) expr.Value { return x.Scale(0).AddConst(c.z) }}, nil)
		e, err := s.At(t.Context(), 0, p.Start, 16384)
		if err != nil {
			t.Fatal(err)
		}
		if !(e.ResidualRatio <= c.most) || !(math.Abs(e.Value-right.Value) <= e.Error+right.Error) {
			t.Errorf("%s: ratio %g, %g ± %g, want %g ± %g", name, e.ResidualRatio, e.Value, e.Error, right.Value, right.Error)
		}
	}
	noise := solution(t, p, Formula{At: func(_, x expr.Value) expr.Value { return x.Scale(40).Sin().Scale(5) }}, nil)
	e, err := noise.At(t.Context(), 0, p.Start, 16384)
	if err != nil || !(e.ResidualRatio <= 1) || !(math.Abs(e.Value-right.Value) <= e.Error+right.Error) {
		t.Errorf("noise: ratio %g, %g ± %g, %v", e.ResidualRatio, e.Value, e.Error, err)
	}
}
