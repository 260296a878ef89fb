package backward

import (
	"math"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/autodiff/random"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/bsde/internal/features"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"gonum.org/v1/gonum/stat"
)

// basis is the functions of the state that everything of one step is linear in: those of features, g(x), what f makes of
// that, and in few dimensions the components and random functions of them.
type basis struct {
	*features.Set
	eq       *equation.Equation
	slope    []expr.Node // σᵀ∇g
	gradient *expr.Func  // the same, compiled

	payoff, source scale     // of g(x) and of f(t, x, g(x), σᵀ∇g(x))
	weights, shift []float64 // of the random functions of the components, d×ownRidges; nil in many dimensions
}

// scale makes a number of order 1.
type scale struct{ mean, unit float64 }

// fewComponents is the largest dimension in which the components are features of their own.
const fewComponents = 20

// ownRidges is the number of random functions of the components.
const ownRidges = 48

// mostScaled bounds g and f in their units.
const mostScaled = 30

func newBasis(set *features.Set, p *walk.Pilot) (*basis, error) {
	eq := p.Eq
	b := &basis{Set: set, eq: eq}
	t, x := expr.Input("t", 1), expr.Input("x", eq.Dim)
	slope := features.ScaledGradient(eq, t, x)
	var err error
	if b.slope, err = expr.Nodes(slope, t, x); err != nil {
		return nil, err
	}
	if b.gradient, err = expr.Compile(slope, t, x); err != nil {
		return nil, err
	}
	if err := b.measure(p); err != nil {
		return nil, err
	}
	if eq.Dim > fewComponents {
		return b, nil
	}
	s := random.Stream{Key: random.Key(p.Seed, uint64(walk.ForBackward)), Path: 1}
	b.weights, b.shift = make([]float64, eq.Dim*ownRidges), make([]float64, ownRidges)
	s.Normals(b.weights, 1.5/math.Sqrt(float64(eq.Dim)))
	s.Path = 2
	s.Normals(b.shift, 1.5)
	return b, nil
}

// measured is the number of paths that give the scales of g and f.
const measured = 2 * walk.ChunkRows

// measure finds the scales on few paths, over all steps.
func (b *basis) measure(p *walk.Pilot) error {
	var payoff, source []float64
	err := p.Along(walk.ForBackward, 0, measured, func(n int, x, _ []float64) error {
		g, f, z := make([]float64, measured), make([]float64, measured), make([]float64, len(x))
		if err := b.eq.G.Eval(measured, g, x); err != nil {
			return err
		}
		payoff = append(payoff, g...)
		if b.eq.F == nil || n == p.Grid.Steps() {
			return nil
		}
		t := []float64{p.Grid.Time(n)}
		if err := b.gradient.Eval(measured, z, t, x); err != nil {
			return err
		}
		err := b.eq.F.Eval(measured, f, t, x, g, z)
		source = append(source, f...)
		return err
	})
	b.payoff, b.source = scaleOf(payoff), scaleOf(source)
	return err
}

// scaleOf is the scale of what is finite of some numbers.
func scaleOf(v []float64) scale {
	var finite []float64
	for _, x := range v {
		if !math.IsNaN(x) && !math.IsInf(x, 0) {
			finite = append(finite, x)
		}
	}
	if len(finite) < 2 {
		return scale{0, 1}
	}
	mean, std := stat.MeanStdDev(finite, nil)
	if !(std > 1e-9*math.Abs(mean)) {
		return scale{mean, 1 / (math.Abs(mean) + 1)}
	}
	return scale{mean, 1 / std}
}

// few is the number of functions that Γ is linear in, more that of Z and all that of the conditional mean: each of them
// begins with those before.
func (b *basis) few() int {
	n := b.Hidden() - 1 - b.Ridges() + 1
	if b.weights != nil {
		n += b.eq.Dim
	}
	return n
}

func (b *basis) more() int { return b.few() + b.Ridges() }

func (b *basis) all() int {
	n := b.more() + 1
	if b.eq.F != nil {
		n++
	}
	return n + len(b.shift)
}

// at adds the vectors and functions of states that belong to one step, whose Numbers are the row at.
func (b *basis) at(g *autodiff.Graph, at, x autodiff.Node) (vectors []autodiff.Node, all autodiff.Node) {
	s := b.Sorted(g, at, x)
	payoff := g.Embed(b.eq.GList)
	payoff.BindInputs(x)
	value := b.column(g, x.Rows, payoff.Result())
	scaled := b.payoff.of(g, value)
	list := []autodiff.Node{s.Linear, scaled}
	if b.weights != nil {
		list = append(list, s.Tilde)
	}
	list = append(list, s.Ridges, g.Mul(scaled, scaled))
	if b.eq.F != nil {
		slope, f := g.Embed(b.slope), g.Embed(b.eq.FList)
		slope.BindInputs(s.Clock, x)
		zero := g.Constant(x.Rows, x.Cols, make([]float64, x.Rows*x.Cols))
		f.BindInputs(s.Clock, x, value, g.Bounded(mostRough, g.Add(zero, slope.Result())))
		list = append(list, b.source.of(g, b.column(g, x.Rows, f.Result())))
	}
	if b.weights != nil {
		row := g.Constant(1, ownRidges, b.shift)
		list = append(list, g.Unary(expr.Unary{Fn: expr.Tanh}, g.Affine(s.Tilde, g.Constant(b.eq.Dim, ownRidges, b.weights), row)))
	}
	return s.Vectors, g.Concat(list...)
}

// mostRough bounds σᵀ∇g, which may be singular.
const mostRough = 1e6

// column is a number for each row, also where it is the same for all.
func (b *basis) column(g *autodiff.Graph, rows int, v autodiff.Node) autodiff.Node {
	if v.Rows == rows {
		return v
	}
	return g.Add(g.Constant(rows, 1, make([]float64, rows)), v)
}

// of is the number in its scale.
func (s scale) of(g *autodiff.Graph, v autodiff.Node) autodiff.Node {
	return g.Bounded(mostScaled, g.Scale(s.unit, g.Unary(expr.Unary{Fn: expr.AddConst, C: -s.mean}, v)))
}
