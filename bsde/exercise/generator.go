package exercise

import (
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"gonum.org/v1/gonum/floats"
)

// generator is f in the form that a step needs: its tangent in (y, z) at the fitted values.
type generator struct {
	f, fy, fz *expr.Func // nil where f is 0, has a constant derivative, is free of z
	usesZ     bool
	bent      bool // not affine in (y, z): the tangent depends on where it touches
	shape     equation.Shape

	// constant: f = a − c y with numbers a and c.
	constant bool
	a, c     float64
}

func newGenerator(eq *equation.Equation) (*generator, error) {
	g := &generator{shape: equation.Affine}
	if eq.F == nil {
		g.constant = true
		return g, nil
	}
	g.f, g.usesZ, g.bent = eq.F, eq.UsesZ, eq.Bent
	last := len(eq.FList) - 1
	if eq.Bent {
		g.shape = equation.ShapeOf(eq.FList)
	}
	varies := equation.DependsOn(eq.FList, equation.InX, false)[last] || equation.DependsOn(eq.FList, equation.InT, false)[last]
	if !varies && !eq.Weighs && !eq.UsesZ && !equation.DependsOn(eq.FList, equation.InZ, false)[last] {
		g.constant, g.c = true, eq.Rate
		out, zero := []float64{0}, make([]float64, eq.Dim)
		if err := eq.F.Eval(1, out, zero[:1], eq.Start, zero[:1], zero); err != nil {
			return nil, err
		}
		g.a = out[0]
		return g, nil
	}
	t, x, y, z := expr.Input("t", 1), expr.Input("x", eq.Dim), expr.Input("y", 1), expr.Input("z", eq.Dim)
	out := eq.Generator(t, x, y, z)
	var err error
	if g.fy, err = expr.Compile(out.Gradient(y), t, x, y, z); err != nil {
		return nil, err
	}
	if g.usesZ {
		g.fz, err = expr.Compile(out.Gradient(z).Broadcast(eq.Dim), t, x, y, z)
	}
	return g, err
}

// Step is what the generator makes of one step, of rows of states: along the tangent of f at
// the fitted values, with r its slope in y and v that in z, a value c = E[V_{n+1} | x] becomes
//
//	V_n = Factor c + Add,   Factor = e^{hr},   Add = φ(hr) h (f − r c − v·z)
//
// on paths with the drift μ + σv. Weight is φ(hr) h.
type Step struct {
	Factor, Add, Weight []float64
	V                   []float64 // rows×d; nil where f is free of z
	value, slope        []float64
	zero                []float64
}

// newStep has room for so many rows.
func (m *Model) newStep(rows int) *Step {
	s := &Step{Factor: make([]float64, rows), Add: make([]float64, rows), Weight: make([]float64, rows), value: make([]float64, rows), slope: make([]float64, rows)}
	if m.gen.usesZ {
		s.V = make([]float64, rows*m.Eq.Dim)
	}
	s.zero = make([]float64, rows*m.Eq.Dim)
	return s
}

// Hold fills out, which may be c, with the continuation value of rows of states, Factor c + Add + Weight v·z: c is that of
// paths without the drift σv, as fits are made on.
func (s *Step) Hold(rows int, c, z, out []float64) {
	for r := range rows {
		out[r] = s.Factor[r]*c[r] + s.Add[r]
	}
	if s.V == nil {
		return
	}
	d := len(s.V) / len(s.Factor)
	for r := range rows {
		out[r] += s.Weight[r] * floats.Dot(s.V[r*d:(r+1)*d], z[r*d:(r+1)*d])
	}
}

// NewStep has room for so many rows.
func (m *Model) NewStep(rows int) *Step { return m.newStep(rows) }

// NeedsValues tells whether a step depends on the fitted values: where f is not affine.
func (m *Model) NeedsValues() bool { return m.gen.bent }

// NeedsZ tells whether it depends on the fitted Z, and UsesZ whether the continuation value does.
func (m *Model) NeedsZ() bool { return m.gen.bent && m.gen.usesZ }
func (m *Model) UsesZ() bool  { return m.gen.usesZ }

// tangent fills in a step. Where f is affine it is the same wherever it touches, and c and z may be nil.
func (g *generator) tangent(s *Step, t, h float64, rows int, x, c, z []float64) error {
	if g.constant {
		factor := math.Exp(-g.c * h)
		weight := h * equation.Phi(-g.c*h)
		for r := range rows {
			s.Factor[r], s.Add[r], s.Weight[r] = factor, weight*g.a, weight
		}
		return nil
	}
	d := len(x) / rows
	if !g.bent || c == nil {
		c = s.zero[:rows]
	}
	if !g.bent || z == nil {
		z = s.zero[:rows*d]
	}
	at := []float64{t}
	if err := g.f.Eval(rows, s.value[:rows], at, x, c, z); err != nil {
		return err
	}
	if err := g.fy.Eval(rows, s.slope[:rows], at, x, c, z); err != nil {
		return err
	}
	if g.fz != nil {
		if err := g.fz.Eval(rows, s.V[:rows*d], at, x, c, z); err != nil {
			return err
		}
	}
	for r := range rows {
		slope := s.slope[r]
		s.Factor[r], s.Weight[r] = math.Exp(slope*h), h*equation.Phi(slope*h)
		rest := s.value[r] - slope*c[r]
		if g.fz != nil {
			for j := range d {
				rest -= s.V[r*d+j] * z[r*d+j]
			}
		}
		s.Add[r] = s.Weight[r] * rest
	}
	return nil
}
