package kernel

import (
	"fmt"
	"testing"
)

// gemmShapes are m×n×k of a layer on a batch of a training step and of a
// validation batch.
var gemmShapes = [][3]int{{64, 100, 110}, {1280, 101, 110}}

// BenchmarkGemm is to be read relative to BenchmarkPeak of the same run.
func BenchmarkGemm(b *testing.B) {
	for _, f := range forms {
		b.Run(f.name+"/float32", func(b *testing.B) { benchGemm[float32](b, f) })
		b.Run(f.name+"/float64", func(b *testing.B) { benchGemm[float64](b, f) })
	}
}

func benchGemm[T Float](b *testing.B, f form) {
	for _, s := range gemmShapes {
		m, n, k := s[0], s[1], s[2]
		b.Run(fmt.Sprintf("%dx%dx%d", m, n, k), func(b *testing.B) { benchProduct[T](b, f, m, n, k) })
	}
}

func benchProduct[T Float](b *testing.B, f form, m, n, k int) {
	g := newGemmCall[T](f, m, n, k, 0, false, false)
	c := make([]T, m*n)
	b.ReportAllocs()
	for b.Loop() {
		g.into(c)
	}
	reportFlops(b, 2*m*n*k)
}

func reportFlops(b *testing.B, flop int) {
	b.ReportMetric(float64(flop)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}
