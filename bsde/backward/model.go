package backward

import (
	"fmt"
	"math/rand/v2"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/bsde/internal/params"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"github.com/deepbsde/deepbsde/pde/grid"
)

// model is the conditional mean c, Z and Γ of each step of each level, linear in the basis.
type model[T autodiff.Float] struct {
	*walk.Model[T]
	basis *basis
	at    map[string]int // of the coefficients among the parameters
}

func newModel[T autodiff.Float](eq *equation.Equation, g *grid.Grid, set *bsde.Settings, s *walk.Scales, b *basis) (*model[T], error) {
	m := &model[T]{basis: b, at: map[string]int{}, Model: &walk.Model[T]{
		Eq: eq, Grid: g, Seed: set.Seed, Scales: s, Origin: walk.Start(g, eq.Start), Layout: &autodiff.Layout{}, Directions: b.Directions,
	}}
	m.Fitted = m.fitted
	m.Bend = func(g *autodiff.Graph, k, stride int, x autodiff.Node) (z, gamma autodiff.Node) {
		z, gamma, _ = m.fitted(g, k, stride, x)
		return z, gamma
	}
	graph := m.Graph(true)
	for _, stride := range m.strides() {
		for k := 0; k < g.Steps(); k += stride {
			for _, p := range m.parts() {
				m.coefficients(graph, stride, k, p)
			}
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

// parts are those of a step, in the order of the unknowns: the mean, Z, Γ, and Γ of pairs of directions.
func (m *model[T]) parts() []part {
	b, first, moments := m.basis, 0, 0
	list := []part{{name: "mean", rows: b.all(), columns: 1}, {name: "z", rows: b.more(), columns: b.Vectors()}, {name: "gamma", rows: b.few(), columns: b.Vectors()}}
	if p := b.Directions.Pairs(); p > 0 {
		list = append(list, part{name: "pairs", rows: b.few(), columns: p})
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

// name is that of coefficients of a level and step.
func (p part) of(stride, k int) string { return fmt.Sprintf("backward/%d/%d/%s", stride, k, p.name) }

// coefficients are those of a part, rows×columns. Before it is fitted the mean is the mean of G.
func (m *model[T]) coefficients(g *autodiff.Graph, stride, k int, p part) autodiff.Node {
	return g.Param(p.of(stride, k), p.rows, p.columns, 1, func(_ *rand.Rand, _ autodiff.Param, i int) float64 {
		if p.name == "mean" && i == 0 {
			return m.Scales.Y0
		}
		return 0
	})
}

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
	n, list := m.serving(k, stride), m.parts()
	times := func(p part) autodiff.Node {
		return g.MatMul(g.Columns(all, 0, p.rows), m.coefficients(g, stride, n, p))
	}
	z, gamma = g.Combine(times(list[1]), vectors...), g.Combine(times(list[2]), vectors...)
	if len(list) > 3 {
		gamma = g.Concat(gamma, times(list[3]))
	}
	low, high := m.span(g, stride, n)
	return z, gamma, g.Binary(expr.Max, low, g.Binary(expr.Min, high, times(list[0])))
}

// span is the range of the values that the mean of a step was fitted to. It does not leave it: f may grow so fast that states where
// no path of the fit has been would decide an answer.
func (m *model[T]) span(g *autodiff.Graph, stride, k int) (low, high autodiff.Node) {
	both := g.Param(spanOf(stride, k), 1, 2, 1, autodiff.Fill(m.Scales.Y0))
	return g.Columns(both, 0, 1), g.Columns(both, 1, 1)
}

// spanOf is its name.
func spanOf(stride, k int) string { return fmt.Sprintf("backward/%d/%d/span", stride, k) }
