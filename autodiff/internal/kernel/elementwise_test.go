package kernel

import (
	"fmt"
	"math"
	"testing"
)

// elementwiseOp is a function of slices of one length, and its generic loop:
// in[0] is written as well where the function updates in place.
type elementwiseOp[T Float] struct {
	name      string
	run, want func(dst []T, in [][]T)
}

func elementwiseOps[T Float]() []elementwiseOp[T] {
	const alpha = 0.37
	adam := func(f func(p, g, m, v []T, lr, b1, b2, eps, c1, c2 T)) func(dst []T, in [][]T) {
		return func(dst []T, in [][]T) {
			v := append([]T(nil), in[2]...) // a moment is not negative
			for i := range v {
				v[i] = T(math.Abs(float64(v[i])))
			}
			m := append([]T(nil), in[1]...)
			f(dst, in[0], m, v, 0.01, 0.9, 0.99, 1e-8, 1.5, 2.5)
			for i := range dst { // one number per element that shows all three
				dst[i] += 3*m[i] + 7*v[i]
			}
		}
	}
	return []elementwiseOp[T]{
		{"add", func(d []T, in [][]T) { Add(d, in[0], in[1]) }, func(d []T, in [][]T) { addGeneric(d, in[0], in[1]) }},
		{"mul", func(d []T, in [][]T) { Mul(d, in[0], in[1]) }, func(d []T, in [][]T) { mulGeneric(d, in[0], in[1]) }},
		{"axpy", func(d []T, in [][]T) { Axpy(alpha, in[0], d) }, func(d []T, in [][]T) { axpyGeneric(alpha, in[0], d) }},
		{"scale", func(d []T, in [][]T) { Scale(d, alpha, in[0]) }, func(d []T, in [][]T) { scaleGeneric(d, alpha, in[0]) }},
		{"bound", func(d []T, in [][]T) { Bound(d, 0.5, in[0]) }, func(d []T, in [][]T) { boundGeneric(d, 0.5, in[0]) }},
		{"adam", adam(Adam[T]), adam(adamGeneric[T])},
		{"relu", func(d []T, in [][]T) { ReLU(d, in[0]) }, func(d []T, in [][]T) { reluGeneric(d, in[0]) }},
		{"relu grad", func(d []T, in [][]T) { ReLUGrad(d, in[0], in[1]) }, func(d []T, in [][]T) { reluGradGeneric(d, in[0], in[1]) }},
		{"tanh", func(d []T, in [][]T) { Tanh(d, in[0]) }, func(d []T, in [][]T) { tanhGeneric(d, in[0]) }},
		{"tanh grad", func(d []T, in [][]T) { TanhGrad(d, in[0], in[1]) }, func(d []T, in [][]T) { tanhGradGeneric(d, in[0], in[1]) }},
		{"silu", func(d []T, in [][]T) { SiLU(d, in[0]) }, func(d []T, in [][]T) { siluGeneric(d, in[0]) }},
		{"silu grad", func(d []T, in [][]T) { SiLUGrad(d, in[0], in[1]) }, func(d []T, in [][]T) { siluGradGeneric(d, in[0], in[1]) }},
		{"exp", func(d []T, in [][]T) { Exp(d, in[0]) }, func(d []T, in [][]T) { expGeneric(d, in[0]) }},
	}
}

// TestBound: the bits of the loop, of NaN, infinities and −0 too.
func TestBound(t *testing.T) { forFloats(t, testBound[float32], testBound[float64]) }

func testBound[T Float](t *testing.T) {
	inf, limit := T(math.Inf(1)), T(2.5)
	in := []T{0, T(math.Copysign(0, -1)), 1, -1, limit, -limit, 3, -3, inf, -inf, T(math.NaN()), 1e-40, -1e-40, 2.4999, -2.4999, 7, 0.1}
	want := []T{0, 0, 1, -1, limit, -limit, limit, -limit, limit, -limit, 0, 1e-40, -1e-40, 2.4999, -2.4999, limit, 0.1}
	got, loop := make([]T, len(in)), make([]T, len(in))
	Bound(got, limit, in)
	boundGeneric(loop, limit, in)
	for i, w := range want {
		for name, v := range map[string]T{"vectors": got[i], "loop": loop[i]} {
			if math.Float64bits(float64(v)) != math.Float64bits(float64(w)) {
				t.Errorf("%s: %v becomes %v, want %v", name, in[i], v, w)
			}
		}
	}
}

func TestElementwise(t *testing.T) {
	forFloats(t, testElementwise[float32], testElementwise[float64])
}

// testElementwise compares with the generic loops. The two round at most a
// dozen times, of terms below 100: 12·ε·100 is the tolerance for all of them;
// TestActivations has the sharp ones.
func testElementwise[T Float](t *testing.T) {
	tol := 1200 * epsilon[T]()
	for _, op := range elementwiseOps[T]() {
		for _, n := range append([]int{0}, sizes...) {
			for off := range 4 {
				rng := newRand(n)
				in := make([][]T, 3)
				for i := range in {
					in[i] = random[T](rng, n, (off+i)%4).data
				}
				got := random[T](rng, n, off)
				want := append([]T(nil), got.data...)
				op.run(got.data, in)
				op.want(want, in)
				what := fmt.Sprintf("%s of %d", op.name, n)
				got.check(t, what)
				sameWithin(t, what, got.data, want, tol)
			}
		}
	}
}

func sameWithin[T Float](t *testing.T, what string, got, want []T, tol float64) {
	t.Helper()
	for i := range want {
		if !near(float64(got[i]), float64(want[i]), tol) {
			t.Fatalf("%s: element %d is %v, want %v ± %v", what, i, got[i], want[i], tol)
		}
	}
}

func TestElementwiseAlias(t *testing.T) {
	forFloats(t, testElementwiseAlias[float32], testElementwiseAlias[float64])
}

// testElementwiseAlias wants the same bits when the result replaces an operand.
func testElementwiseAlias[T Float](t *testing.T) {
	const n = 101
	for _, op := range elementwiseOps[T]() {
		if op.name == "adam" || op.name == "axpy" {
			continue // updates in place anyway
		}
		for which := range 2 {
			in := [][]T{random[T](newRand(1), n, 0).data, random[T](newRand(2), n, 1).data}
			want := make([]T, n)
			op.run(want, in)
			op.run(in[which], in)
			sameWithin(t, op.name, in[which], want, 0)
		}
	}
}

func TestReductions(t *testing.T) {
	forFloats(t, testReductions[float32], testReductions[float64])
}

// testReductions allows n·ε/2·Σ|a·b| like any order of summation, and as much
// for the float64 oracle.
func testReductions[T Float](t *testing.T) {
	for _, n := range append([]int{0, 1000}, sizes...) {
		for off := range 4 {
			a, b := random[T](newRand(n), n, off).data, random[T](newRand(n+1), n, 3-off).data
			var dot, abs, sq float64
			for i := range a {
				p := float64(a[i]) * float64(b[i])
				dot += p
				abs += math.Abs(p)
				sq += float64(a[i]) * float64(a[i])
			}
			if tol := float64(n+1) * epsilon[T]() * abs; !near(float64(Dot(a, b)), dot, tol) {
				t.Fatalf("dot of %d = %v, want %v ± %v", n, Dot(a, b), dot, tol)
			}
			if tol := float64(n+1) * epsilon[float64]() * sq; !near(SumSq(a), sq, tol) {
				t.Fatalf("sum of squares of %d = %v, want %v ± %v", n, SumSq(a), sq, tol)
			}
		}
		const rows = 5
		a, b := random[T](newRand(n), rows*n, 1).data, random[T](newRand(n+1), rows*n, 2).data
		got, want := random[T](newRand(0), rows, 1), make([]T, rows)
		RowDot(rows, n, a, b, got.data)
		rowDotGeneric(rows, n, a, b, want)
		got.check(t, "row dot")
		sameWithin(t, "row dot", got.data, want, float64(n+1)*epsilon[T]()*float64(4*n))
	}
	if big := T(1e25); SumSq([]T{big, big}) < 1e50 {
		t.Error("the sum of squares overflowed")
	}
}
