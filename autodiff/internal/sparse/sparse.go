// Package sparse multiplies by constant matrices of which most is 0, such as those of a chain of cells.
package sparse

// Matrix are the entries of a matrix that are not 0, row by row.
type Matrix[T float32 | float64] struct {
	ends    []int // of each row
	columns []int32
	values  []T
}

// New is nil for a matrix, row-major, with no fewer other entries than zeros: that is multiplied by as it is.
func New[T float32 | float64](data []float64, columns int) *Matrix[T] {
	n := 0
	for _, v := range data {
		if v != 0 {
			n++
		}
	}
	if 2*n >= len(data) {
		return nil
	}
	m := &Matrix[T]{make([]int, 0, len(data)/columns), make([]int32, 0, n), make([]T, 0, n)}
	for i, v := range data {
		if v != 0 {
			m.columns, m.values = append(m.columns, int32(i%columns)), append(m.values, T(v))
		}
		if i%columns == columns-1 {
			m.ends = append(m.ends, len(m.values))
		}
	}
	return m
}

// Len is the number of entries that are not 0.
func (m *Matrix[T]) Len() int { return len(m.values) }

// Mul sets out[i] to m·x[i] for four rows, which may be the same: their sums do not wait for one another.
func (m *Matrix[T]) Mul(x, out *[4][]T) {
	x0, x1, x2, x3 := x[0], x[1], x[2], x[3]
	k := 0
	for j, end := range m.ends {
		var s0, s1, s2, s3 T
		for ; k < end; k++ {
			v, i := m.values[k], m.columns[k]
			s0 += v * x0[i]
			s1 += v * x1[i]
			s2 += v * x2[i]
			s3 += v * x3[i]
		}
		out[3][j], out[2][j], out[1][j], out[0][j] = s3, s2, s1, s0
	}
}
