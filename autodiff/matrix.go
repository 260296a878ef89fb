package autodiff

import "github.com/deepbsde/deepbsde/autodiff/internal/kernel"

// Float is the set of precisions.
type Float = kernel.Float

// matrix is a row-major batch without gaps.
type matrix[T Float] struct {
	rows, cols int
	data       []T
}

// row is row i, or the only row of a matrix that is repeated down a batch.
func (m *matrix[T]) row(i int) []T {
	if m.rows == 1 {
		return m.data[:m.cols]
	}
	return m.data[i*m.cols : (i+1)*m.cols]
}

// span is rows lo … hi−1 as one slice.
func (m *matrix[T]) span(lo, hi int) []T { return m.data[lo*m.cols : hi*m.cols] }

// along is rows lo … hi−1 for an operation that treats each number for itself: of a matrix in the shape of its output
// as one row, or the one number that is repeated in all of them. ok is false for other shapes.
func (m *matrix[T]) along(out *matrix[T], lo, hi int) (row []T, ok bool) {
	switch {
	case m.rows == out.rows && m.cols == out.cols:
		return m.span(lo, hi), true
	case m.rows == 1 && m.cols == 1:
		return m.data[:1], true
	}
	return nil, false
}

// call is one operation on part of its output: rows lo … hi−1.
type call[T Float] struct {
	out    matrix[T]
	in     []matrix[T]
	lo, hi int
}

// dims is the shape of a node.
type dims struct{ rows, cols int }

func (d dims) size() int { return d.rows * d.cols }
