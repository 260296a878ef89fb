package estimate

import (
	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde/grid"
)

// Field is Z ≈ σᵀ∇u at the steps of a time grid, as operations of a graph: the estimate
// evaluates it on paths, and differentiates it for the gradient.
type Field interface {
	// Z adds Z of step k in the states x, rows×d, to the graph. The result has the shape
	// of x; each of its rows depends on the same row of x alone.
	Z(g *autodiff.Graph, k int, x autodiff.Node) autodiff.Node
}

// Zero is the field Z = 0: plain Monte Carlo.
type Zero struct{}

// Z is 0.
func (Zero) Z(g *autodiff.Graph, _ int, x autodiff.Node) autodiff.Node {
	return g.Constant(x.Rows, x.Cols, make([]float64, x.Rows*x.Cols))
}

// Formula is a field given by an expression in t, width 1, and x, width d, such as the
// exact σᵀ∇u: of width d, or 1 for the same number in every component.
type Formula struct {
	Grid *grid.Grid // that of the estimate; nil: New fills it in
	At   func(t, x expr.Value) expr.Value
}

// Z is the expression at t_k.
func (f Formula) Z(g *autodiff.Graph, k int, x autodiff.Node) autodiff.Node {
	time, state := expr.Input("t", 1), expr.Input("x", x.Cols)
	list, err := expr.Nodes(f.At(time, state), time, state)
	if err != nil {
		g.Fail(err)
		return x
	}
	e := g.Embed(list)
	e.BindInputs(g.Constant(1, 1, []float64{f.Grid.Time(k)}), x)
	return g.Add(g.Constant(x.Rows, x.Cols, make([]float64, x.Rows*x.Cols)), e.Result())
}
