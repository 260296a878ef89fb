package pde

import "gonum.org/v1/gonum/floats"

// Loading is the constant d×d matrix L with which the noise enters X, or log X: σ = L, or
// σ = diag(x) L. It takes d operations a row for multiples of the identity, diagonal matrices, and
// the Cholesky factors of one correlation for all, times volatilities of one size: these
// have one number below the diagonal in each column.
type Loading struct {
	Log bool // σ = diag(x) L

	dim      int
	diagonal []float64   // of L, one number for a multiple of the identity
	below    []float64   // of each column, the number below the diagonal; nil: 0
	rows     [][]float64 // L where it has no such structure, else nil
}

// LoadingOf is the loading of a diffusion; ok is false where σ depends on (t, x) otherwise.
func LoadingOf(s Diffusion, dim int) (l *Loading, ok bool) {
	switch s := s.(type) {
	case Scalar:
		return &Loading{dim: dim, diagonal: []float64{float64(s)}}, true
	case Diagonal:
		return &Loading{dim: dim, diagonal: s}, true
	case Dense:
		return matrixLoading(s, false), true
	case Geometric:
		return &Loading{dim: dim, diagonal: []float64{float64(s)}, Log: true}, true
	case CorrelatedGeometric:
		return matrixLoading(s, true), true
	}
	return nil, false
}

// matrixLoading looks for one number below the diagonal of each column, and 0 above it.
func matrixLoading(m [][]float64, log bool) *Loading {
	d := len(m)
	l := &Loading{dim: d, Log: log, diagonal: make([]float64, d), below: make([]float64, d)}
	for j := range d - 1 {
		l.below[j] = m[d-1][j]
	}
	for i, row := range m {
		for j, v := range row {
			if j > i && v != 0 || j < i && v != l.below[j] {
				return &Loading{dim: d, Log: log, rows: m}
			}
		}
		l.diagonal[i] = row[i]
	}
	return l
}

// Apply is out = L·dw, by sums from the first component on.
func (l *Loading) Apply(dw, out []float64) {
	switch {
	case l.rows != nil:
		for i, row := range l.rows {
			sum := 0.0
			for j, v := range row {
				sum += v * dw[j]
			}
			out[i] = sum
		}
	case len(l.diagonal) == 1:
		floats.ScaleTo(out, l.diagonal[0], dw)
	case l.below == nil:
		floats.MulTo(out, l.diagonal, dw)
	default:
		sum := 0.0
		for i, v := range dw {
			out[i] = sum + l.diagonal[i]*v
			sum += l.below[i] * v
		}
	}
}

// Transposed is out = Lᵀ·v.
func (l *Loading) Transposed(v, out []float64) {
	switch {
	case l.rows != nil:
		clear(out)
		for i, row := range l.rows {
			floats.AddScaled(out, v[i], row)
		}
	case l.below == nil:
		l.Apply(v, out)
	default:
		sum := 0.0
		for i := l.dim - 1; i >= 0; i-- {
			out[i] = l.diagonal[i]*v[i] + l.below[i]*sum
			sum += v[i]
		}
	}
}

// Variances are the diagonal of LLᵀ.
func (l *Loading) Variances() []float64 {
	out := make([]float64, l.dim)
	sum := 0.0
	for i := range out {
		switch {
		case l.rows != nil:
			for _, v := range l.rows[i] {
				out[i] += v * v
			}
		case len(l.diagonal) == 1:
			out[i] = l.diagonal[0] * l.diagonal[0]
		default:
			out[i] = sum + l.diagonal[i]*l.diagonal[i]
			if l.below != nil {
				sum += l.below[i] * l.below[i]
			}
		}
	}
	return out
}
