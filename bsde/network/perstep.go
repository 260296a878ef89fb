package network

import (
	"fmt"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// PerStep is the architecture of Han, Jentzen, E (2018) and of the authors' code,
// github.com/frankhan91/DeepBSDE: a network of its own for each time step,
//
//	batch normalisation, then twice (dense without bias, batch normalisation,
//	ReLU), then dense to d and batch normalisation, divided by d
//
// and a trained vector for Z at time 0, unless the start is random.
type PerStep struct {
	Hidden []int // widths of the hidden layers; nil: two of d + 10
}

// Name is "per-step".
func (PerStep) Name() string { return "per-step" }

// Check reports a wrong width.
func (s PerStep) Check() error { return checkHidden(s.Hidden) }

// Resolve fills in the defaults for dimension d.
func (s PerStep) Resolve(d int) Network {
	if s.Hidden == nil {
		s.Hidden = []int{d + 10, d + 10}
	}
	return s
}

// Stacked is false.
func (PerStep) Stacked() bool { return false }

// ValueUnit is 1: Y0 is trained as it is.
func (PerStep) ValueUnit(float64) (unit, rate float64) { return 1, 1 }

// paperNorm are the constants of the authors' code.
var paperNorm = autodiff.NormSpec{
	Epsilon: 1e-6, Momentum: 0.99,
	Beta: autodiff.Normal(0, 0.1), Gamma: autodiff.Uniform(0.1, 0.5),
}

// Z adds Z of one step to the graph.
func (s PerStep) Z(b *Builder, first, _ int, x autodiff.Node) autodiff.Node {
	if first == 0 && b.FixedStart {
		z := b.Param("z0", 1, b.Outputs, 1, autodiff.Uniform(-0.1, 0.1))
		return b.Add(z, b.Constant(x.Rows, 1, make([]float64, x.Rows)))
	}
	name := func(layer string, i int) string { return fmt.Sprintf("step%d/%s%d", first, layer, i) }
	h := b.norm(name("norm", 0), x, paperNorm)
	for i, width := range s.Hidden {
		h = b.Dense(name("dense", i+1), h, width, false, autodiff.Glorot)
		h = b.Unary(expr.Unary{Fn: expr.Relu}, b.norm(name("norm", i+1), h, paperNorm))
	}
	i := len(s.Hidden) + 1
	h = b.norm(name("norm", i), b.Dense(name("dense", i), h, b.Outputs, true, autodiff.Glorot), paperNorm)
	return b.Scale(1/float64(b.Outputs), h)
}

// Action adds the raw action at step n to the graph: the subnetwork of Han, E (2016),
// with batch normalisation after every product. Where the state at time 0 is fixed its
// action is a trained vector.
func (s PerStep) Action(b *Builder, n int, x autodiff.Node) autodiff.Node {
	if n == 0 && b.FixedStart {
		return b.Add(b.Param("step0/action", 1, b.Outputs, LinearRate, autodiff.Fill(0)), b.Column(x.Rows, 0))
	}
	norm := func(name string, x autodiff.Node) autodiff.Node {
		return b.norm(fmt.Sprintf("step%d/%s", n, name), x, paperNorm)
	}
	h := norm("norm0", x)
	for i, width := range s.Hidden {
		h = b.Dense(fmt.Sprintf("step%d/dense%d", n, i+1), h, width, false, autodiff.Glorot)
		h = b.Unary(expr.Unary{Fn: expr.Relu}, norm(fmt.Sprintf("norm%d", i+1), h))
	}
	return b.Dense(fmt.Sprintf("step%d/output", n), h, b.Outputs, true, autodiff.Fill(0))
}
