package deep

import (
	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"github.com/deepbsde/deepbsde/bsde/network"
)

// value0 adds Y0 of the paths that start in the states x to the graph: a trained number
// where the start is fixed, and for random starts a function of x̃ = (x − E X_0)/std X_0,
//
//	y0 + c·(θ + Σ (a_j + q_j x̃_j) x̃_j + F(x̃)),   c = std(G)
//
// with a multilayer perceptron F as Shared has it.
func (m *model[T]) value0(b *network.Builder, x autodiff.Node) autodiff.Node {
	unit, rate := m.valueUnit()
	shrink := m.Eq.Shrink(0)
	unit *= shrink
	theta := b.Param("y0", 1, 1, rate, autodiff.Fill(0))
	if m.base != nil && m.net != nil { // what the fit has found stays
		theta = b.Add(b.Detach(theta), b.Mul(m.left(b), b.Param("y0 of what is left", 1, 1, rate, autodiff.Fill(0))))
	}
	start := make([]float64, x.Rows)
	walk.Spread(start, []float64{m.Scales.Y0})
	y := b.Add(b.Scale(unit, theta), b.Constant(x.Rows, 1, start))
	if m.Eq.Random == nil {
		return y
	}
	xn := b.Normalise(0, 1, x)
	coefficient := func(name string) autodiff.Node {
		return b.Param(name, 1, b.Outputs, network.LinearRate, autodiff.Fill(0))
	}
	h := b.BlockAffine(xn, coefficient("value/quadratic"), coefficient("value/linear"))
	out := b.RowDot(xn, h)
	h = xn
	for _, name := range []string{"value/hidden1", "value/hidden2"} {
		h = b.Unary(expr.Unary{Fn: expr.SiLU}, b.Dense(name, h, valueWidth, true, autodiff.Glorot))
	}
	out = b.Add(out, b.Dense("value/output", h, 1, true, autodiff.Fill(0)))
	return b.Add(y, b.Scale(m.Scales.G*shrink, out))
}

// valueWidth is the width of the hidden layers of value0.
const valueWidth = 64
