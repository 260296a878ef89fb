// Package cases holds linear-quadratic problems that several tests share.
package cases

import "github.com/deepbsde/deepbsde/control/reference/linearquadratic"

// Identity is v·I.
func Identity(n int, v float64) [][]float64 {
	m := make([][]float64, n)
	for i := range m {
		m[i] = make([]float64, n)
		m[i][i] = v
	}
	return m
}

// Multiplicative is lqr-multiplicative of PROBLEMS.md in d dimensions.
func Multiplicative(d int) *linearquadratic.Form {
	l := &linearquadratic.Form{Name: "multiplicative", A: Identity(d, 1), Q: Identity(d, 1), R: Identity(1, 1), G: Identity(d, 1), Horizon: 1}
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

// Skew has every matrix, none of them symmetric where it need not be, and a random start.
func Skew() *linearquadratic.Form {
	return &linearquadratic.Form{
		A: [][]float64{{-0.5, 1, 0}, {-1, -0.2, 0.4}, {0.3, 0, 0.2}}, B: [][]float64{{1, 0}, {0.3, 1}, {0, -0.5}},
		S: [][]float64{{0.5, 0}, {0.2, 0.4}, {0, 0.3}},
		C: [][][]float64{{{0.2, 0, 0.1}, {0, 0.3, 0}, {0.1, 0, 0}}, nil},
		D: [][][]float64{{{0.1, 0.2}, {0, 0.1}, {0.3, 0}}, {{0.4, 0}, {0, 0}, {0, 0.2}}},
		Q: [][]float64{{1, 0.2, 0}, {0.2, 0.5, 0}, {0, 0, 2}}, R: [][]float64{{0.5, 0.1}, {0.1, 0.8}}, N: [][]float64{{0.2, 0}, {0, -0.1}, {0.1, 0.1}},
		G:     [][]float64{{2, 0.3, 0}, {0.3, 1, 0}, {0, 0, 0.5}},
		Start: []float64{1, -0.5, 2}, StartFactor: [][]float64{{0.5, 0, 0}, {0.2, 0.3, 0}, {0, 0, 0}}, Horizon: 1.5,
	}
}
