package linearquadratic

import "slices"

// affine is what is constant or linear in the functions of a problem:
//
//	drift + …,   cost + 2 ofX·x + 2 ofA·a + …,   final + 2 finalOfX·x + …
//
// and the additive part of each component of the multiplicative noise.
type affine struct {
	drift, ofX, ofA, finalOfX []float64
	cost, final               float64
	noise                     [][]float64
}

// some tells whether anything is not 0.
func (r *affine) some() bool {
	for _, v := range append([][]float64{r.drift, r.ofX, r.ofA, r.finalOfX, {r.cost, r.final}}, r.noise...) {
		if slices.ContainsFunc(v, func(c float64) bool { return c != 0 }) {
			return true
		}
	}
	return false
}

// extend adds the state that is constant at 1 to a form without it.
func (r *affine) extend(l *Form) {
	d, m := l.StateDim(), l.ActionDim()
	l.Affine = true
	l.A = bordered(l.A, r.drift, make([]float64, d), 0)
	if l.Stages > 0 {
		l.A[d][d] = 1
	}
	l.B, l.N = append(l.B, make([]float64, m)), append(l.N, r.ofA)
	if l.S != nil {
		l.S = append(l.S, make([]float64, l.AdditiveDim()))
	}
	for k, own := range r.noise {
		if c := l.C; c == nil {
			l.C = make([][][]float64, len(r.noise))
		}
		if l.C[k] != nil || slices.ContainsFunc(own, func(v float64) bool { return v != 0 }) {
			l.C[k] = bordered(l.C[k], own, make([]float64, d), 0)
		}
		if l.D != nil && l.D[k] != nil {
			l.D[k] = append(l.D[k], make([]float64, m))
		}
	}
	l.Q = bordered(l.Q, r.ofX, r.ofX, r.cost)
	l.G = bordered(l.G, r.finalOfX, r.finalOfX, r.final)
	l.Start = append(slices.Clone(l.Start), 1)
}

// bordered is a square matrix, nil for 0, with one more column, one more row and their corner.
func bordered(m [][]float64, column, row []float64, corner float64) [][]float64 {
	var out [][]float64
	for i, c := range column {
		inner := make([]float64, len(column))
		if m != nil {
			copy(inner, m[i])
		}
		out = append(out, append(inner, c))
	}
	return append(out, append(slices.Clone(row), corner))
}
