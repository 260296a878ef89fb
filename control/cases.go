package control

// identity is v·I.
func identity(n int, v float64) [][]float64 {
	m := make([][]float64, n)
	for i := range m {
		m[i] = make([]float64, n)
		m[i][i] = v
	}
	return m
}

// multiplicative is lqr-multiplicative of PROBLEMS.md in d dimensions.
func multiplicative(d int) *LinearQuadratic {
	l := &LinearQuadratic{Name: "multiplicative", A: identity(d, 1), Q: identity(d, 1), R: identity(1, 1), G: identity(d, 1), Horizon: 1}
	for k := range d {
		l.B, l.Start = append(l.B, []float64{1}), append(l.Start, 1)
		e := make([][]float64, d)
		for i := range e {
			e[i] = []float64{0}
		}
		e[k][0] = 1
		l.D = append(l.D, e)
	}
	return l
}

// skew has every matrix, none of them symmetric where it need not be, and a random start.
func skew() *LinearQuadratic {
	return &LinearQuadratic{
		A: [][]float64{{-0.5, 1, 0}, {-1, -0.2, 0.4}, {0.3, 0, 0.2}}, B: [][]float64{{1, 0}, {0.3, 1}, {0, -0.5}},
		S: [][]float64{{0.5, 0}, {0.2, 0.4}, {0, 0.3}},
		C: [][][]float64{{{0.2, 0, 0.1}, {0, 0.3, 0}, {0.1, 0, 0}}, nil},
		D: [][][]float64{{{0.1, 0.2}, {0, 0.1}, {0.3, 0}}, {{0.4, 0}, {0, 0}, {0, 0.2}}},
		Q: [][]float64{{1, 0.2, 0}, {0.2, 0.5, 0}, {0, 0, 2}}, R: [][]float64{{0.5, 0.1}, {0.1, 0.8}}, N: [][]float64{{0.2, 0}, {0, -0.1}, {0.1, 0.1}},
		G:     [][]float64{{2, 0.3, 0}, {0.3, 1, 0}, {0, 0, 0.5}},
		Start: []float64{1, -0.5, 2}, StartFactor: [][]float64{{0.5, 0, 0}, {0.2, 0.3, 0}, {0, 0, 0}}, Horizon: 1.5,
	}
}
