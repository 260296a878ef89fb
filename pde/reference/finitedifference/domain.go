package finitedifference

import (
	"errors"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
)

// axis is one component's coordinate ξ, a node at every multiple of h from −below·h to
// above·h, the start at ξ = 0.
type axis struct {
	x0           float64
	log          bool // x = x0·e^ξ, else x = x0 + ξ
	closed       bool // ξ ≥ −x0: x = 0 is the natural boundary
	h            float64
	below, above int
}

func (a *axis) at(xi float64) float64 {
	if a.log {
		return a.x0 * math.Exp(xi)
	}
	return a.x0 + xi
}

// slope is dx/dξ at the place x.
func (a *axis) slope(x float64) float64 {
	if a.log {
		return x
	}
	return 1
}

func newLattice(p *pde.Problem) (*lattice, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	terms, err := p.Functions(func(_, x expr.Value) expr.Value { return p.Terminal(x) })
	if err != nil {
		return nil, err
	}
	l := &lattice{p: p, terms: terms}
	if err := l.dependences(); err != nil {
		return nil, err
	}
	for i := range p.Dim {
		a, err := l.coordinate(i)
		if err != nil {
			return nil, err
		}
		l.axes = append(l.axes, a)
	}
	return l, l.domain()
}

// dependences finds out on which variables the functions depend.
func (l *lattice) dependences() error {
	p, d := l.p, l.p.Dim
	t, x, y, z := expr.Input("t", 1), expr.Input("x", d), expr.Input("y", 1), expr.Input("z", d)
	has := func(out expr.Value, flags ...*bool) error {
		nodes, err := expr.Nodes(out, t, x, y, z)
		for _, n := range nodes {
			if n.Op == expr.OpInput && flags[n.Input] != nil {
				*flags[n.Input] = true
			}
		}
		return err
	}
	return errors.Join(
		has(p.DriftOrZero().At(t, x), &l.moving, nil, nil, nil),
		has(p.Diffusion.Mul(t, x, z), &l.moving, nil, nil, nil),
		has(p.GeneratorAt(t, x, y, z), nil, nil, &l.onY, &l.onZ),
	)
}

// coordinate chooses the coordinate of component i by its coefficients where it is small
// and where it is 0.
func (l *lattice) coordinate(i int) (axis, error) {
	a := axis{x0: l.p.Start[i]}
	if a.x0 == 0 {
		return a, nil
	}
	const small = 1e-6
	logarithmic := true
	for _, t := range []float64{0, l.p.Horizon / 2} {
		mu, noise, err := l.sizes(i, t, a.x0)
		if err != nil {
			return a, err
		}
		mu1, noise1, err := l.sizes(i, t, small*a.x0)
		if err != nil {
			return a, err
		}
		bound := 100 * small
		logarithmic = logarithmic && noise1 <= bound*noise &&
			math.Abs(mu1) <= bound*(math.Abs(mu)+noise/math.Sqrt(l.p.Horizon))
	}
	if logarithmic {
		a.log = true
		return a, nil
	}
	mu, noise, err := l.sizes(i, 0, 0)
	a.closed = a.x0 > 0 && noise == 0 && mu >= 0
	return a, err
}

// sizes are μ_i and the length of row i of σ where component i of the start is
// replaced by v.
func (l *lattice) sizes(i int, t, v float64) (mu, noise float64, err error) {
	d := l.p.Dim
	x := append([]float64(nil), l.p.Start...)
	x[i] = v
	drift := make([]float64, d)
	if err := l.terms.Drift.Eval(1, drift, []float64{t}, x); err != nil {
		return 0, 0, err
	}
	cols, err := l.terms.Columns(t, x)
	for k := range d {
		if err == nil {
			noise = math.Hypot(noise, cols[k*d+i])
		}
	}
	return drift[i], noise, err
}

// coefficients are the drift b and the columns s_k of the diffusion in the coordinates
// ξ at the points x, rows×d. By Itô's formula, with κ = 1 for a logarithmic coordinate
// and else 0,
//
//	s_ik = σ_ik/(dx_i/dξ_i),   b_i = μ_i/(dx_i/dξ_i) − ½κ Σ_k s_ik²
func (l *lattice) coefficients(t float64, rows int, x []float64) (b []float64, s [][]float64, err error) {
	d, time := l.p.Dim, []float64{t}
	b = make([]float64, rows*d)
	if err := l.terms.Drift.Eval(rows, b, time, x); err != nil {
		return nil, nil, err
	}
	for k := range d {
		column, unit := make([]float64, rows*d), make([]float64, d)
		unit[k] = 1
		if err := l.terms.Diffusion.Eval(rows, column, time, x, unit); err != nil {
			return nil, nil, err
		}
		s = append(s, column)
	}
	for r := range b {
		a := &l.axes[r%d]
		slope := a.slope(x[r])
		b[r] /= slope
		for k := range d {
			s[k][r] /= slope
			if a.log {
				b[r] -= 0.5 * s[k][r] * s[k][r]
			}
		}
	}
	return b, s, nil
}

// widened are the axes with so many times as many nodes on each open side.
func (l *lattice) widened(wide float64) []axis {
	axes := append([]axis(nil), l.axes...)
	for i := range axes {
		a := &axes[i]
		if !a.closed {
			a.below = int(math.Round(wide * float64(a.below)))
		}
		a.above = int(math.Round(wide * float64(a.above)))
	}
	return axes
}

// size is the largest |g| within about one standard deviation of the start.
func (l *lattice) size() (size float64, err error) {
	axes := append([]axis(nil), l.axes...)
	for i := range axes {
		a := &axes[i]
		a.below, a.above, a.closed = max(1, a.below/7), max(1, a.above/7), false
	}
	u, err := l.terminal(newGrid(axes, 0))
	for _, v := range u {
		size = math.Max(size, math.Abs(v))
	}
	return size, err
}
