package walk

import (
	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/pde/grid"
)

// Field is Z ≈ σᵀ∇u at the steps of a time grid, as operations of a graph.
type Field interface {
	// Z adds Z of step k in the states x, rows×d, to the graph. The result has the shape
	// of x.
	Z(g *autodiff.Graph, k int, x autodiff.Node) autodiff.Node
}

// Model is a field for one equation in one precision: what walkers read. It is not
// changed by them.
type Model[T autodiff.Float] struct {
	Eq     *equation.Equation
	Grid   *grid.Grid
	Seed   uint64
	Scales *Scales
	Origin *Origin // (0, x0)
	Field  Field
	Layout *autodiff.Layout // of the parameters of the field
	Params []T
	States []T

	// Bend adds Z and Γ, which has d columns and one for each of the Terms of Directions, of step k of walks on every stride-th grid
	// point to a graph: the recursion then has a term in the squares of the noise too, see
	// Directions. nil for fields without one.
	Bend       func(g *autodiff.Graph, k, stride int, x autodiff.Node) (z, gamma autodiff.Node)
	Directions Directions

	// Fitted adds Z, Γ, and a column of the fitted E[u(t_{k+1}, X_{k+1}) | X_k = x], of step k of such walks: see
	// linear.go. nil for methods that deliver Z alone; a field with it has a Bend too.
	Fitted func(g *autodiff.Graph, k, stride int, x autodiff.Node) (z, gamma, mean autodiff.Node)

	// Ahead tells that u is the fitted mean itself: f has been taken at the end of the step. Without it u is a step in y
	// from there.
	Ahead bool

	// Value is Y0 at x0 as known so far. U0 adds u(0, ·) as trained to a graph, for random
	// starts; nil where nothing has learnt it.
	Value func() float64
	U0    func(g *autodiff.Graph, x autodiff.Node) autodiff.Node
}

// Graph is an empty graph with the parameters of the field, for training or evaluation.
func (m *Model[T]) Graph(train bool) *autodiff.Graph { return autodiff.NewGraph[T](m.Layout, train) }

// StepFree tells whether the recursion has no time step error.
func (m *Model[T]) StepFree() bool { return m.Eq.F == nil && m.Eq.Move.Exact }

// SecondOrder tells whether the trapezoidal rule makes the recursion of Y one of weak order 2, but for what Z kept over a
// step does in a nonlinear f: X is exact, and f a function of t, x and y alone. An f that is affine in y has its own exponential step.
func (m *Model[T]) SecondOrder() bool {
	return m.Eq.F != nil && m.Eq.Move.Exact && !m.Eq.UsesZ && (m.Eq.Bent || !m.Eq.UsesY) && !m.Linearised()
}

// Linearised tells whether walks take the equation as linear about a fitted u, instead of the recursion
// of Y forward in time.
func (m *Model[T]) Linearised() bool { return m.Fitted != nil }

// EulerStep is the step of X, by Euler or for square-root processes, as operations in t, h, x and ΔW; nil where it is exact.
func (m *Model[T]) EulerStep() ([]expr.Node, error) {
	if m.Eq.Move.Exact {
		return nil, nil
	}
	d := m.Eq.Dim
	t, h, x, dw := expr.Input("t", 1), expr.Input("h", 1), expr.Input("x", d), expr.Input("dw", d)
	return expr.Nodes(m.Eq.Move.Formula(t, h, x, dw), t, h, x, dw)
}
