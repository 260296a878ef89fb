package linearquadratic

import (
	"math"

	"github.com/deepbsde/deepbsde/pde"
)

// mostMixed bounds the quadratic forms that are not diagonal: their entries are read off
// one by one.
const mostMixed = 300

// costs are Q, R, N and G, and what is constant or linear.
func (f *finder) costs(l *Form, rest *affine) error {
	both, linear, constant, err := f.quadratic("RunningCost", f.d+f.m, func(rows int, v []float64) ([]float64, error) {
		out := make([]float64, rows)
		if f.cost == nil {
			return out, nil
		}
		var x, a []float64
		for r := range rows {
			row := v[r*(f.d+f.m) : (r+1)*(f.d+f.m)]
			x, a = append(x, row[:f.d]...), append(a, row[f.d:]...)
		}
		return out, f.cost.Eval(rows, out, []float64{f.t}, x, a)
	})
	if err != nil {
		return err
	}
	rest.ofX, rest.ofA, rest.cost = linear[:f.d], linear[f.d:], constant
	for i, row := range both {
		if i < f.d {
			l.Q, l.N = append(l.Q, row[:f.d:f.d]), append(l.N, row[f.d:])
		} else {
			l.R = append(l.R, row[f.d:])
		}
	}
	l.G, rest.finalOfX, rest.final, err = f.quadratic("TerminalCost", f.d, func(rows int, v []float64) ([]float64, error) {
		out := make([]float64, rows)
		if f.final == nil {
			return out, nil
		}
		return out, f.final.Eval(rows, out, v)
	})
	return err
}

// quadratic are the symmetric matrix M, the vector and the constant of the function
// vᵀMv + 2 linear·v + constant of n components.
func (f *finder) quadratic(field string, n int, of func(rows int, v []float64) ([]float64, error)) (m [][]float64, linear []float64, constant float64, err error) {
	rest, err := of(1, make([]float64, n))
	if err != nil {
		return nil, nil, 0, err
	}
	constant, linear = rest[0], make([]float64, n)
	// at is the function without its constant and its linear part.
	at := func(rows int, v []float64) ([]float64, error) {
		out, err := of(rows, v)
		for r := range out {
			out[r] -= constant
			for i, c := range linear {
				out[r] -= 2 * c * v[r*n+i]
			}
		}
		return out, err
	}
	unit := units(n)
	plus, err := at(n, unit)
	if err != nil {
		return nil, nil, 0, err
	}
	for i := range n {
		unit[i*n+i] = -1
	}
	minus, err := at(n, unit)
	if err != nil {
		return nil, nil, 0, err
	}
	m = make([][]float64, n)
	odd, even := make([]float64, n), make([]float64, n)
	for i := range n {
		rounding := 1e-14 * (math.Abs(plus[i]) + math.Abs(minus[i]) + math.Abs(constant))
		if v := plus[i] - minus[i]; math.Abs(v) > rounding {
			odd[i] = v / 4
		}
		if v := plus[i] + minus[i]; math.Abs(v) > rounding {
			even[i] = v / 2
		}
		m[i] = make([]float64, n)
		m[i][i] = even[i]
	}
	if drowned(append(odd, constant), even) {
		return nil, nil, 0, pde.Errorf(f.p.Name, field, nil, "is so large at 0 that its coefficients drown in rounding; measure the state from elsewhere")
	}
	for i, v := range odd {
		plus[i] -= 2 * v // what is even
	}
	linear = odd
	diagonal, err := f.isDiagonal(m, linear, constant, at)
	if err != nil || diagonal {
		return m, linear, constant, err
	}
	if n > mostMixed {
		return nil, nil, 0, pde.Errorf(f.p.Name, field, nil, "has %d components and mixed terms; those are read off a function up to %d", n, mostMixed)
	}
	for i := range n {
		pairs := units(n)
		for j := range n {
			pairs[j*n+i]++
		}
		got, err := at(n, pairs)
		if err != nil {
			return nil, nil, 0, err
		}
		for j := i + 1; j < n; j++ {
			v := (got[j] - plus[i] - plus[j]) / 2
			if math.Abs(v) <= 1e-14*(math.Abs(got[j])+math.Abs(plus[i])+math.Abs(plus[j])+math.Abs(constant)+math.Abs(linear[i])+math.Abs(linear[j])) {
				v = 0 // what rounding leaves
			}
			m[i][j], m[j][i] = v, v
		}
	}
	return m, linear, constant, nil
}

// isDiagonal tries the diagonal at random points, beside what is linear and constant.
func (f *finder) isDiagonal(m [][]float64, linear []float64, constant float64, at func(rows int, v []float64) ([]float64, error)) (bool, error) {
	const points = 4
	n := len(m)
	v := f.normals(points * n)
	got, err := at(points, v)
	if err != nil {
		return false, err
	}
	for r, g := range got {
		sum, size := 0.0, math.Abs(constant)
		for i := range n {
			term := m[i][i] * v[r*n+i] * v[r*n+i]
			sum, size = sum+term, size+math.Abs(term)+math.Abs(2*linear[i]*v[r*n+i])
		}
		if math.Abs(g-sum) > digits*size {
			return false, nil
		}
	}
	return true, nil
}
