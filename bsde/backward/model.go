package backward

import (
	"fmt"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/bsde/internal/params"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"github.com/deepbsde/deepbsde/pde/grid"
)

// model is the conditional mean c, Z and Γ of each step of each level, linear in the basis and, with a width, in the
// outputs of a network with two hidden layers on top of it.
type model[T autodiff.Float] struct {
	*walk.Model[T]
	basis *basis
	width int
	at    map[string]int // of the coefficients among the parameters
}

func newModel[T autodiff.Float](eq *equation.Equation, g *grid.Grid, set *bsde.Settings, s *walk.Scales, b *basis, method Method) (*model[T], error) {
	m := &model[T]{basis: b, width: method.Width, at: map[string]int{}, Model: &walk.Model[T]{
		Eq: eq, Grid: g, Seed: set.Seed, Scales: s, Origin: walk.Start(g, eq.Start), Layout: &autodiff.Layout{}, Directions: b.Directions,
		Ahead: method.Target == Splitting,
	}}
	m.Fitted = m.fitted
	m.Bend = func(g *autodiff.Graph, k, stride int, x autodiff.Node) (z, gamma autodiff.Node) {
		z, gamma, _ = m.fitted(g, k, stride, x)
		return z, gamma
	}
	graph := m.Graph(true)
	for _, stride := range m.strides() {
		for k := 0; k < g.Steps(); k += stride {
			m.heads(graph, graph.Constant(1, b.all(), make([]float64, b.all())), naming(stride, k))
			m.span(graph, stride, k)
		}
	}
	graph.State(noteName, 1, 1, autodiff.Fill(0))
	if err := graph.Err(); err != nil {
		return nil, err
	}
	m.Params, m.States = params.Convert[T](m.Layout.Initial(set.Seed)), params.Convert[T](m.Layout.InitialState())
	for _, p := range m.Layout.Params() {
		m.at[p.Name] = p.Offset
	}
	return m, nil
}

// noteName is the number of levels that have been fitted, the coarsest first.
const noteName = "backward/levels"

// strides are the levels of the estimate.
func (m *model[T]) strides() []int { return estimate.Strides(m.Grid.Steps()) }

// part is what is fitted of a step: for each of the columns one coefficient of each of the first functions of the
// basis.
type part struct {
	name           string
	rows, columns  int
	first, moments int // of the unknowns of a step, and of the moments of features
}

// parts are those of a step, in the order of the unknowns: the mean, Z, Γ, and the terms of directions.
func (m *model[T]) parts() []part {
	b, first, moments := m.basis, 0, 0
	list := []part{{name: "mean", rows: b.all(), columns: 1}, {name: "z", rows: b.more(), columns: b.Vectors()}, {name: "gamma", rows: b.few(), columns: b.Vectors()}}
	if p := b.Directions.Terms(); p > 0 {
		list = append(list, part{name: "along", rows: b.few(), columns: p})
	}
	for i := range list {
		p := &list[i]
		p.first, first = first, first+p.rows*p.columns
		if i > 0 {
			p.moments, moments = moments, moments+p.columns
		}
	}
	return list
}

// unknowns is the number of coefficients of a step.
func (m *model[T]) unknowns() int {
	list := m.parts()
	last := list[len(list)-1]
	return last.first + last.rows*last.columns
}

// of is the name of the coefficients of a level and step.
func (p part) of(stride, k int) string { return naming(stride, k)(p.name) }

// naming is how the parameters of a level and step are called.
func naming(stride, k int) func(name string) string {
	return func(name string) string { return fmt.Sprintf("backward/%d/%d/%s", stride, k, name) }
}

// heads adds the parts of a step for rows of the functions. Before a fit they are 0.
func (m *model[T]) heads(g *autodiff.Graph, all autodiff.Node, of func(name string) string) (out []autodiff.Node) {
	var inner autodiff.Node
	if m.width > 0 {
		inner = m.inner(g, all, of)
	}
	for _, p := range m.parts() {
		v := g.MatMul(g.Columns(all, 0, p.rows), g.Param(of(p.name), p.rows, p.columns, 1, autodiff.Fill(0)))
		if m.width > 0 {
			v = g.Add(v, g.MatMul(inner, g.Param(of(p.name+networkName), m.width, p.columns, 1, autodiff.Fill(0))))
		}
		out = append(out, v)
	}
	return out
}

// networkName ends the names of the coefficients of a network's outputs.
const networkName = "/network"

// serving is the step of a level whose coefficients serve step k of the grid. Those of step 0 know x0 alone.
func (m *model[T]) serving(k, stride int) int {
	n := k / stride * stride
	if n == 0 && k > 0 && stride < m.Grid.Steps() {
		n = stride
	}
	return n
}

// fitted adds Z, Γ and the conditional mean.
func (m *model[T]) fitted(g *autodiff.Graph, k, stride int, x autodiff.Node) (z, gamma, mean autodiff.Node) {
	numbers := m.basis.Numbers(k)
	vectors, all := m.basis.at(g, g.Constant(1, len(numbers), numbers), x)
	n := m.serving(k, stride)
	list := m.heads(g, all, naming(stride, n))
	z, gamma = g.Combine(list[1], vectors...), g.Combine(list[2], vectors...)
	if len(list) > 3 {
		gamma = g.Concat(gamma, list[3])
	}
	low, high := m.span(g, stride, n)
	return z, gamma, g.Binary(expr.Max, low, g.Binary(expr.Min, high, list[0]))
}

// span is the range of the values that the mean of a step was fitted to. It does not leave it: f may grow so fast that states where
// no path of the fit has been would decide an answer.
func (m *model[T]) span(g *autodiff.Graph, stride, k int) (low, high autodiff.Node) {
	both := g.Param(spanOf(stride, k), 1, 2, 1, autodiff.Fill(m.Scales.Y0))
	return g.Columns(both, 0, 1), g.Columns(both, 1, 1)
}

// spanOf is its name.
func spanOf(stride, k int) string { return fmt.Sprintf("backward/%d/%d/span", stride, k) }
