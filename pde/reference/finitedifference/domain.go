package finitedifference

import (
	"errors"
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
)

// axis is one component's coordinate ξ, a node at every multiple of h from −below·h to
// above·h, the start at ξ = 0.
type axis struct {
	x0           float64
	log          bool    // x = x0·e^ξ
	bend         float64 // c where x = c·sinh(ξ + arsinh(x0/c)), of a square-root process; else x = x0 + ξ
	core, wide   float64 // c, δ where the coordinate is arsinh(ξ/c) + ξ/δ, beside a square-root process; else 0
	closed       bool    // x = 0 is the natural boundary
	h            float64
	below, above int
}

func (a *axis) at(xi float64) float64 {
	if a.core > 0 {
		xi = a.stretch(xi)
	}
	switch {
	case a.log:
		return a.x0 * math.Exp(xi)
	case a.bend > 0 && xi <= a.bottom():
		return 0
	case a.bend > 0:
		return a.bend * math.Sinh(xi-a.bottom())
	}
	return a.x0 + xi
}

// xi is where x is, before core is chosen.
func (a *axis) xi(x float64) float64 {
	switch {
	case a.log:
		return math.Log(x / a.x0)
	case a.bend > 0:
		return math.Asinh(x/a.bend) + a.bottom()
	}
	return x - a.x0
}

// bottom is the ξ of x = 0, where the coordinate is not logarithmic.
func (a *axis) bottom() float64 {
	if a.bend > 0 {
		return -math.Asinh(a.x0 / a.bend)
	}
	return -a.x0
}

// slope is dx/dξ at the place x, and curve d²x/dξ² over it.
func (a *axis) slope(x float64) (slope, curve float64) {
	switch {
	case a.bend > 0:
		slope = math.Hypot(x, a.bend)
		return slope, x / slope
	case a.log:
		slope, curve = x, 1
	default:
		slope = 1
	}
	if a.core > 0 { // by the chain rule
		way := a.xi(x)
		far := math.Hypot(way, a.core)
		w := 1 / (1/far + 1/a.wide)
		return slope * w, curve*w + w*w*way/(far*far*far)
	}
	return slope, curve
}

// squeeze is η = arsinh(ξ/c) + ξ/δ, a coordinate whose meshes are c close to the start and
// δ far away.
func (a *axis) squeeze(xi float64) float64 { return math.Asinh(xi/a.core) + xi/a.wide }

// stretch is the ξ of η, by Newton's method from the side on which it does not pass the
// solution.
func (a *axis) stretch(eta float64) float64 {
	if eta < 0 {
		return -a.stretch(-eta)
	}
	xi := math.Min(a.core*math.Sinh(math.Min(eta, 700)), a.wide*eta)
	for range 100 {
		step := (eta - a.squeeze(xi)) / (1/math.Hypot(xi, a.core) + 1/a.wide)
		if xi += step; math.Abs(step) <= 1e-15*xi {
			break
		}
	}
	return xi
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
	tr, err := p.Transition()
	if err != nil {
		return nil, err
	}
	l.move = tr
	for i := range p.Dim {
		a, err := l.coordinate(i, slices.Contains(tr.Roots, i))
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
// and where it is 0. That of a square-root process is closed at 0, with nodes close to one
// another there, and a logarithm far away: where Feller's condition fails X is near 0 for
// most of the time and now and then a hundred times its mean.
func (l *lattice) coordinate(i int, root bool) (axis, error) {
	a := axis{x0: l.p.Start[i]}
	if root {
		mu, _, err := l.sizes(i, 0, 0)
		if err != nil {
			return a, err
		}
		if a.closed, a.bend = true, a.x0; a.x0 == 0 {
			a.bend = mu * l.p.Horizon
		}
		if !(a.bend > 0) {
			a.bend = 1
		}
		_, noise, err := l.sizes(i, 0, a.bend)
		l.sharp = l.sharp || l.p.Dim > 1 && 2*mu < noise*noise/a.bend // Feller's condition fails
		return a, err
	}
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
// ξ at the points x, rows×d. By Itô's formula, with κ_i = (d²x_i/dξ_i²)/(dx_i/dξ_i), 1 for
// a logarithmic coordinate,
//
//	s_ik = σ_ik/(dx_i/dξ_i),   b_i = μ_i/(dx_i/dξ_i) − ½κ_i Σ_k s_ik²
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
		slope, curve := a.slope(x[r])
		b[r] /= slope
		for k := range d {
			s[k][r] /= slope
			if curve != 0 {
				b[r] -= 0.5 * curve * s[k][r] * s[k][r]
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
		if a.bend > 0 { // sinh ξ is as many times as large
			a.above += int(math.Ceil(math.Log(wide) / a.h))
			continue
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
