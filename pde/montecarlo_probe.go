package pde

import (
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/autodiff/random"
)

// probePoints is the number of points (t, x) at which conditions are checked.
const probePoints = 64

// probe holds the functions of a problem and random points at which to look whether
// they are of the kind that a method needs: times in [0, T), states that the process
// reaches from Start, values y of the size of g and numbers z.
type probe struct {
	p    *Problem
	f, g *expr.Func
	t, x []float64
	z    []float64 // standard normal, to be scaled
	y    []float64 // standard normal
	size float64   // 1 + the largest |g| at the points
}

// newProbe compiles the functions and draws the points.
func newProbe(p *Problem, tr *Transition, s Sampling, m method) (*probe, error) {
	d := p.Dim
	t, x, y, z := expr.Input("t", 1), expr.Input("x", d), expr.Input("y", 1), expr.Input("z", d)
	pr := &probe{p: p, size: 1}
	var err error
	if pr.f, err = expr.Compile(p.GeneratorAt(t, x, y, z), t, x, y, z); err != nil {
		return nil, err
	}
	if pr.g, err = expr.Compile(p.Terminal(x), x); err != nil {
		return nil, err
	}
	// Batch 1: apart from the paths, which have Batch 0.
	normals := func(n, path int) []float64 {
		v := make([]float64, n)
		random.Stream{Key: random.Key(s.Seed, uint64(m)), Batch: 1, Path: uint32(path)}.Normals(v, 1)
		return v
	}
	pr.y = normals(3*probePoints, 0)
	pr.t, pr.x, pr.z = make([]float64, probePoints), make([]float64, probePoints*d), normals(2*probePoints*d, 1)
	for i := range probePoints {
		pr.t[i] = p.Horizon * float64(i) / probePoints
		dw, next := normals(d*(1+tr.Extra), 2+i), pr.x[i*d:(i+1)*d]
		h := p.Horizon * float64(i+1) / probePoints
		for j := range d {
			dw[j] *= math.Sqrt(h)
		}
		if err := tr.Step(0, h, 1, p.Start, dw[:d], dw[d:], next); err != nil {
			return nil, err
		}
	}
	values := make([]float64, probePoints)
	if err := pr.g.Eval(probePoints, values, pr.x); err != nil {
		return nil, err
	}
	for _, v := range values {
		pr.size = math.Max(pr.size, 1+math.Abs(v))
	}
	return pr, nil
}

// generator is f at point i for y and z = a·z1 + b·z2 with the point's random z1, z2.
func (pr *probe) generator(i int, y, a, b float64) (float64, error) {
	d, out := pr.p.Dim, make([]float64, 1)
	z := make([]float64, d)
	for j := range z {
		z[j] = a*pr.z[i*d+j] + b*pr.z[(probePoints+i)*d+j]
	}
	err := pr.f.Eval(1, out, pr.t[i:i+1], pr.x[i*d:(i+1)*d], []float64{y}, z)
	return out[0], err
}

// zz is ‖z1‖² of point i.
func (pr *probe) zz(i int) float64 {
	d, s := pr.p.Dim, 0.0
	for _, v := range pr.z[i*d : (i+1)*d] {
		s += v * v
	}
	return s
}
