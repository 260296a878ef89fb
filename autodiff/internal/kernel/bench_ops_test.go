package kernel

import (
	"fmt"
	"testing"
)

// BenchmarkLayer has the products of a training step with layers of 110 units
// on 64 samples, and those of the outermost layers.
func BenchmarkLayer(b *testing.B) {
	for _, c := range []struct {
		what    string
		f       form
		m, n, k int
	}{
		{"weight gradient", forms[2], 110, 110, 64},
		{"weight gradient", forms[2], 110, 110, 1280},
		{"one output", forms[0], 1280, 1, 110},
		{"one output, input gradient", forms[1], 1280, 110, 1},
		{"one output, weight gradient", forms[2], 110, 1, 1280},
		{"one input", forms[0], 1280, 110, 1},
		{"thousand inputs", forms[0], 64, 110, 1000},
		{"thousand outputs", forms[0], 64, 1000, 110},
		{"thousand outputs, input gradient", forms[1], 64, 110, 1000},
	} {
		name := fmt.Sprintf("%s/%dx%dx%d", c.what, c.m, c.n, c.k)
		b.Run(name+"/float32", func(b *testing.B) { benchProduct[float32](b, c.f, c.m, c.n, c.k) })
		b.Run(name+"/float64", func(b *testing.B) { benchProduct[float64](b, c.f, c.m, c.n, c.k) })
	}
}

// BenchmarkOp has the other functions on a batch of 1280×110.
func BenchmarkOp(b *testing.B) {
	b.Run("float32", benchOps[float32])
	b.Run("float64", benchOps[float64])
}

func benchOps[T Float](b *testing.B) {
	const rows, cols = 1280, 110
	for _, op := range elementwiseOps[T]() {
		if op.name == "adam" {
			continue // the test's wrapper allocates
		}
		in := [][]T{random[T](newRand(1), rows*cols, 0).data, random[T](newRand(2), rows*cols, 0).data}
		dst := make([]T, rows*cols)
		benchOp(b, op.name, rows*cols, func() { op.run(dst, in) })
	}
	x, y, z := random[T](newRand(1), rows*cols, 0).data, random[T](newRand(2), rows*cols, 0).data, make([]T, rows*cols)
	u, v, w := make([]T, rows), make([]T, cols), make([]T, cols)
	benchOp(b, "dot", rows*cols, func() { Dot(x, y) })
	benchOp(b, "sum of squares", rows*cols, func() { SumSq(x) })
	benchOp(b, "row dot", rows*cols, func() { RowDot(rows, cols, x, y, u) })
	benchOp(b, "column sum", rows*cols, func() { ColSum(rows, cols, x, v) })
	benchOp(b, "column statistics", rows*cols, func() { ColMeanInvStd(rows, cols, x, 1, v, w) })
	benchOp(b, "batch norm", rows*cols, func() { BatchNorm(rows, cols, x, v, w, w, w, y) })
	benchOp(b, "batch norm grad", rows*cols, func() { BatchNormGrad(rows, cols, x, v, w, w, y, z) })
	benchOp(b, "batch norm gamma grad", rows*cols, func() { BatchNormGammaGrad(rows, cols, x, v, w, y, u) })
	double := make([]float64, rows*cols)
	benchOp(b, "widen", rows*cols, func() { Widen(double, x) })
	benchOp(b, "narrow", rows*cols, func() { Narrow(z, double) })
	m2, v2 := make([]T, rows*cols), make([]T, rows*cols)
	benchOp(b, "adam", rows*cols, func() { Adam(z, y, m2, v2, 1e-3, 0.9, 0.99, 1e-8, 1, 1) })
}

func benchOp(b *testing.B, name string, n int, f func()) {
	b.Run(name, func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			f()
		}
		b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/float64(n), "ns/number")
	})
}
