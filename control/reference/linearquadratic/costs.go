package linearquadratic

import (
	"math"

	"github.com/deepbsde/deepbsde/pde"
)

// mostMixed bounds the quadratic forms that are not diagonal: their entries are read off
// one by one.
const mostMixed = 300

// costs are Q, R, N and G.
func (f *finder) costs(l *Form) error {
	both, err := f.quadratic("RunningCost", f.d+f.m, func(rows int, v []float64) ([]float64, error) {
		out := make([]float64, rows)
		if f.cost == nil {
			return out, nil
		}
		var x, a []float64
		for r := range rows {
			row := v[r*(f.d+f.m) : (r+1)*(f.d+f.m)]
			x, a = append(x, row[:f.d]...), append(a, row[f.d:]...)
		}
		return out, f.cost.Eval(rows, out, []float64{0}, x, a)
	})
	if err != nil {
		return err
	}
	for i, row := range both {
		if i < f.d {
			l.Q, l.N = append(l.Q, row[:f.d]), append(l.N, row[f.d:])
		} else {
			l.R = append(l.R, row[f.d:])
		}
	}
	l.G, err = f.quadratic("TerminalCost", f.d, func(rows int, v []float64) ([]float64, error) {
		out := make([]float64, rows)
		if f.final == nil {
			return out, nil
		}
		return out, f.final.Eval(rows, out, v)
	})
	return err
}

// quadratic is the symmetric matrix M of the function vᵀMv of n components.
func (f *finder) quadratic(field string, n int, at func(rows int, v []float64) ([]float64, error)) ([][]float64, error) {
	rest, err := at(1, make([]float64, n))
	if err != nil {
		return nil, err
	}
	if rest[0] != 0 {
		return nil, pde.Errorf(f.p.Name, field, nil, "is not quadratic: it is %g at 0; %s", rest[0], oneMoreState)
	}
	unit := units(n)
	plus, err := at(n, unit)
	if err != nil {
		return nil, err
	}
	for i := range n {
		unit[i*n+i] = -1
	}
	minus, err := at(n, unit)
	if err != nil {
		return nil, err
	}
	m := make([][]float64, n)
	for i := range n {
		if math.Abs(plus[i]-minus[i]) > digits*(math.Abs(plus[i])+math.Abs(minus[i])) {
			return nil, pde.Errorf(f.p.Name, field, nil, "is not quadratic: %g and %g at a unit vector and its negative; %s", plus[i], minus[i], oneMoreState)
		}
		m[i] = make([]float64, n)
		m[i][i] = (plus[i] + minus[i]) / 2
	}
	diagonal, err := f.isDiagonal(m, at)
	if err != nil || diagonal {
		return m, err
	}
	if n > mostMixed {
		return nil, pde.Errorf(f.p.Name, field, nil, "has %d components and mixed terms; those are read off a function up to %d", n, mostMixed)
	}
	for i := range n {
		pairs := units(n)
		for j := range n {
			pairs[j*n+i]++
		}
		got, err := at(n, pairs)
		if err != nil {
			return nil, err
		}
		for j := i + 1; j < n; j++ {
			v := (got[j] - plus[i] - plus[j]) / 2
			if math.Abs(v) <= 1e-14*(math.Abs(got[j])+math.Abs(plus[i])+math.Abs(plus[j])) {
				v = 0 // what rounding leaves
			}
			m[i][j], m[j][i] = v, v
		}
	}
	return m, nil
}

// isDiagonal tries the diagonal at random points.
func (f *finder) isDiagonal(m [][]float64, at func(rows int, v []float64) ([]float64, error)) (bool, error) {
	const points = 4
	n := len(m)
	v := f.normals(points * n)
	got, err := at(points, v)
	if err != nil {
		return false, err
	}
	for r, g := range got {
		sum, size := 0.0, 0.0
		for i := range n {
			term := m[i][i] * v[r*n+i] * v[r*n+i]
			sum, size = sum+term, size+math.Abs(term)
		}
		if math.Abs(g-sum) > digits*size {
			return false, nil
		}
	}
	return true, nil
}
