package pde

import (
	"math"
	"math/rand/v2"

	"github.com/deepbsde/deepbsde/autodiff/expr"
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
