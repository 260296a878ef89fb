package autodiff

import (
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// counted is gonum's BLAS in Go with the products counted by form.
type counted struct {
	gonum.Implementation
	forms map[[2]blas.Transpose]int
}

func (c counted) Sgemm(ta, tb blas.Transpose, m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, out []float32, ldc int) {
	c.forms[[2]blas.Transpose{ta, tb}]++
	c.Implementation.Sgemm(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, out, ldc)
}

func (c counted) Dgemm(ta, tb blas.Transpose, m, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, out []float64, ldc int) {
	c.forms[[2]blas.Transpose{ta, tb}]++
	c.Implementation.Dgemm(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, out, ldc)
}

// TestUseBLAS runs the same program on the package's own products and on a library:
// the sums have other roundings, of which some 10⁴ terms add up in random signs.
func TestUseBLAS(t *testing.T) {
	testUseBLAS[float32](t, 1e-4)
	testUseBLAS[float64](t, 1e-13)
}

func testUseBLAS[T Float](t *testing.T, tol float64) {
	p, cost, _ := compiled[T](t)
	pool := NewPool(1)
	p.Run(pool)
	value, grads := widened(p.Value(cost)), widened(p.Grads)
	lib := counted{forms: map[[2]blas.Transpose]int{}}
	UseBLAS(lib, lib)
	defer UseBLAS(nil, nil)
	p.Run(pool)
	closeTo(t, "cost on another BLAS", widened(p.Value(cost)), value, tol)
	closeTo(t, "gradient on another BLAS", widened(p.Grads), grads, tol)
	for _, form := range [][2]blas.Transpose{{blas.NoTrans, blas.NoTrans}, {blas.NoTrans, blas.Trans}, {blas.Trans, blas.NoTrans}} {
		if lib.forms[form] == 0 {
			t.Errorf("no product of the form %c%c went to the library", form[0], form[1])
		}
	}
}

func widened[T Float](x []T) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}
