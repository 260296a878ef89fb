package deep

import (
	"errors"
	"fmt"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/bsde/internal/features"
	"github.com/deepbsde/deepbsde/bsde/internal/params"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"github.com/deepbsde/deepbsde/bsde/network"
	"github.com/deepbsde/deepbsde/pde/grid"
)

// model is a network for one equation in one precision: its parameters and the
// compiled gradient step.
type model[T autodiff.Float] struct {
	*walk.Model[T]

	program *autodiff.Program[T]
	loss    autodiff.Node
	weights *weights // of the loss; nil where it has none

	features *features.Set   // of the problem; nil where nothing uses them
	base     network.Bender  // what is fitted; nil without a fit
	net      network.Network // what Adam trains on top of it, or alone; nil where the fit is all
}

// newModel builds the training graph: the recursion of Y through all steps, with
// the loss at the end, as a function of paths that are given. Where the fit is all there is
// no such graph.
func newModel[T autodiff.Float](eq *equation.Equation, method Method, g *grid.Grid, set *bsde.Settings, s *walk.Scales, f *features.Set) (*model[T], error) {
	m := &model[T]{features: f, Model: &walk.Model[T]{Eq: eq, Grid: g, Seed: set.Seed, Scales: s, Origin: walk.Start(g, eq.Start), Layout: &autodiff.Layout{}}}
	m.base, m.net = method.parts()
	m.Field, m.Value = field[T]{m}, m.value
	if m.base != nil {
		m.Directions = f.Directions
		m.Bend = func(g *autodiff.Graph, k, stride int, x autodiff.Node) (z, gamma autodiff.Node) {
			return m.bend(m.builder(g), k, 1, stride, x)
		}
	}
	if eq.Random != nil {
		m.U0 = func(g *autodiff.Graph, x autodiff.Node) autodiff.Node { return m.value0(m.builder(g), x) }
	}
	if papers := method.Uncontrolled && eq.UsesZ; eq.Weighs && !papers {
		m.weights = newWeights(eq, s)
	}
	b := m.builder(m.Graph(true))
	if method.Fit != LeastSquares {
		m.loss = m.recursion(b, set)
	} else {
		m.value0(b, b.Input("x", 1, eq.Dim))
	}
	if m.base != nil { // the parameters of all levels
		for _, stride := range m.strides() {
			m.base.Bend(b, 0, 1, stride, b.Input(fmt.Sprintf("x of level %d", stride), 1, eq.Dim))
		}
		b.State(noteName, 1, 2, autodiff.Fill(0))
	}
	if err := errors.Join(b.Err(), autodiff.Fits[T](m.Layout)); err != nil {
		return nil, err
	}
	m.Params, m.States = params.Convert[T](m.Layout.Initial(set.Seed)), params.Convert[T](m.Layout.InitialState())
	if method.Fit == LeastSquares {
		return m, nil
	}
	var err error
	m.program, err = autodiff.Compile(b.Graph, autodiff.Target{Cost: m.loss, Norms: b.Norms, Shared: true}, m.Params, m.States)
	return m, err
}

// recursion is that of Y through all steps of a batch, with the loss at the end.
func (m *model[T]) recursion(b *network.Builder, set *bsde.Settings) autodiff.Node {
	steps, batch, d := m.Grid.Steps(), set.Batch, m.Eq.Dim
	x, dw := b.Input("x", steps*batch, d), b.Input("dw", steps*batch, d)
	noise := dw
	if m.base != nil && m.Eq.UsesZ {
		noise = b.Input("noise", steps*batch, d)
	}
	y := m.value0(b, b.Rows(x, 0, batch))
	count := 1
	if m.top().Stacked() {
		count = steps
	}
	for first := 0; first < steps; first += count {
		rows := func(of autodiff.Node) autodiff.Node { return b.Rows(of, first*batch, count*batch) }
		y = m.layers(b, y, first, count, rows(x), rows(dw), rows(noise))
	}
	delta := b.Scale(1/m.Scales.G, b.Sub(y, b.Input("g", batch, 1)))
	if m.weights != nil {
		delta = b.Mul(m.weights.roots(b.Graph), delta)
	}
	return b.Loss(delta, set.LossClip/m.Scales.G)
}

// top is the network that is trained last.
func (m *model[T]) top() network.Network {
	if m.net != nil {
		return m.net
	}
	return m.base
}

// builder is what the network is built with in a graph.
func (m *model[T]) builder(g *autodiff.Graph) *network.Builder {
	s := m.Scales
	return &network.Builder{Graph: g, Mean: s.Mean, InvStd: s.InvStd, Unit: s.Z, Outputs: m.Eq.Dim, Features: m.features, Fitted: m.base != nil && m.net != nil, FixedStart: !(slices.Max(s.InvStd[0]) > 0)}
}

// value is Y0 as trained so far; where the start is random it lacks what depends on it.
func (m *model[T]) value() float64 {
	unit, _ := m.valueUnit()
	theta := 0.0
	for _, p := range m.Layout.Params() {
		switch p.Name {
		case "y0":
			theta += float64(m.Params[p.Offset])
		case "y0 of what is left":
			theta += float64(m.Params[p.Offset]) * float64(m.state(leftName)[0])
		}
	}
	return m.Scales.Y0 + m.Eq.Shrink(0)*unit*theta
}

// valueUnit is the unit in which Y0 is trained, and the multiple of the learning rate.
func (m *model[T]) valueUnit() (unit, rate float64) { return m.top().ValueUnit(m.Scales.G) }

// layers adds the time steps first … first+count−1,
//
//	Y_{n+1} = Y_n − f(t_n, X_n, Y_n, Z_n) h_n + Z_n·ΔW_n
//
// to the graph. All of f that does not depend on Y is computed once for all
// steps of the group; only the rest is repeated step by step.
func (m *model[T]) layers(b *network.Builder, y autodiff.Node, first, count int, x, dw, noise autodiff.Node) autodiff.Node {
	batch := x.Rows / count
	z, gamma := m.bend(b, first, count, 1, x)
	growth := b.RowDot(z, dw)
	if m.base != nil {
		growth = b.Add(growth, m.curl(b, first, count, gamma, noise))
	}
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

// curl is what Γ adds in a group of steps, see walk.Directions.
func (m *model[T]) curl(b *network.Builder, first, count int, gamma, noise autodiff.Node) autodiff.Node {
	h := make([]float64, 0, noise.Rows)
	for n := first; n < first+count; n++ {
		for range noise.Rows / count {
			h = append(h, m.Grid.Length(n))
		}
	}
	return b.Scale(0.5, b.RowDot(gamma, m.Directions.Squares(b.Graph, noise, b.Constant(noise.Rows, 1, h))))
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
