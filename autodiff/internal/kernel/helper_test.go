package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"
)

// sizes are the odd and the usual widths; a vector holds 4 to 16 numbers.
var sizes = []int{1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 64, 101, 110, 257}

// forSets runs f under every instruction set of this machine.
func forSets(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	old := Active()
	defer func() {
		if err := Use(old); err != nil {
			t.Fatal(err)
		}
	}()
	for _, name := range Sets() {
		if err := Use(name); err != nil {
			t.Fatal(err)
		}
		t.Run(name, f)
	}
}

// forFloats runs the two instances of a test under every instruction set.
func forFloats(t *testing.T, f32, f64 func(t *testing.T)) {
	t.Helper()
	forSets(t, func(t *testing.T) {
		t.Run("float32", f32)
		t.Run("float64", f64)
	})
}

// epsilon is the distance from 1 to the next number, 2u.
func epsilon[T Float]() float64 {
	var z T
	if unsafe.Sizeof(z) == 4 {
		return 0x1p-23
	}
	return 0x1p-52
}

const (
	guard    = 40 // more than two of the widest vectors
	sentinel = -12345.678
)

// guarded is a slice whose memory goes on with sentinels on both sides.
type guarded[T Float] struct {
	whole []T
	data  []T
}

// newGuarded puts n numbers off elements away from the allocation's alignment.
func newGuarded[T Float](n, off int) guarded[T] {
	g := guarded[T]{whole: make([]T, n+2*guard+off)}
	for i := range g.whole {
		g.whole[i] = sentinel
	}
	g.data = g.whole[guard+off:][:n:n]
	return g
}

// random fills the data from the normal distribution.
func random[T Float](rng *rand.Rand, n, off int) guarded[T] {
	g := newGuarded[T](n, off)
	for i := range g.data {
		g.data[i] = T(rng.NormFloat64())
	}
	return g
}

// check reports writes outside the data.
func (g guarded[T]) check(t *testing.T, what string) {
	t.Helper()
	lo := len(g.whole) - guard - len(g.data)
	for i, v := range g.whole {
		if (i < lo || i >= lo+len(g.data)) && v != T(sentinel) {
			t.Fatalf("%s: wrote %v at %d, outside of the %d elements", what, v, i-lo, len(g.data))
		}
	}
}

// near tells whether got is want within tol; NaN and Inf must be the same.
func near(got, want, tol float64) bool {
	if math.IsNaN(want) || math.IsInf(want, 0) {
		return math.IsNaN(got) == math.IsNaN(want) && (math.IsNaN(want) || got == want)
	}
	return math.Abs(got-want) <= tol
}

func newRand(seed int) *rand.Rand { return rand.New(rand.NewPCG(uint64(seed), 7)) }
