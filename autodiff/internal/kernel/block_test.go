package kernel

import (
	"fmt"
	"testing"
)

func TestBlock(t *testing.T) { forFloats(t, testBlock[float32], testBlock[float64]) }

func testBlock[T Float](t *testing.T) {
	for _, rows := range []int{1, 2, 7, 64, 101} {
		for _, cols := range sizes {
			checkBlock[T](t, rows, cols, (rows+cols)%4)
		}
	}
}

// checkBlock compares with the generic loops in float64. Numbers are of order 1:
// errors are of 2 roundings, and of rows of them in a sum.
func checkBlock[T Float](t *testing.T, rows, cols, off int) {
	t.Helper()
	rng := newRand(rows*1000 + cols)
	x, z := random[T](rng, rows*cols, off).data, random[T](rng, rows*cols, 1).data
	a, b := random[T](rng, cols, 2).data, random[T](rng, cols, 3).data
	y, dot := newGuarded[T](rows*cols, off), newGuarded[T](cols, off)
	ColAffine(rows, cols, x, a, b, y.data)
	ColDot(rows, cols, x, z, dot.data)

	wantY, wantDot := make([]float64, rows*cols), make([]float64, cols)
	colAffineGeneric(rows, cols, wide(x), wide(a), wide(b), wantY)
	colDotGeneric(rows, cols, wide(x), wide(z), wantDot)
	name := fmt.Sprintf("%dx%d", rows, cols)
	y.check(t, name)
	dot.check(t, name)
	sameWithin(t, "affine of "+name, wide(y.data), wantY, 20*epsilon[T]())
	sameWithin(t, "dot of "+name, wide(dot.data), wantDot, 20*float64(rows)*epsilon[T]())
}
