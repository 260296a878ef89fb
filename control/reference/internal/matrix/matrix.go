// Package matrix has what linear-quadratic problems need beside gonum: matrices as rows.
package matrix

import "gonum.org/v1/gonum/mat"

// Dense copies the rows; nil gives zeros.
func Dense(rows [][]float64, r, c int) *mat.Dense {
	m := mat.NewDense(r, c, nil)
	for i, row := range rows {
		m.SetRow(i, row)
	}
	return m
}

// Rows copies the rows.
func Rows(m *mat.Dense) [][]float64 {
	r, _ := m.Dims()
	rows := make([][]float64, r)
	for i := range rows {
		rows[i] = append([]float64(nil), m.RawRowView(i)...)
	}
	return rows
}

// Symmetric is (M + Mᵀ)/2.
func Symmetric(m *mat.Dense) *mat.SymDense {
	n, _ := m.Dims()
	s := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			s.SetSym(i, j, (m.At(i, j)+m.At(j, i))/2)
		}
	}
	return s
}

// Symmetrise makes m symmetric, (M + Mᵀ)/2.
func Symmetrise(m *mat.Dense) {
	n, _ := m.Dims()
	for i := range n {
		for j := range i {
			v := (m.At(i, j) + m.At(j, i)) / 2
			m.Set(i, j, v)
			m.Set(j, i, v)
		}
	}
}

// IsZero tells whether all entries are 0.
func IsZero(m [][]float64) bool {
	for _, row := range m {
		for _, v := range row {
			if v != 0 {
				return false
			}
		}
	}
	return true
}
