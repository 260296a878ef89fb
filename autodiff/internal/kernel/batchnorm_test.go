package kernel

import (
	"fmt"
	"math"
	"testing"
)

func TestBatchNorm(t *testing.T) { forFloats(t, testBatchNorm[float32], testBatchNorm[float64]) }

func testBatchNorm[T Float](t *testing.T) {
	for _, rows := range []int{1, 2, 7, 64, 101} {
		for _, cols := range sizes {
			checkBatchNorm[T](t, rows, cols, (rows+cols)%4)
		}
	}
}

// batch is a normalisation with all its results.
type batch[T Float] struct {
	sum, mean, invstd, y, dx, dgamma guarded[T]
}

func newBatch[T Float](rows, cols, off int) batch[T] {
	return batch[T]{newGuarded[T](cols, off), newGuarded[T](cols, off), newGuarded[T](cols, 0),
		newGuarded[T](rows*cols, off), newGuarded[T](rows*cols, off+1), newGuarded[T](cols, off)}
}

// checkBatchNorm compares with the generic loops in float64. Errors are of
// rows+10 roundings of sums of terms of about 10, made larger by invstd (where
// few rows are almost equal) cubed in the gradient.
func checkBatchNorm[T Float](t *testing.T, rows, cols, off int) {
	t.Helper()
	const eps = 1e-3
	rng := newRand(rows*1000 + cols)
	x, dy := random[T](rng, rows*cols, off).data, random[T](rng, rows*cols, 1).data
	gamma, beta := random[T](rng, cols, 2).data, random[T](rng, cols, 3).data
	got, want := newBatch[T](rows, cols, off), newBatch[float64](rows, cols, 0)

	ColSum(rows, cols, x, got.sum.data)
	ColMeanInvStd(rows, cols, x, eps, got.mean.data, got.invstd.data)
	BatchNorm(rows, cols, x, got.mean.data, got.invstd.data, gamma, beta, got.y.data)
	BatchNormGrad(rows, cols, x, got.mean.data, got.invstd.data, gamma, dy, got.dx.data)
	BatchNormGammaGrad(rows, cols, x, got.mean.data, got.invstd.data, dy, got.dgamma.data)

	x64, dy64, gamma64, beta64 := wide(x), wide(dy), wide(gamma), wide(beta)
	colSumGeneric(rows, cols, x64, want.sum.data)
	colMeanInvStdGeneric(rows, cols, x64, eps, want.mean.data, want.invstd.data)
	batchNormGeneric(rows, cols, x64, want.mean.data, want.invstd.data, gamma64, beta64, want.y.data)
	batchNormGradGeneric(rows, cols, x64, want.mean.data, want.invstd.data, gamma64, dy64, want.dx.data)
	batchNormGammaGradGeneric(rows, cols, x64, want.mean.data, want.invstd.data, dy64, want.dgamma.data)

	worst := 1.0
	for _, v := range want.invstd.data {
		worst = max(worst, v)
	}
	tol := float64(rows+10) * epsilon[T]() * 10
	for _, c := range []struct {
		what string
		got  guarded[T]
		want []float64
		tol  float64
	}{
		{"sum", got.sum, want.sum.data, tol},
		{"mean", got.mean, want.mean.data, tol},
		{"invstd", got.invstd, want.invstd.data, tol * worst * worst * worst},
		{"y", got.y, want.y.data, tol * math.Pow(worst, 3)},
		{"dx", got.dx, want.dx.data, tol * math.Pow(worst, 5)},
		{"dgamma", got.dgamma, want.dgamma.data, float64(rows) * tol * math.Pow(worst, 3)},
	} {
		what := fmt.Sprintf("%s of %dx%d", c.what, rows, cols)
		c.got.check(t, what)
		sameWithin(t, what, wide(c.got.data), c.want, c.tol)
	}
}

// wide is a in float64.
func wide[T Float](a []T) []float64 {
	w := make([]float64, len(a))
	for i, v := range a {
		w[i] = float64(v)
	}
	return w
}

func TestBatchNormGradIsDerivative(t *testing.T) { forSets(t, testBatchNormGradIsDerivative) }

// testBatchNormGradIsDerivative compares with central differences of
// L = Σ dy·y, whose error is some h² = 1e-10 and ε/h = 1e-11.
func testBatchNormGradIsDerivative(t *testing.T) {
	const rows, cols, h = 9, 17, 1e-5
	rng := newRand(1)
	x, dy := random[float64](rng, rows*cols, 0).data, random[float64](rng, rows*cols, 0).data
	gamma, beta := random[float64](rng, cols, 0).data, random[float64](rng, cols, 0).data
	mean, invstd := make([]float64, cols), make([]float64, cols)
	y, dx := make([]float64, rows*cols), make([]float64, rows*cols)
	loss := func() float64 {
		ColMeanInvStd(rows, cols, x, 1e-3, mean, invstd)
		BatchNorm(rows, cols, x, mean, invstd, gamma, beta, y)
		return Dot(y, dy)
	}
	loss()
	BatchNormGrad(rows, cols, x, mean, invstd, gamma, dy, dx)
	for i := range x {
		old := x[i]
		x[i] = old + h
		up := loss()
		x[i] = old - h
		down := loss()
		x[i] = old
		if d := (up - down) / (2 * h); !near(dx[i], d, 1e-7) {
			t.Fatalf("dx[%d] = %v, differences give %v", i, dx[i], d)
		}
	}
	alias := append([]float64(nil), dy...)
	loss()
	BatchNormGrad(rows, cols, x, mean, invstd, gamma, alias, alias)
	sameWithin(t, "dx in place of dy", alias, dx, 1e-12)
}

func TestVarianceOfLargeMean(t *testing.T) {
	forSets(t, func(t *testing.T) {
		const rows = 1000
		x := make([]float64, rows)
		for i := range x {
			x[i] = 1e8 + float64(i%2) // variance 1/4
		}
		var mean, invstd [1]float64
		ColMeanInvStd(rows, 1, x, 0, mean[:], invstd[:])
		if !near(invstd[0], 2, 1e-6) {
			t.Errorf("invstd = %v, want 2", invstd[0])
		}
	})
}
