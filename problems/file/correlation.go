package problems

import (
	"math"

	"go.yaml.in/yaml/v4"
)

// correlation is that of the components of the noise: a number, the same for every two
// of them, or a matrix.
type correlation struct {
	node *yaml.Node
	one  *vector
	rows []*vector
}

func (r *reader) correlation(n *yaml.Node) *correlation {
	c := &correlation{node: n}
	if n.Kind == yaml.SequenceNode {
		c.rows = r.matrix(n, "correlation")
	} else {
		c.one = r.one(n, "correlation")
	}
	return c
}

// errorf is an error at the correlation as a whole.
func (c *correlation) errorf(format string, args ...any) *FileError {
	v := c.one
	if v == nil {
		v = c.rows[0]
	}
	return v.parts[0].source.errorAt(c.node.Line, c.node.Column, format, args...)
}

// factor is diag(v)·L with the Cholesky factor L of the correlation matrix, the identity
// for a nil correlation. at is where v stands.
func (c *correlation) factor(in *instance, at *vector, v []float64) ([][]float64, *FileError) {
	n := len(v)
	if n > maxMatrix {
		return nil, at.errorf("a %d×%d matrix, want at most %d rows", n, n, maxMatrix)
	}
	l := multiple(n, 1)
	if c != nil {
		var wrong *FileError
		if l, wrong = c.cholesky(in, at, n); wrong != nil {
			return nil, wrong
		}
	}
	for i, row := range l {
		for j := range row {
			row[j] *= v[i]
		}
	}
	return l, nil
}

func (c *correlation) cholesky(in *instance, at *vector, n int) ([][]float64, *FileError) {
	if c.one != nil {
		rho, wrong := in.constants(c.one, "correlation", 1)
		if wrong != nil {
			return nil, wrong
		}
		if r := rho[0]; n > 1 && !(r < 1 && 1+float64(n-1)*r > 0) {
			return nil, c.one.errorf("correlation is %g, want a number above %.6g and below 1 for %d components", r, -1/float64(n-1), n)
		}
		return equicorrelated(n, rho[0]), nil
	}
	if len(c.rows) != n {
		return nil, c.errorf("correlation has %d rows, want %d", len(c.rows), n)
	}
	m := make([][]float64, n)
	for i, row := range c.rows {
		var wrong *FileError
		if m[i], wrong = in.constants(row, "a row of correlation", n); wrong != nil {
			return nil, wrong
		}
		if m[i][i] != 1 {
			return nil, row.errorf("correlation has %g on the diagonal, in row %d, want 1", m[i][i], i)
		}
		for j := range i {
			if m[i][j] != m[j][i] {
				return nil, row.errorf("correlation has %g in row %d, column %d and %g across, want a symmetric matrix", m[i][j], i, j, m[j][i])
			}
		}
	}
	l := zeros(n, n)
	for i := range n {
		for j := range i + 1 {
			s := m[i][j]
			for k := range j {
				s -= l[i][k] * l[j][k]
			}
			switch {
			case i > j:
				l[i][j] = s / l[j][j]
			case !(s > 0): // or NaN
				return nil, c.rows[i].errorf("correlation is not positive definite, from row %d on", i)
			default:
				l[i][i] = math.Sqrt(s)
			}
		}
	}
	return l, nil
}
