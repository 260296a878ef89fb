// Package vec is the project's numeric loops over slices, for the packages that
// simulate paths: the vector instructions of the machine where there are any. All
// functions run on the caller's core and never allocate.
package vec

import "github.com/deepbsde/deepbsde/autodiff/internal/kernel"

// Float is the set of precisions.
type Float = kernel.Float

// Narrow converts src to the precision of dst, number by number; dst is at least as
// long.
func Narrow[T Float](dst []T, src []float64) { kernel.Narrow(dst[:len(src)], src) }

// Widen converts src to float64; dst is at least as long.
func Widen[T Float](dst []float64, src []T) { kernel.Widen(dst[:len(src)], src) }

// Exp sets dst = eˣ; dst may be x.
func Exp(dst, x []float64) { kernel.Exp(dst, x) }

// RowDots sets dst[i] to the scalar product of row i of a with that of b, which are
// len(dst)×cols.
func RowDots(dst, a, b []float64, cols int) { kernel.RowDot(len(dst), cols, a, b, dst) }

// Gram sets dst, cols×cols, to jᵀj for a matrix of rows×cols numbers.
func Gram[T Float](dst, j []T, rows, cols int) {
	kernel.GemmTN(cols, cols, rows, j, cols, j, cols, dst, cols, false)
}

// Product sets dst, rows×n, to a·b, for a rows×k and b k×n.
func Product(dst, a, b []float64, rows, k, n int) {
	kernel.GemmNN(rows, n, k, a, k, b, n, nil, dst, n, false)
}

// Affine sets dst, rows×n, to a·b plus row, for a rows×k and the first n of the stride columns of b, k×stride.
func Affine(dst, a, b, row []float64, rows, k, n, stride int) {
	kernel.GemmNN(rows, n, k, a, k, b, stride, row[:n], dst, n, false)
}
