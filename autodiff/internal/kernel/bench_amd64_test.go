package kernel

import "testing"

// BenchmarkPeak is what one core can do at most with the active set.
func BenchmarkPeak(b *testing.B) {
	if active == generic {
		b.Skip("no vector instructions")
	}
	b.Run("float32", func(b *testing.B) {
		f := peakAVX2F32
		if active == avx512 {
			f = peakAVX512F32
		}
		benchPeak(b, f, vectorLanes[float32]())
	})
	b.Run("float64", func(b *testing.B) {
		f := peakAVX2F64
		if active == avx512 {
			f = peakAVX512F64
		}
		benchPeak(b, f, vectorLanes[float64]())
	})
}

func benchPeak(b *testing.B, f func(n int), lanes int) {
	const n = 1000
	for b.Loop() {
		f(n)
	}
	reportFlops(b, n*12*2*lanes)
}
