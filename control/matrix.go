package control

import "gonum.org/v1/gonum/mat"

// dense copies the rows; nil gives zeros.
func dense(rows [][]float64, r, c int) *mat.Dense {
	m := mat.NewDense(r, c, nil)
	for i, row := range rows {
		m.SetRow(i, row)
	}
	return m
}

// rowsOf copies the rows.
func rowsOf(m *mat.Dense) [][]float64 {
	r, _ := m.Dims()
	rows := make([][]float64, r)
	for i := range rows {
		rows[i] = append([]float64(nil), m.RawRowView(i)...)
	}
	return rows
}

// symmetric is (M + Mᵀ)/2.
func symmetric(m *mat.Dense) *mat.SymDense {
	n, _ := m.Dims()
	s := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			s.SetSym(i, j, (m.At(i, j)+m.At(j, i))/2)
		}
	}
	return s
}

// symmetrise makes m symmetric, (M + Mᵀ)/2.
func symmetrise(m *mat.Dense) {
	n, _ := m.Dims()
	for i := range n {
		for j := range i {
			v := (m.At(i, j) + m.At(j, i)) / 2
			m.Set(i, j, v)
			m.Set(j, i, v)
		}
	}
}

// isZero tells whether all entries are 0.
func isZero(m [][]float64) bool {
	for _, row := range m {
		for _, v := range row {
			if v != 0 {
				return false
			}
		}
	}
	return true
}
