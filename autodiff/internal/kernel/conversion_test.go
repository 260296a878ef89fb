package kernel

import (
	"math"
	"testing"
)

func TestConversions(t *testing.T) {
	forFloats(t, testConversions[float32], testConversions[float64])
}

// testConversions wants the bits of Go's conversion.
func testConversions[T Float](t *testing.T) {
	for _, n := range append([]int{0}, sizes...) {
		for off := range 8 {
			wide := random[float64](newRand(n), n, off)
			got, want := newGuarded[T](n, 7-off), make([]T, n)
			Narrow(got.data, wide.data)
			narrowGeneric(want, wide.data)
			got.check(t, "narrow")
			sameBits(t, got.data, want)

			again, wantAgain := newGuarded[float64](n, off), make([]float64, n)
			Widen(again.data, got.data)
			widenGeneric(wantAgain, got.data)
			again.check(t, "widen")
			sameBits(t, again.data, wantAgain)
		}
	}
}

// TestConversionEdges has numbers halfway between those of float32, and those
// that are infinite, denormal or nothing in float32.
func TestConversionEdges(t *testing.T) {
	forSets(t, func(t *testing.T) {
		src := []float64{0, 1 + 0x1p-24, 1 + 0x3p-24, 1 + 0x1p-24 + 0x1p-52, math.MaxFloat32, 0x1.ffffffp127, 0x1.fffffefffffffp127,
			math.MaxFloat64, inf, nan, 0x1p-126, 0x1.8p-149, 0x1p-149, 0x1p-150, 0x1.00001p-150, math.SmallestNonzeroFloat64}
		for _, v := range src {
			src = append(src, -v)
		}
		got, want := make([]float32, len(src)), make([]float32, len(src))
		Narrow(got, src)
		narrowGeneric(want, src)
		sameBits(t, got, want)
		again, wantAgain := make([]float64, len(src)), make([]float64, len(src))
		Widen(again, got)
		widenGeneric(wantAgain, got)
		sameBits(t, again, wantAgain)
	})
}
