package kernel

import "testing"

func TestNoAllocation(t *testing.T) {
	forFloats(t, testNoAllocation[float32], testNoAllocation[float64])
}

// testNoAllocation has its slices on the stack: they must not escape either.
func testNoAllocation[T Float](t *testing.T) {
	const rows, cols = 9, 33
	allocs := testing.AllocsPerRun(10, func() {
		var a, b, c [rows * cols]T
		var u, v, w [cols]T
		ReLU(a[:], b[:])
		ReLUGrad(a[:], b[:], c[:])
		Tanh(a[:], b[:])
		TanhGrad(a[:], b[:], c[:])
		SiLU(a[:], b[:])
		SiLUGrad(a[:], b[:], c[:])
		Exp(a[:], b[:])
		Add(a[:], b[:], c[:])
		Mul(a[:], b[:], c[:])
		Axpy(2, a[:], b[:])
		Scale(a[:], 2, b[:])
		SumSq(a[:])
		Dot(a[:], b[:])
		Adam(a[:], b[:], c[:], c[:], 1, 1, 1, 1, 1, 1)
		RowDot(rows, cols, a[:], b[:], u[:])
		ColSum(rows, cols, a[:], u[:])
		ColDot(rows, cols, a[:], b[:], u[:])
		ColAffine(rows, cols, a[:], u[:], v[:], b[:])
		ColMeanInvStd(rows, cols, a[:], 1, u[:], v[:])
		BatchNorm(rows, cols, a[:], u[:], v[:], w[:], w[:], b[:])
		BatchNormGrad(rows, cols, a[:], u[:], v[:], w[:], b[:], c[:])
		BatchNormGammaGrad(rows, cols, a[:], u[:], v[:], b[:], w[:])
		var d [cols]float64
		Normals(d[:], 1, 2, 3, 4, 5)
		Narrow(a[:cols], d[:])
		Widen(d[:], a[:])
		GemmNN(rows, rows, cols, a[:], cols, b[:], rows, u[:], c[:], rows, true)
		GemmNT(rows, rows, cols, a[:], cols, b[:], cols, c[:], rows, true)
		GemmTN(rows, rows, cols, a[:], rows, b[:], rows, c[:], rows, true)
	})
	if allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}
