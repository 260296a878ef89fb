package pde

import (
	"math"
	"math/rand/v2"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"gonum.org/v1/gonum/floats"
)

// Square-root processes are recognised from the values of μ and σ at points that reach
// over several powers of ten in every component, so that it does not matter how a user
// wrote them: √x, √|x|, √max(x, 0), x^½, with a tiny number in the place of 0. Reach and
// number of the points, rows of noise at each, and what the values may differ by.
const (
	probeLow, probeHigh = -4, 3 // powers of ten
	probes              = 96
	probeRows           = 3
	relative            = 1e-9 // of the value itself
	floorSize           = 1e-7 // of √x at the start: a floor under the root
	floorState          = 1e-12
)

// recogniser holds μ and σ·dw at the probes.
type recogniser struct {
	d            int
	scale        []float64 // of each component: its start, 1 where that is 0
	t, x         []float64 // probes, probes×d; the first is the scale itself
	dw           []float64 // probeRows×d
	mu           []float64 // probes×d
	noise        [][]float64
	drift, sigma *expr.Func
}

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

func newRecogniser(p *Problem) (*recogniser, error) {
	d := p.Dim
	r := &recogniser{d: d, scale: make([]float64, d), t: make([]float64, probes), x: make([]float64, probes*d), dw: make([]float64, probeRows*d)}
	t, x, dw := expr.Input("t", 1), expr.Input("x", d), expr.Input("dw", d)
	var err error
	if r.drift, err = expr.Compile(p.DriftOrZero().At(t, x).Broadcast(d), t, x); err != nil {
		return nil, err
	}
	if r.sigma, err = expr.Compile(p.Diffusion.Mul(t, x, dw), t, x, dw); err != nil {
		return nil, err
	}
	rng := rand.New(rand.NewPCG(2008, 11))
	for i, v := range p.Start {
		if r.scale[i] = v; v == 0 {
			r.scale[i] = 1
		}
	}
	copy(r.x, r.scale)
	for n := 1; n < probes; n++ {
		r.t[n] = p.Horizon * rng.Float64()
		for i := range d {
			v := r.scale[i] * math.Pow(10, probeLow+(probeHigh-probeLow)*rng.Float64())
			if p.Start[i] == 0 && rng.IntN(4) == 0 {
				v = -v
			}
			r.x[n*d+i] = v
		}
	}
	for i := range r.dw {
		r.dw[i] = rng.NormFloat64()
	}
	return r, nil
}

// evaluate fills mu and noise at the first n probes with the first m rows of noise.
func (r *recogniser) evaluate(n, m int) error {
	r.mu, r.noise = make([]float64, n*r.d), make([][]float64, m)
	if err := r.drift.Eval(n, r.mu, r.t[:n], r.x[:n*r.d]); err != nil {
		return err
	}
	for k := range r.noise {
		r.noise[k] = make([]float64, n*r.d)
		if err := r.sigma.Eval(n, r.noise[k], r.t[:n], r.x[:n*r.d], r.dw[k*r.d:(k+1)*r.d]); err != nil {
			return err
		}
	}
	return nil
}

// matrix is σ at the first probe, a slice of its columns.
func (r *recogniser) matrix() ([][]float64, error) {
	d := r.d
	unit, x, out := make([]float64, d*d), make([]float64, d*d), make([]float64, d*d)
	for k := range d {
		unit[k*d+k] = 1
		copy(x[k*d:], r.x[:d])
	}
	if err := r.sigma.Eval(d, out, []float64{r.t[0]}, x, unit); err != nil {
		return nil, err
	}
	columns := make([][]float64, d)
	for k := range columns {
		columns[k] = out[k*d : (k+1)*d]
	}
	return columns, nil
}

// proportional tells whether component j of σ·dw is size(x) times something that depends
// on dw alone, for a size that is known where it is positive. tiny is an error that may
// be neglected, as a part of what depends on dw.
func (r *recogniser) proportional(j int, size, tiny func(x []float64) float64) bool {
	d, used, large, at := r.d, 0, 0.0, 0
	for n := range len(r.mu) / d {
		if s := size(r.x[n*d : (n+1)*d]); s > large {
			large, at = s, n
		}
	}
	factor := 0.0
	for _, noise := range r.noise {
		factor = math.Max(factor, math.Abs(noise[at*d+j])/large)
	}
	if !(factor > 0) || math.IsInf(factor, 0) {
		return false
	}
	for n := range len(r.mu) / d {
		x := r.x[n*d : (n+1)*d]
		s := size(x)
		if !(s > 0) {
			continue
		}
		used++
		for _, noise := range r.noise {
			off := math.Abs(noise[n*d+j] - noise[at*d+j]/large*s)
			if !(off <= factor*(relative*s+tiny(x))) {
				return false
			}
		}
	}
	return 2*used >= len(r.mu)/d
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
