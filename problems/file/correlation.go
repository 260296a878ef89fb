package file

import (
	"math"

	"github.com/deepbsde/deepbsde/problems/file/internal/formula"
	"github.com/deepbsde/deepbsde/problems/file/internal/source"
	"github.com/deepbsde/deepbsde/problems/internal/matrix"
	"go.yaml.in/yaml/v4"
)

// correlation is that of the components of the noise: a number, the same for every two
// of them, or a matrix.
type correlation struct {
	node *yaml.Node
	one  *formula.Vector
	rows []*formula.Vector
}

func (r *reader) correlation(n *yaml.Node) *correlation {
	c := &correlation{node: n}
	if n.Kind == yaml.SequenceNode {
		if c.rows = r.matrix(n, "correlation"); r.Err == nil && c.rows[0].Len() != len(c.rows) {
			r.Fail(n, "correlation is a %d×%d matrix, want a square one", len(c.rows), c.rows[0].Len())
		}
	} else {
		c.one = r.One(n, "correlation")
	}
	return c
}

// errorf is an error at the correlation as a whole.
func (c *correlation) errorf(format string, args ...any) *source.Error {
	v := c.one
	if v == nil {
		v = c.rows[0]
	}
	return v.ErrorAt(c.node, format, args...)
}

// factor is diag(v)·L with the Cholesky factor L of the correlation matrix, the identity
// for a nil correlation. at is where v stands.
func (c *correlation) factor(in *formula.Instance, at *formula.Vector, v []float64) ([][]float64, *source.Error) {
	n := len(v)
	if n > formula.MaxMatrix {
		return nil, at.Errorf("a %d×%d matrix, want at most %d rows", n, n, formula.MaxMatrix)
	}
	l := matrix.Multiple(n, 1)
	if c != nil {
		var wrong *source.Error
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

func (c *correlation) cholesky(in *formula.Instance, at *formula.Vector, n int) ([][]float64, *source.Error) {
	if c.one != nil {
		rho, wrong := in.Constants(c.one, "correlation", 1)
		if wrong != nil {
			return nil, wrong
		}
		if r := rho[0]; n > 1 && !(r < 1 && 1+float64(n-1)*r > 0) {
			return nil, c.one.Errorf("correlation is %g, want a number above %.6g and below 1 for %d components", r, -1/float64(n-1), n)
		}
		return matrix.Equicorrelated(n, rho[0]), nil
	}
	if len(c.rows) != n {
		return nil, c.errorf("correlation has %d rows, want %d", len(c.rows), n)
	}
	m := make([][]float64, n)
	for i, row := range c.rows {
		var wrong *source.Error
		if m[i], wrong = in.Constants(row, "a row of correlation", n); wrong != nil {
			return nil, wrong
		}
		if m[i][i] != 1 {
			return nil, row.Errorf("correlation has %g on the diagonal, in row %d, want 1", m[i][i], i)
		}
		for j := range i {
			if m[i][j] != m[j][i] {
				return nil, row.Errorf("correlation has %g in row %d, column %d and %g across, want a symmetric matrix", m[i][j], i, j, m[j][i])
			}
		}
	}
	l := matrix.Zeros(n, n)
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
				return nil, c.rows[i].Errorf("correlation is not positive definite, from row %d on", i)
			default:
				l[i][i] = math.Sqrt(s)
			}
		}
	}
	return l, nil
}
