package pde

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// recognise finds the square-root processes among the components of X, nil where there
// are none. Their μ is affine with a constant factor −k in the component itself, μ ≥ 0 at
// 0; the rest of it may depend on t and on other components.
func (p *Problem) recognise() (*squareRoots, error) {
	for i, v := range p.Start {
		if i >= p.Dim || math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, nil // Validate says so
		}
	}
	if len(p.Start) != p.Dim {
		return nil, nil
	}
	r, err := newRecogniser(p)
	if err != nil {
		return nil, err
	}
	// Most problems have none, which few probes tell.
	if err := r.evaluate(8, 1); err != nil || len(r.roots()) == 0 {
		return nil, err
	}
	if err := r.evaluate(probes, probeRows); err != nil {
		return nil, err
	}
	rows, err := r.matrix()
	if err != nil {
		return nil, err
	}
	q := &squareRoots{}
	for _, i := range r.roots() {
		if err := r.addRoot(q, i, rows); err != nil {
			return nil, err
		}
	}
	if len(q.index) == 0 {
		return nil, nil
	}
	return q, r.others(q, rows)
}

// roots are the components whose noise is their own square root.
func (r *recogniser) roots() (list []int) {
	for i := range r.d {
		if r.scale[i] < 0 {
			continue
		}
		root := func(x []float64) float64 { return math.Sqrt(math.Max(x[i], 0)) }
		tiny := func([]float64) float64 { return floorSize * math.Sqrt(r.scale[i]) }
		if r.proportional(i, root, tiny) {
			list = append(list, i)
		}
	}
	return list
}

// row is row i of σ at the first probe over size.
func row(columns [][]float64, i int, size float64) []float64 {
	rho := make([]float64, len(columns))
	for k, column := range columns {
		rho[k] = column[i] / size
	}
	return rho
}

// addRoot adds component i to q if its drift is of the form.
func (r *recogniser) addRoot(q *squareRoots, i int, columns [][]float64) error {
	a, k, moved, ok := r.reversion(i)
	if !ok {
		return nil
	}
	rho := row(columns, i, math.Sqrt(r.scale[i]))
	s := floats.Norm(rho, 2)
	if !(s > 0) {
		return nil
	}
	floats.Scale(1/s, rho)
	if math.Abs(k) < 1e-12 {
		k = 1e-12 // e^{−kh} − 1 over k is then h
	}
	q.index, q.a, q.k, q.s, q.along = append(q.index, i), append(q.a, a), append(q.k, k), append(q.s, s), append(q.along, rho)
	q.floor = append(q.floor, floorState*r.scale[i])
	q.moved = q.moved || moved
	return nil
}

// reversion finds a and k of a drift a − kx of component i, moved where a is not the same
// at all probes.
func (r *recogniser) reversion(i int) (a, k float64, moved, ok bool) {
	d, lo, hi := r.d, -1, -1
	for n := range probes {
		v := r.x[n*d+i]
		if v > 0 && (lo < 0 || v < r.x[lo*d+i]) {
			lo = n
		}
		if hi < 0 || v > r.x[hi*d+i] {
			hi = n
		}
	}
	k = (r.mu[lo*d+i] - r.mu[hi*d+i]) / (r.x[hi*d+i] - r.x[lo*d+i])
	a = r.mu[lo*d+i] + k*r.x[lo*d+i]
	for n := range probes {
		if v := r.x[n*d+i]; v > 0 {
			moved = moved || !(math.Abs(r.mu[n*d+i]-(a-k*v)) <= relative*(math.Abs(a)+math.Abs(k)*v))
		}
	}
	if moved {
		k, ok = r.otherReversion(i)
		return 0, k, true, ok
	}
	return math.Max(a, 0), k, false, a >= -relative*math.Abs(k)*r.scale[i]
}

// otherReversion finds k of a drift a(t, x) − kx of component i, in which a does not
// depend on x_i and is not negative.
func (r *recogniser) otherReversion(i int) (k float64, ok bool) {
	d := r.d
	at := func(v float64) []float64 {
		x, mu := append([]float64(nil), r.x...), make([]float64, probes*d)
		for n := range probes {
			x[n*d+i] = v * r.scale[i]
		}
		if r.drift.Eval(probes, mu, r.t, x) != nil {
			return nil
		}
		return mu
	}
	const small, large = 1e-4, 1e3
	low, mid, high := at(small), at(1), at(large)
	if low == nil || mid == nil || high == nil {
		return 0, false
	}
	k = (low[i] - high[i]) / ((large - small) * r.scale[i])
	for n := range probes {
		l, m, h := low[n*d+i], mid[n*d+i], high[n*d+i]
		size := relative * (math.Abs(l) + math.Abs(m) + math.Abs(h))
		straight := math.Abs(l+k*small*r.scale[i]-(h+k*large*r.scale[i])) <= size &&
			math.Abs(m+k*r.scale[i]-(l+k*small*r.scale[i])) <= size
		if !straight || l+k*small*r.scale[i] < -size {
			return 0, false
		}
	}
	return k, true
}
