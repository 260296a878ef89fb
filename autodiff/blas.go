package autodiff

import (
	"github.com/deepbsde/deepbsde/autodiff/internal/kernel"
	"gonum.org/v1/gonum/blas"
)

// gemmFunc is C = op(A)·op(B), plus the row bias on every row unless it is nil.
type gemmFunc[T Float] func(ta, tb blas.Transpose, m, n, k int, a []T, lda int, b []T, ldb int, bias, c []T, ldc int)

// The matrix products of each precision; nil: the package's own.
var (
	blas32 gemmFunc[float32]
	blas64 gemmFunc[float64]
)

// UseBLAS makes all matrix products of the process run on the given libraries, such
// as gonum.org/v1/netlib/blas/netlib over a C library; nil goes back to the package's
// own kernels. It must not be called while a program runs.
//
// Programs share their work among the cores themselves: let the library use one
// thread (OPENBLAS_NUM_THREADS=1). Its results must not depend on memory addresses,
// or runs are no longer the same to the bit. And mind that OpenBLAS may take a
// processor newer than itself for the oldest one it knows, and be five times slower
// until OPENBLAS_CORETYPE names a core by hand (SkylakeX, Zen, …): see
// docs/performance.md.
func UseBLAS(b32 blas.Float32, b64 blas.Float64) {
	blas32, blas64 = nil, nil
	if b32 != nil {
		blas32 = func(ta, tb blas.Transpose, m, n, k int, a []float32, lda int, b []float32, ldb int, bias, c []float32, ldc int) {
			beta := float32(fillRows(m, n, bias, c, ldc))
			b32.Sgemm(ta, tb, m, n, k, 1, a, lda, b, ldb, beta, c, ldc)
		}
	}
	if b64 != nil {
		blas64 = func(ta, tb blas.Transpose, m, n, k int, a []float64, lda int, b []float64, ldb int, bias, c []float64, ldc int) {
			beta := fillRows(m, n, bias, c, ldc)
			b64.Dgemm(ta, tb, m, n, k, 1, a, lda, b, ldb, beta, c, ldc)
		}
	}
}

// fillRows puts the bias on every row of C and returns the factor of the old C.
func fillRows[T Float](m, n int, bias, c []T, ldc int) (beta float64) {
	if bias == nil {
		return 0
	}
	for i := range m {
		copy(c[i*ldc:i*ldc+n], bias)
	}
	return 1
}

// library is the library for T, or nil.
func library[T Float]() gemmFunc[T] {
	if f, ok := any(blas32).(gemmFunc[T]); ok {
		return f
	}
	f, _ := any(blas64).(gemmFunc[T])
	return f
}

// The three forms of the product, of a k×n right factor or its transpose.

func gemmNN[T Float](m, n, k int, a, b, bias, c []T) {
	if f := library[T](); f != nil {
		f(blas.NoTrans, blas.NoTrans, m, n, k, a, k, b, n, bias, c, n)
		return
	}
	kernel.GemmNN(m, n, k, a, k, b, n, bias, c, n, false)
}

func gemmNT[T Float](m, n, k int, a, b, c []T) {
	if f := library[T](); f != nil {
		f(blas.NoTrans, blas.Trans, m, n, k, a, k, b, k, nil, c, n)
		return
	}
	kernel.GemmNT(m, n, k, a, k, b, k, c, n, false)
}

// gemmTN multiplies columns of A, of which there are lda.
func gemmTN[T Float](m, n, k int, a []T, lda int, b, c []T) {
	if f := library[T](); f != nil {
		f(blas.Trans, blas.NoTrans, m, n, k, a, lda, b, n, nil, c, n)
		return
	}
	kernel.GemmTN(m, n, k, a, lda, b, n, c, n, false)
}
