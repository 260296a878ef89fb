package bsde

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

func (s PerStep) check() error { return checkHidden(s.Hidden) }

// Resolve fills in the defaults for dimension d.
func (s PerStep) Resolve(d int) Network {
	if s.Hidden == nil {
		s.Hidden = []int{d + 10, d + 10}
	}
	return s
}

func (PerStep) stacked() bool { return false }

func (PerStep) valueScale(*scales) (scale, rate float64) { return 1, 1 }

// paperNorm are the constants of the authors' code.
var paperNorm = autodiff.NormSpec{
	Epsilon: 1e-6, Momentum: 0.99,
	Beta: autodiff.Normal(0, 0.1), Gamma: autodiff.Uniform(0.1, 0.5),
}

func (s PerStep) build(b *builder, first, _ int, x autodiff.Node) autodiff.Node {
	if first == 0 && !b.varies(0) {
		z := b.Param("z0", 1, b.dim, 1, autodiff.Uniform(-0.1, 0.1))
		return b.Add(z, b.Constant(x.Rows, 1, make([]float64, x.Rows)))
	}
	name := func(layer string, i int) string { return fmt.Sprintf("step%d/%s%d", first, layer, i) }
	h := b.norm(name("norm", 0), x)
	for i, width := range s.Hidden {
		h = b.Dense(name("dense", i+1), h, width, false, autodiff.Glorot)
		h = b.Unary(expr.Unary{Fn: expr.Relu}, b.norm(name("norm", i+1), h))
	}
	i := len(s.Hidden) + 1
	h = b.norm(name("norm", i), b.Dense(name("dense", i), h, b.dim, true, autodiff.Glorot))
	return b.Scale(1/float64(b.dim), h)
}

func (b *builder) norm(name string, x autodiff.Node) autodiff.Node {
	y, update := b.BatchNorm(name, x, paperNorm)
	if update != nil {
		b.norms = append(b.norms, update)
	}
	return y
}
