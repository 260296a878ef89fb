package kernel

import (
	"math"
	"testing"
)

var (
	nan = math.NaN()
	inf = math.Inf(1)
)

// activation is a function with its exact value and allowed error in units of
// the last place of that value. The assembly's exp is good to 1, tanh to 3;
// a derivative adds up to the errors of its factors.
type activation[T Float] struct {
	name  string
	run   func(dst, x, dy []T)
	exact func(x, dy float64) float64
	ulps  float64
}

func activations[T Float]() []activation[T] {
	return []activation[T]{
		{"relu", func(dst, x, _ []T) { ReLU(dst, x) }, func(x, _ float64) float64 { return math.Max(x, 0) }, 0},
		{"relu grad", ReLUGrad[T], func(x, dy float64) float64 {
			if x > 0 {
				return dy
			}
			return 0
		}, 0},
		{"tanh", func(dst, x, _ []T) { Tanh(dst, x) }, func(x, _ float64) float64 { return math.Tanh(x) }, 4},
		{"exp", func(dst, x, _ []T) { Exp(dst, x) }, func(x, _ float64) float64 { return math.Exp(x) }, 2},
		{"silu", func(dst, x, _ []T) { SiLU(dst, x) }, exactSiLU, 5},
	}
}

func exactSiLU(x, _ float64) float64 {
	if math.IsInf(x, -1) {
		return 0
	}
	e := math.Exp(-math.Abs(x))
	if x < 0 {
		return x * e / (1 + e)
	}
	return x / (1 + e)
}

// points are arguments over all magnitudes and the special ones.
func points[T Float]() []T {
	rng := newRand(3)
	x := []T{0, T(math.Copysign(0, -1)), T(inf), T(-inf), T(nan), 1, -1, 18, -18, 88, -88, 89, -104, 709, -709, 710, -746, 1e30, -1e30}
	for e := -40.0; e < 11; e += 0.01 {
		v := math.Exp2(e) * (1 + rng.Float64())
		x = append(x, T(v), T(-v))
	}
	for range 20000 {
		x = append(x, T(6*rng.NormFloat64()))
	}
	return x
}

// ulp is the spacing of T around x; around 0 that of the denormals.
func ulp[T Float](x float64) float64 {
	_, e := math.Frexp(x)
	if x == 0 {
		e = -2000
	}
	if epsilon[T]() > 1e-10 {
		return math.Ldexp(1, max(e-24, -149))
	}
	return math.Ldexp(1, max(e-53, -1074))
}

func TestActivations(t *testing.T) {
	forFloats(t, testActivations[float32], testActivations[float64])
}

func testActivations[T Float](t *testing.T) {
	x := points[T]()
	dy := random[T](newRand(4), len(x), 0).data
	dst := make([]T, len(x))
	for _, f := range activations[T]() {
		f.run(dst, x, dy)
		worst := 0.0
		for i, got := range dst {
			want := float64(T(f.exact(float64(x[i]), float64(dy[i]))))
			u := ulp[T](want)
			tol := f.ulps * u
			if f.name == "silu" && x[i] < 0 {
				// exp(x) may be a denormal, and so may be its error times x.
				tol -= 2 * float64(x[i]) * ulp[T](0)
			}
			if !near(float64(got), want, tol) {
				t.Fatalf("%s(%v) = %v, want %v: %.1f ulp", f.name, x[i], got, want, (float64(got)-want)/u)
			}
			if !math.IsNaN(want) && !math.IsInf(want, 0) {
				worst = max(worst, math.Abs(float64(got)-want)/u)
			}
		}
		t.Logf("%s: worst error %.1f ulp", f.name, worst)
	}
}

func TestActivationGradients(t *testing.T) {
	forFloats(t, testActivationGradients[float32], testActivationGradients[float64])
}

// testActivationGradients allows a few roundings of the largest term: 1-y² and
// 1+x·(1-σ) cancel near their zeros, where no relative accuracy is to be had.
func testActivationGradients[T Float](t *testing.T) {
	x := points[T]()
	dy := random[T](newRand(4), len(x), 0).data
	dst := make([]T, len(x))
	TanhGrad(dst, x, dy)
	for i, v := range x {
		y, d := float64(v), float64(dy[i])
		want := float64(T(d * (1 - y*y)))
		if tol := 4 * epsilon[T]() * math.Abs(d) * (1 + y*y); !near(float64(dst[i]), want, tol) && !math.IsInf(want, 0) {
			t.Fatalf("tanh grad(%v) = %v, want %v", v, dst[i], want)
		}
	}
	SiLUGrad(dst, x, dy)
	for i, v := range x {
		s, s1 := sigmoid(float64(v))
		w := min(max(float64(v), -siluBound), siluBound)
		d := float64(dy[i])
		want := d * s * (1 + w*s1)
		tol := 8*epsilon[T]()*math.Abs(d)*s*(1+math.Abs(w*s1)) + 4*(1+math.Abs(w))*ulp[T](0)
		if !near(float64(dst[i]), want, tol) {
			t.Fatalf("silu grad(%v) = %v, want %v ± %v", v, dst[i], want, tol)
		}
	}
}
