package pde

import (
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/autodiff/random"
	"gonum.org/v1/gonum/floats"
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

// linearInY checks f = a(t,x) + b(t,x)·y: the second differences of f along lines in
// (y, z) are 0, and f does not change with z.
func (pr *probe) linearInY() error {
	for i := range probePoints {
		y0, dy := pr.y[3*i]*pr.size, pr.y[3*i+1]*pr.size
		for _, s := range []float64{0.01, 1, 30} {
			var v [4]float64
			for k, c := range []float64{-1, 0, 1} {
				var err error
				if v[k], err = pr.generator(i, y0+c*s*dy, s, c*s); err != nil {
					return err
				}
			}
			if !(math.Abs(v[0]-2*v[1]+v[2]) <= 1e-10*(math.Abs(v[0])+2*math.Abs(v[1])+math.Abs(v[2]))) {
				return fmt.Errorf("needs a generator linear in y and z: at t=%.3g its values at three equidistant points around y=%.3g are %g, %g, %g", pr.t[i], y0, v[0], v[1], v[2])
			}
			var err error
			if v[3], err = pr.generator(i, y0, 0, 0); err != nil {
				return err
			}
			if !(math.Abs(v[3]-v[1]) <= 1e-10*(math.Abs(v[3])+math.Abs(v[1]))) {
				return fmt.Errorf("needs a generator without z: at t=%.3g, y=%.3g it is %g for z=0 and %g for another z; a term c·z may be moved to the drift, as μ + σc", pr.t[i], y0, v[3], v[1])
			}
		}
	}
	return nil
}

// quadraticInZ checks f = −λ‖z‖²/2.
func (pr *probe) quadraticInZ(lambda float64) error {
	for i := range probePoints {
		for _, s := range []float64{0, 0.1, 1, 10} {
			f, err := pr.generator(i, pr.y[3*i]*pr.size, s, 0)
			if err != nil {
				return err
			}
			if want := -0.5 * lambda * s * s * pr.zz(i); !(math.Abs(f-want) <= 1e-10*math.Abs(want)) {
				return fmt.Errorf("needs f = −λ‖z‖²/2 with the given λ; at t=%.3g, ‖z‖=%.4g f is %g, expected %g", pr.t[i], s*math.Sqrt(pr.zz(i)), f, want)
			}
		}
	}
	return nil
}

// inTAndYAlone checks f(t, x, y, z) = f(t, 0, y, 0).
func (pr *probe) inTAndYAlone(r *radial) error {
	want := make([]float64, 1)
	for i := range probePoints {
		y := pr.y[3*i] * pr.size
		if err := r.fy.Eval(1, want, pr.t[i:i+1], []float64{y}); err != nil {
			return err
		}
		for _, s := range []float64{0, 0.1, 1, 10, 100} {
			f, err := pr.generator(i, y, s, 0)
			if err != nil {
				return err
			}
			if !(math.Abs(f-want[0]) <= 1e-10*(1+math.Abs(want[0]))) {
				return fmt.Errorf("needs a generator of t and y alone; at t=%.3g, y=%.3g, ‖z‖=%.4g and a random x f is %g, at x=0 and z=0 %g", pr.t[i], y, s*math.Sqrt(pr.zz(i)), f, want[0])
			}
		}
	}
	return nil
}

// radialTerminal checks g(x) = g(‖x‖e₁).
func (pr *probe) radialTerminal(r *radial) error {
	g := make([]float64, probePoints)
	if err := pr.g.Eval(probePoints, g, pr.x); err != nil {
		return err
	}
	for i, got := range g {
		q := floats.Norm(pr.x[i*r.d:(i+1)*r.d], 2)
		along, err := r.terminal(q)
		if err != nil {
			return err
		}
		if !(math.Abs(got-along) <= 1e-10*(1+math.Abs(along))) {
			return fmt.Errorf("needs a radial terminal function, g differs at ‖x‖=%g: %g and %g", q, along, got)
		}
	}
	return nil
}
