package finitedifference

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"

	"github.com/deepbsde/deepbsde/autodiff/parallel"
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
)

// march carries the solution on a grid backwards in time.
type march struct {
	*lattice
	*grid
	u      []float64
	ops    *operators // of the time reached last
	slopes slopes     // of f, at the start of the step
}

// step replaces u(t1) by u(t0). With F the whole right side, F_i its part along
// coordinate i together with the linearisation of f, taken at the start of the step,
//
//	Y ← u + ΔtF(t1,u),            Y ← Y + θΔt(F_i(t0,Y) − F_i(t1,u)) for i = 1, 2
//	V ← u + ½Δt(F(t1,u)+F(t0,Y)), V ← V + θΔt(F_i(t0,V) − F_i(t0,Y)) for i = 1, 2
//
// (Hundsdorfer–Verwer). An Euler step is the first line with θ = 1 and all
// coefficients at t0, so that f need not be finite at T.
func (m *march) step(t0, t1 float64, euler bool) error {
	dt, theta := t1-t0, 0.5+math.Sqrt(3)/6
	old, now := m.ops, m.ops
	if m.ops == nil || m.moving {
		var err error
		if now, err = m.operators(m.grid, t0); err != nil {
			return err
		}
		m.ops = now
	}
	at := t1
	if euler {
		old, at, theta = now, t0, 1
	}
	f, err := m.rate(old, at, m.u, true)
	if err != nil {
		return err
	}
	for n, v := range m.slopes.y {
		if theta*dt*v >= 1 { // an implicit step would pass over a pole
			return fmt.Errorf("the solution grows too fast at t=%g, x=%v, by ∂f/∂y=%.3g; it may blow up", t1, m.x[n*m.d:(n+1)*m.d], v)
		}
	}
	after := m.implicit(now)
	before := after
	if old != now {
		before = m.implicit(old)
	}
	y := make([]float64, m.nodes)
	for n, v := range m.u {
		y[n] = v + dt*f[n]
	}
	if err := m.correct(y, m.u, before, after, theta*dt); err != nil {
		return err
	}
	if !euler {
		f2, err := m.rate(now, t0, y, false)
		if err != nil {
			return err
		}
		v := make([]float64, m.nodes)
		for n := range v {
			v[n] = m.u[n] + dt/2*(f[n]+f2[n])
		}
		if err := m.correct(v, y, after, after, theta*dt); err != nil {
			return err
		}
		y = v
	}
	m.u = y
	for n, v := range y {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("the solution is not finite at t=%g, x=%v; it may blow up", t0, m.x[n*m.d:(n+1)*m.d])
		}
	}
	return nil
}

// slopes are ∂f/∂y at all nodes and ∂f/∂z, nodes×d; nil where f does not depend on it.
type slopes struct{ y, z []float64 }

// rate is the whole right side −∂u/∂t, and renews the slopes of f where asked.
func (m *march) rate(o *operators, t float64, u []float64, renew bool) ([]float64, error) {
	out := make([]float64, m.nodes)
	if m.p.Generator != nil {
		z := o.z(m.grid, u)
		if err := m.generator(t, u, z, out); err != nil {
			return nil, err
		}
		if renew {
			var err error
			if m.slopes, err = m.differentiate(t, u, z, out); err != nil {
				return nil, err
			}
		}
	}
	for i, w := range o.bands {
		w.addTo(out, 1, u, m.stride[i])
	}
	o.addMixed(m.grid, out, u)
	return out, nil
}

func (m *march) generator(t float64, y, z, out []float64) error {
	const rows = 4096
	time := []float64{t}
	return parallel.Chunks(context.Background(), runtime.GOMAXPROCS(0), (m.nodes+rows-1)/rows, func(c int) error {
		a, b := c*rows, min((c+1)*rows, m.nodes)
		return m.terms.Generator.Eval(b-a, out[a:b], time, m.x[a*m.d:b*m.d], y[a:b], z[a*m.d:b*m.d])
	})
}

// differentiate finds the slopes of f by difference quotients; the order of the scheme
// does not depend on them.
func (m *march) differentiate(t float64, y, z, f []float64) (s slopes, err error) {
	out := make([]float64, m.nodes)
	if m.onY {
		s.y = make([]float64, m.nodes)
		moved := shifted(y, 1, 0)
		if err := m.generator(t, moved, z, out); err != nil {
			return s, err
		}
		for n, v := range y {
			s.y[n] = (out[n] - f[n]) / (moved[n] - v)
		}
	}
	if !m.onZ {
		return s, nil
	}
	s.z = make([]float64, m.nodes*m.d)
	for k := range m.d {
		moved := shifted(z, m.d, k)
		if err := m.generator(t, y, moved, out); err != nil {
			return s, err
		}
		for r := k; r < len(z); r += m.d {
			s.z[r] = (out[r/m.d] - f[r/m.d]) / (moved[r] - z[r])
		}
	}
	return s, nil
}

// shifted is v with component k of every row moved a little.
func shifted(v []float64, width, k int) []float64 {
	moved := append([]float64(nil), v...)
	for r := k; r < len(v); r += width {
		moved[r] += 1e-6 * (1 + math.Abs(v[r]))
	}
	return moved
}

// implicit are the bands with the linearised f: ∂f/∂z adds the drift s·∂f/∂z, ∂f/∂y
// goes to the coordinates in equal parts.
func (m *march) implicit(o *operators) []band {
	j := m.slopes
	if j.y == nil && j.z == nil {
		return o.bands
	}
	bands := make([]band, m.d)
	for i := range bands {
		w := newBand(m.nodes, m.root(i))
		for n := range w.diag {
			drift := 0.0
			for k := 0; j.z != nil && k < m.d; k++ {
				drift += j.z[n*m.d+k] * o.s[k][n*m.d+i]
			}
			w.set(n, m.position(n, i), m.count[i], m.h[i], 0, drift)
			w.lower[n] += o.bands[i].lower[n]
			w.diag[n] += o.bands[i].diag[n]
			w.upper[n] += o.bands[i].upper[n]
			if w.second != nil {
				w.second[n] += o.bands[i].second[n]
			}
			if j.y != nil {
				w.diag[n] += j.y[n] / float64(m.d)
			}
		}
		bands[i] = w
	}
	return bands
}

// correct makes y implicit, one coordinate after the other, in terms of the change
// w = y − u of the solution:
//
//	(1 − c·after_i) w_new = w + c·(after_i − before_i) u
//
// On the open boundary w is that of the neighbour inside.
func (m *march) correct(y, u []float64, before, after []band, c float64) error {
	for n := range y {
		y[n] -= u[n]
	}
	for i := range m.d {
		if &before[i].diag[0] != &after[i].diag[0] {
			after[i].addTo(y, c, u, m.stride[i])
			before[i].addTo(y, -c, u, m.stride[i])
		}
		if err := m.solveLines(i, after[i], c, y); err != nil {
			return err
		}
	}
	if m.d == 2 { // the second coordinate moved the boundary of the first
		last, s := m.nodes-m.count[1], m.stride[0]
		if !m.coordinates[0].closed {
			copy(y[:s], y[s:2*s])
		}
		copy(y[last:], y[last-s:last])
	}
	for n := range y {
		y[n] += u[n]
	}
	return nil
}

// solveLines solves (1 − c·w) v = y for v on every line along coordinate i, in place.
func (m *march) solveLines(i int, w band, c float64, y []float64) error {
	count, stride := m.count[i], m.stride[i]
	lower, diag, upper := make([]float64, count), make([]float64, count), make([]float64, count)
	for first := range y {
		if m.position(first, i) != 0 {
			continue
		}
		for q := range count {
			n := first + q*stride
			diag[q], upper[q] = 1-c*w.diag[n], -c*w.upper[n]
			if q > 0 {
				lower[q-1] = -c * w.lower[n]
			}
		}
		last := first + (count-1)*stride
		diag[count-1], lower[count-2], y[last] = 1, -1, 0
		if !m.coordinates[i].closed {
			diag[0], upper[0], y[first] = 1, -1, 0
		} else if w.second != nil && upper[1] != 0 { // row 0 less a multiple of row 1, which has the same third node
			f := -c * w.second[first] / upper[1]
			diag[0] -= f * lower[0]
			upper[0] -= f * diag[1]
			y[first] -= f * y[first+stride]
		}
		ok := lapack64.Gtsv(blas.NoTrans, lapack64.Tridiagonal{N: count, DL: lower, D: diag, DU: upper},
			blas64.General{Rows: count, Cols: 1, Stride: stride, Data: y[first:]})
		if !ok {
			return errors.New("the implicit step is singular; the solution may blow up")
		}
	}
	return nil
}
