package deep

import (
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
)

// weights are those of the paths in the loss
//
//	E Γ (Y_N − g(X_N))²,   Γ = exp(Σ ∂f/∂y h)
//
// The estimate of u(0, x0) has the variance of Γ (Y_N − g). Γ² would be its weight if all
// paths were as easy to learn; where Γ varies much few of them would then decide the gradient,
// and the fit is worse than with Γ. The gradient does not go through the weights: it would
// make the mismatches light instead of small.
type weights struct {
	logs    autodiff.Node // of Γ so far
	begin   float64       // of the logarithm: the discount that the recursion takes out, which is the same to all paths
	unitOfY float64       // standard deviation of g
}

func newWeights(eq *equation.Equation, s *walk.Scales) *weights {
	return &weights{begin: eq.Discount * eq.Horizon, unitOfY: s.G}
}

// mostWeight bounds ln Γ on both sides, but for a constant discount.
const mostWeight = 6

// add adds a step of length h, by the difference of f between two values on both sides of y that are
// near to it, and far enough for float32.
func (w *weights) add(g *autodiff.Graph, h float64, y autodiff.Node, f func(y autodiff.Node) autodiff.Node) {
	wide := 0.01 * w.unitOfY
	at := func(by float64) autodiff.Node { return f(g.Unary(expr.Unary{Fn: expr.AddConst, C: by}, y)) }
	slope := g.Scale(h/(2*wide), g.Sub(at(wide), at(-wide)))
	if w.logs.Rows > 0 {
		slope = g.Add(w.logs, slope)
	}
	w.logs = slope
}

// roots are √Γ, a column.
func (w *weights) roots(g *autodiff.Graph) autodiff.Node {
	bound := func(v float64) autodiff.Node {
		return g.Constant(w.logs.Rows, 1, slices.Repeat([]float64{v}, w.logs.Rows))
	}
	logs := g.Unary(expr.Unary{Fn: expr.AddConst, C: w.begin}, w.logs)
	logs = g.Binary(expr.Max, bound(-mostWeight), g.Binary(expr.Min, bound(mostWeight), logs))
	return g.Detach(g.Unary(expr.Unary{Fn: expr.Exp}, g.Scale(0.5, logs)))
}

// of is the weight of a path in the loss, from the logarithm of its Γ.
func (w *weights) of(log float64) float64 {
	return math.Exp(min(max(log+w.begin, -mostWeight), mostWeight))
}
