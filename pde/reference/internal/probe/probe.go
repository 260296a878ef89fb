// Package probe looks at the functions of an equation at random points, to tell whether
// they are of the kind that a method needs.
package probe

import (
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/autodiff/random"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/internal/paths"
)

// Count is the number of points (t, x) at which conditions are checked.
const Count = 64

// Points holds the functions of a problem and random points at which to look whether
// they are of the kind that a method needs: times in [0, T), states that the process
// reaches from Start, values y of the size of g and numbers z.
type Points struct {
	G    *expr.Func
	T, X []float64
	Z    []float64 // standard normal, to be scaled; two for each point
	Y    []float64 // standard normal, three for each point
	Size float64   // 1 + the largest |g| at the points

	p    *pde.Problem
	f    *expr.Func
	list []expr.Node // the operations of f
}

// Inputs of f, in the order in which its operations count them.
const (
	InT = iota
	InX
	InY
	InZ
)

// New compiles the functions and draws the points.
func New(p *pde.Problem, tr *pde.Transition, s pde.Sampling, m paths.Method) (*Points, error) {
	d := p.Dim
	t, x, y, z := expr.Input("t", 1), expr.Input("x", d), expr.Input("y", 1), expr.Input("z", d)
	pr := &Points{p: p, Size: 1}
	var err error
	f := p.GeneratorAt(t, x, y, z)
	if pr.f, err = expr.Compile(f, t, x, y, z); err != nil {
		return nil, err
	}
	if pr.list, err = expr.Nodes(f, t, x, y, z); err != nil {
		return nil, err
	}
	if pr.G, err = expr.Compile(p.Terminal(x), x); err != nil {
		return nil, err
	}
	// Batch 1: apart from the paths, which have Batch 0.
	normals := func(n, path int) []float64 {
		v := make([]float64, n)
		random.Stream{Key: random.Key(s.Seed, uint64(m)), Batch: 1, Path: uint32(path)}.Normals(v, 1)
		return v
	}
	pr.Y = normals(3*Count, 0)
	pr.T, pr.X, pr.Z = make([]float64, Count), make([]float64, Count*d), normals(2*Count*d, 1)
	for i := range Count {
		pr.T[i] = p.Horizon * float64(i) / Count
		dw, next := normals(d*(1+tr.Extra), 2+i), pr.X[i*d:(i+1)*d]
		h := p.Horizon * float64(i+1) / Count
		for j := range d {
			dw[j] *= math.Sqrt(h)
		}
		if err := tr.Step(0, h, 1, p.Start, dw[:d], dw[d:], next); err != nil {
			return nil, err
		}
	}
	values := make([]float64, Count)
	if err := pr.G.Eval(Count, values, pr.X); err != nil {
		return nil, err
	}
	for _, v := range values {
		pr.Size = math.Max(pr.Size, 1+math.Abs(v))
	}
	return pr, nil
}

// Free tells whether f does not contain any of some inputs, so that nothing needs to be
// looked at.
func (pr *Points) Free(inputs ...int) bool {
	for _, in := range inputs {
		if expr.Contains(pr.list, in) {
			return false
		}
	}
	return true
}

// Affine tells whether the form of f shows that it is affine in some inputs together.
func (pr *Points) Affine(inputs ...int) bool { return expr.Affine(pr.list, inputs...) }

// Generator is f at point i for y and z = a·z1 + b·z2 with the point's random z1, z2.
func (pr *Points) Generator(i int, y, a, b float64) (float64, error) {
	return pr.Stretched(i, 1, y, a, b)
}

// Stretched is Generator in a state so many times as far from Start, where paths come
// seldom or never.
func (pr *Points) Stretched(i int, stretch, y, a, b float64) (float64, error) {
	d, out := pr.p.Dim, make([]float64, 1)
	x, z := make([]float64, d), make([]float64, d)
	for j := range z {
		x[j] = pr.X[i*d+j]
		if stretch != 1 {
			x[j] = pr.p.Start[j] + stretch*(x[j]-pr.p.Start[j])
		}
		z[j] = a*pr.Z[i*d+j] + b*pr.Z[(Count+i)*d+j]
	}
	err := pr.f.Eval(1, out, pr.T[i:i+1], x, []float64{y}, z)
	return out[0], err
}

// TerminalVaries tells whether g has different values in the states of the points and in
// others up to eight times as far from Start. Paths that have all the same value have then
// seen none of what matters.
func (pr *Points) TerminalVaries() (bool, error) {
	d := pr.p.Dim
	x, g := make([]float64, len(pr.X)), make([]float64, Count)
	first := math.NaN()
	for _, stretch := range []float64{1, 2, 4, 8} {
		for _, sign := range []float64{1, -1} {
			for i, v := range pr.X {
				x[i] = pr.p.Start[i%d] + sign*stretch*(v-pr.p.Start[i%d])
			}
			if err := pr.G.Eval(Count, g, x); err != nil {
				return false, err
			}
			for _, v := range g {
				if math.IsNaN(first) {
					first = v
				}
				if math.Abs(v-first) > 1e-12*math.Abs(first) { // NaN, where g is not, is no value
					return true, nil
				}
			}
		}
	}
	return false, nil
}

// ZZ is ‖z1‖² of point i.
func (pr *Points) ZZ(i int) float64 {
	d, s := pr.p.Dim, 0.0
	for _, v := range pr.Z[i*d : (i+1)*d] {
		s += v * v
	}
	return s
}
