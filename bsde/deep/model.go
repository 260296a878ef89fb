package deep

import (
	"slices"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/bsde/internal/params"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"github.com/deepbsde/deepbsde/bsde/network"
	"github.com/deepbsde/deepbsde/pde/grid"
)

// model is a network for one equation in one precision: its parameters and the
// compiled gradient step.
type model[T autodiff.Float] struct {
	*walk.Model[T]
	net network.Network

	program *autodiff.Program[T]
	loss    autodiff.Node
	y0      autodiff.Param
	weights *weights // of the loss; nil where it has none
}

// newModel builds the training graph: the recursion of Y through all steps, with
// the loss at the end, as a function of paths that are given.
func newModel[T autodiff.Float](eq *equation.Equation, method Method, g *grid.Grid, set *bsde.Settings, s *walk.Scales) (*model[T], error) {
	net := method.Network
	m := &model[T]{net: net, Model: &walk.Model[T]{Eq: eq, Grid: g, Seed: set.Seed, Scales: s, Origin: walk.Start(g, eq.Start), Layout: &autodiff.Layout{}}}
	m.Field, m.Value = field[T]{m}, m.value
	if eq.Random != nil {
		m.U0 = func(g *autodiff.Graph, x autodiff.Node) autodiff.Node { return m.value0(m.builder(g), x) }
	}
	steps, batch, d := g.Steps(), set.Batch, eq.Dim
	b := m.builder(m.Graph(true))
	x, dw := b.Input("x", steps*batch, d), b.Input("dw", steps*batch, d)
	y := m.value0(b, b.Rows(x, 0, batch))
	if papers := method.Uncontrolled && eq.UsesZ; eq.Weighs && !papers {
		m.weights = newWeights(eq, s)
	}

	count := 1
	if net.Stacked() {
		count = steps
	}
	for first := 0; first < steps; first += count {
		xs, dws := b.Rows(x, first*batch, count*batch), b.Rows(dw, first*batch, count*batch)
		y = m.layers(b, y, first, count, xs, dws)
	}
	delta := b.Scale(1/s.G, b.Sub(y, b.Input("g", batch, 1)))
	if m.weights != nil {
		delta = b.Mul(m.weights.roots(b.Graph), delta)
	}
	m.loss = b.Loss(delta, set.LossClip/s.G)

	for _, p := range m.Layout.Params() {
		if p.Name == "y0" {
			m.y0 = p
		}
	}
	m.Params, m.States = params.Convert[T](m.Layout.Initial(set.Seed)), params.Convert[T](m.Layout.InitialState())
	var err error
	m.program, err = autodiff.Compile(b.Graph, autodiff.Target{Cost: m.loss, Norms: b.Norms}, m.Params, m.States)
	if err != nil {
		return nil, err
	}
	return m, nil
}

// builder is what the network is built with in a graph.
func (m *model[T]) builder(g *autodiff.Graph) *network.Builder {
	s := m.Scales
	return &network.Builder{Graph: g, Mean: s.Mean, InvStd: s.InvStd, Unit: s.Z, Outputs: m.Eq.Dim, FixedStart: !(slices.Max(s.InvStd[0]) > 0)}
}

// field is Z of the network.
type field[T autodiff.Float] struct{ m *model[T] }

// Z adds Z of a step.
func (f field[T]) Z(g *autodiff.Graph, k int, x autodiff.Node) autodiff.Node {
	return f.m.z(f.m.builder(g), k, 1, x)
}

// z adds Z of the network for count steps from first on: its output, which is of the order of
// Z at T, shrinks with the discount.
func (m *model[T]) z(b *network.Builder, first, count int, x autodiff.Node) autodiff.Node {
	z := m.net.Z(b, first, count, x)
	if m.Eq.Discount == 0 {
		return z
	}
	by := make([]float64, 0, x.Rows)
	for n := first; n < first+count; n++ {
		for range x.Rows / count {
			by = append(by, m.Eq.Shrink(m.Grid.Point(n)))
		}
	}
	return b.Mul(b.Constant(x.Rows, 1, by), z)
}

// value is Y0 as trained so far; where the start is random it lacks what depends on it.
func (m *model[T]) value() float64 {
	unit, _ := m.net.ValueUnit(m.Scales.G)
	return m.Scales.Y0 + m.Eq.Shrink(0)*unit*float64(m.Params[m.y0.Offset])
}

// layers adds the time steps first … first+count−1,
//
//	Y_{n+1} = Y_n − f(t_n, X_n, Y_n, Z_n) h_n + Z_n·ΔW_n
//
// to the graph. All of f that does not depend on Y is computed once for all
// steps of the group; only the rest is repeated step by step.
func (m *model[T]) layers(b *network.Builder, y autodiff.Node, first, count int, x, dw autodiff.Node) autodiff.Node {
	batch := x.Rows / count
	z := m.z(b, first, count, x)
	growth := b.RowDot(z, dw)
	var e *autodiff.Embedding
	if m.Eq.F != nil {
		e = b.Embed(m.Eq.FList)
		e.BindInputs(m.timeColumn(b, first, count, batch), x, autodiff.Node{}, z)
		if !m.Eq.UsesY {
			growth = b.Sub(growth, m.timesLength(b, first, count, batch, e.Result()))
		}
	}
	var still *autodiff.Embedding // e without gradients
	if m.weights != nil {
		still = b.Embed(m.Eq.FList)
		still.BindInputs(m.timeColumn(b, first, count, batch), x, autodiff.Node{}, b.Detach(z))
	}
	for k := range count {
		next := b.Add(y, b.Rows(growth, k*batch, batch))
		if m.Eq.UsesY {
			f := m.stepPart(b, e, k, count, batch, y)
			if still != nil {
				m.weights.add(b.Graph, m.Grid.Length(first+k), b.Detach(y), func(y autodiff.Node) autodiff.Node {
					return m.stepPart(b, still, k, count, batch, y)
				})
			}
			next = b.Sub(next, b.Scale(m.Eq.Span(m.Grid.Length(first+k)), f))
		}
		y = next
	}
	return y
}

// timesLength is f of a group of steps times their lengths.
func (m *model[T]) timesLength(b *network.Builder, first, count, batch int, f autodiff.Node) autodiff.Node {
	if m.Grid.Regular() {
		return b.Scale(m.Grid.Length(first), f)
	}
	h := make([]float64, 0, count*batch)
	for n := first; n < first+count; n++ {
		for range batch {
			h = append(h, m.Grid.Length(n))
		}
	}
	return b.Mul(b.Constant(count*batch, 1, h), f)
}

// timeColumn is t_n for every row of the group.
func (m *model[T]) timeColumn(b *network.Builder, first, count, batch int) autodiff.Node {
	t := make([]float64, 0, count*batch)
	for n := first; n < first+count; n++ {
		for range batch {
			t = append(t, m.Grid.Point(n))
		}
	}
	return b.Constant(count*batch, 1, t)
}

// stepPart is f at step k of a group: the operations that depend on Y applied to
// the rows of the others that belong to the step.
func (m *model[T]) stepPart(b *network.Builder, e *autodiff.Embedding, k, count, batch int, y autodiff.Node) autodiff.Node {
	depends := equation.DependsOn(m.Eq.FList, equation.InY, false)
	step := b.Embed(m.Eq.FList)
	for i, n := range m.Eq.FList {
		if !depends[i] {
			continue
		}
		if n.Op == expr.OpInput {
			step.Bind(i, y)
		}
		for _, a := range n.Args {
			if depends[a] {
				continue
			}
			part := e.Build(a)
			if part.Rows == count*batch {
				part = b.Rows(part, k*batch, batch)
			}
			step.Bind(a, part)
		}
	}
	return step.Result()
}
