// Package matrix makes the matrices that named problems and problem files share.
package matrix

import "math"

// Zeros is an r×c matrix of zeros.
func Zeros(r, c int) [][]float64 {
	m := make([][]float64, r)
	for i := range m {
		m[i] = make([]float64, c)
	}
	return m
}

// Multiple is v times the identity.
func Multiple(n int, v float64) [][]float64 {
	m := Zeros(n, n)
	for i := range m {
		m[i][i] = v
	}
	return m
}

// Put adds v times block to m, its first entry at row i, column j.
func Put(m [][]float64, i, j int, v float64, block [][]float64) {
	for r, row := range block {
		for c, x := range row {
			m[i+r][j+c] += v * x
		}
	}
}

// Equicorrelated is the Cholesky factor of the matrix with 1 on the diagonal and rho off
// it. Below the diagonal the entries of a column are equal.
func Equicorrelated(d int, rho float64) [][]float64 {
	l := Zeros(d, d)
	squares := 0.0 // of a row to the left of column j
	for j := range d {
		l[j][j] = math.Sqrt(1 - squares)
		below := (rho - squares) / l[j][j]
		for i := j + 1; i < d; i++ {
			l[i][j] = below
		}
		squares += below * below
	}
	return l
}
