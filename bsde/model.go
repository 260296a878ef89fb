package bsde

import (
	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// model is a network for one equation in one precision: its parameters and the
// compiled gradient step.
type model[T autodiff.Float] struct {
	eq     *equation
	net    Network
	set    *Settings
	scales *scales
	origin *origin // (0, x0)
	layout autodiff.Layout
	params []T
	states []T

	program *autodiff.Program[T]
	loss    autodiff.Node
	y0      autodiff.Param
}

// newModel builds the training graph: the recursion of Y through all steps, with
// the loss at the end, as a function of paths that are given.
func newModel[T autodiff.Float](eq *equation, net Network, set *Settings, s *scales) (*model[T], error) {
	m := &model[T]{eq: eq, net: net, set: set, scales: s}
	m.origin = m.start()
	steps, batch, d := set.Steps, set.Batch, eq.Dim
	b := m.builder(true)
	x, dw := b.Input("x", steps*batch, d), b.Input("dw", steps*batch, d)
	y := m.value0(b, b.Rows(x, 0, batch))

	count := 1
	if net.stacked() {
		count = steps
	}
	for first := 0; first < steps; first += count {
		xs, dws := b.Rows(x, first*batch, count*batch), b.Rows(dw, first*batch, count*batch)
		y = m.layers(b, y, first, count, xs, dws)
	}
	delta := b.Scale(1/s.g, b.Sub(y, b.Input("g", batch, 1)))
	m.loss = b.Loss(delta, set.LossClip/s.g)

	for _, p := range m.layout.Params() {
		if p.Name == "y0" {
			m.y0 = p
		}
	}
	m.params, m.states = convert[T](m.layout.Initial(set.Seed)), convert[T](m.layout.InitialState())
	var err error
	m.program, err = autodiff.Compile(b.Graph, autodiff.Target{Cost: m.loss, Norms: b.norms}, m.params, m.states)
	if err != nil {
		return nil, err
	}
	return m, nil
}

func (m *model[T]) builder(train bool) *builder {
	return &builder{
		Graph: autodiff.NewGraph[T](&m.layout, train),
		steps: m.set.Steps, dim: m.eq.Dim, scales: m.scales,
	}
}

// value is Y0 as trained so far; where the start is random it lacks what depends on it.
func (m *model[T]) value() float64 {
	unit, _ := m.net.valueScale(m.scales)
	return m.scales.y0 + unit*float64(m.params[m.y0.Offset])
}

func (m *model[T]) unitLoss() float64 { return m.scales.g * m.scales.g }

func (m *model[T]) mulAdds() int { return m.program.MulAdds() }

func convert[T autodiff.Float](v []float64) []T {
	out := make([]T, len(v))
	for i, x := range v {
		out[i] = T(x)
	}
	return out
}

// layers adds the time steps first … first+count−1,
//
//	Y_{n+1} = Y_n − f(t_n, X_n, Y_n, Z_n) h + Z_n·ΔW_n
//
// to the graph. All of f that does not depend on Y is computed once for all
// steps of the group; only the rest is repeated step by step.
func (m *model[T]) layers(b *builder, y autodiff.Node, first, count int, x, dw autodiff.Node) autodiff.Node {
	h, batch := m.eq.Horizon/float64(m.set.Steps), x.Rows/count
	z := m.net.build(b, first, count, x)
	growth := b.RowDot(z, dw)
	var e *autodiff.Embedding
	if m.eq.generator != nil {
		e = b.Embed(m.eq.list)
		e.BindInputs(m.timeColumn(b, first, count, batch), x, autodiff.Node{}, z)
		if !m.eq.usesY {
			growth = b.Sub(growth, b.Scale(h, e.Result()))
		}
	}
	for k := range count {
		next := b.Add(y, b.Rows(growth, k*batch, batch))
		if m.eq.usesY {
			f := m.stepPart(b, e, k, count, batch, y)
			next = b.Sub(next, b.Scale(h, f))
		}
		y = next
	}
	return y
}

// timeColumn is t_n for every row of the group.
func (m *model[T]) timeColumn(b *builder, first, count, batch int) autodiff.Node {
	t := make([]float64, 0, count*batch)
	for n := first; n < first+count; n++ {
		for range batch {
			t = append(t, m.eq.Horizon*float64(n)/float64(m.set.Steps))
		}
	}
	return b.Constant(count*batch, 1, t)
}

// stepPart is f at step k of a group: the operations that depend on Y applied to
// the rows of the others that belong to the step.
func (m *model[T]) stepPart(b *builder, e *autodiff.Embedding, k, count, batch int, y autodiff.Node) autodiff.Node {
	depends := dependsOn(m.eq.list, inY, false)
	step := b.Embed(m.eq.list)
	for i, n := range m.eq.list {
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
