package linearquadratic

import (
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/control/reference/internal/matrix"
)

// The terms of a linear-quadratic problem as expressions, nil where they are 0.

// sum is that of the terms that are not nil, 0 of the given width where all are.
func sum(width int, terms ...*expr.Value) expr.Value {
	var total *expr.Value
	for _, t := range terms {
		switch {
		case t == nil:
		case total == nil:
			total = t
		default:
			v := total.Add(*t)
			total = &v
		}
	}
	if total == nil {
		return expr.Const(0).Broadcast(width)
	}
	return *total
}

// linear is M·v, nil where M is 0.
func linear(v expr.Value, m [][]float64) *expr.Value {
	diagonal, scalar := diagonalOf(m)
	var out expr.Value
	switch {
	case matrix.IsZero(m):
		return nil
	case constantColumn(m):
		out = v.Scale(m[0][0]).Broadcast(len(m))
	case diagonal == nil:
		out = v.Linear(m)
	case !scalar:
		out = v.Mul(expr.Vector(diagonal))
	case diagonal[0] == 1:
		out = v
	default:
		out = v.Scale(diagonal[0])
	}
	return &out
}

// quadratic is vᵀMv, nil where M is 0.
func quadratic(v expr.Value, m [][]float64) *expr.Value {
	diagonal, scalar := diagonalOf(m)
	var out expr.Value
	switch {
	case matrix.IsZero(m):
		return nil
	case scalar:
		out = v.NormSq().Scale(diagonal[0])
	default:
		out = v.Dot(*linear(v, m))
	}
	return &out
}

// cross is 2xᵀNa, nil where N is 0.
func cross(x, a expr.Value, n [][]float64) *expr.Value {
	if matrix.IsZero(n) {
		return nil
	}
	out := x.Dot(*linear(a, n)).Scale(2)
	return &out
}

// bilinear is Σ_k w_k·(M_k v) = Σ_j v_j·(M^j w), nil where all M_k are 0: the sum with
// fewer terms.
func bilinear(v, w expr.Value, m [][][]float64) *expr.Value {
	byNoise, byComponent := 0, 0
	turned := turn(m, v.Width())
	for _, x := range m {
		if !matrix.IsZero(x) {
			byNoise++
		}
	}
	for _, x := range turned {
		if !matrix.IsZero(x) {
			byComponent++
		}
	}
	if byComponent <= byNoise {
		m, v, w = turned, w, v
	}
	var terms []*expr.Value
	width := 0
	for k, x := range m {
		if term := linear(v, x); term != nil {
			t := term.Mul(w.At(k))
			terms, width = append(terms, &t), len(x)
		}
	}
	if terms == nil {
		return nil
	}
	out := sum(width, terms...)
	return &out
}

// turn is M^j with M^j[i][k] = M_k[i][j], j below p.
func turn(m [][][]float64, p int) [][][]float64 {
	out := make([][][]float64, p)
	for k, x := range m {
		for i, row := range x {
			for j, v := range row {
				if out[j] == nil {
					out[j] = make([][]float64, len(x))
				}
				if out[j][i] == nil {
					out[j][i] = make([]float64, len(m))
				}
				out[j][i][k] = v
			}
		}
	}
	return out
}

// constantColumn tells whether m has one column, of equal numbers.
func constantColumn(m [][]float64) bool {
	for _, row := range m {
		if len(row) != 1 || row[0] != m[0][0] {
			return false
		}
	}
	return len(m) > 1
}

// diagonalOf is the diagonal of a square diagonal matrix, nil of another one, and
// whether it is a multiple of the identity.
func diagonalOf(m [][]float64) (diagonal []float64, scalar bool) {
	scalar = true
	for i, row := range m {
		if len(row) != len(m) {
			return nil, false
		}
		for j, v := range row {
			if i != j && v != 0 {
				return nil, false
			}
		}
		diagonal = append(diagonal, row[i])
		scalar = scalar && row[i] == diagonal[0]
	}
	return diagonal, scalar && len(m) > 0
}
