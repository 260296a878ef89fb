package bsde

import (
	"fmt"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// Shared is one network for all times with the normalised time and state as its
// input, on top of a linear part of its own for each time step:
//
//	Z_n(x) = c·(a_n∘x̃ + b_n + F(x̃, τ_n)),   x̃ = (x − E X_n)/std X_n,   c = std(G)/√(T·d)
//
// with G the terminal value as Z = 0 sees it, g(X_T) + ∫f(t,X,ȳ,0)dt. F is a
// multilayer perceptron whose last layer starts at 0. The linear part is
// a skip connection: it lets F be narrower than the state.
type Shared struct {
	Hidden     []int  // widths of the hidden layers; nil: two of 64
	Activation string // "tanh", "relu" or "silu"; "": silu
}

// Name is "shared".
func (Shared) Name() string { return "shared" }

func (s Shared) check() error {
	if s.Activation != "" {
		if _, err := autodiff.Activation(s.Activation); err != nil {
			return &SettingsError{"activation", err.Error()}
		}
	}
	return checkHidden(s.Hidden)
}

// Resolve fills in the defaults.
func (s Shared) Resolve(int) Network {
	if s.Hidden == nil {
		s.Hidden = []int{64, 64}
	}
	if s.Activation == "" {
		s.Activation = "silu"
	}
	return s
}

func (Shared) stacked() bool { return true }

// linearRateMultiple is the multiple of the learning rate for Y0 and the linear part:
// few parameters, each seen by every path.
const linearRateMultiple = 5

func (Shared) valueScale(s *scales) (scale, rate float64) { return s.g, linearRateMultiple }

func (s Shared) build(b *builder, first, count int, x autodiff.Node) autodiff.Node {
	activation, err := autodiff.Activation(s.Activation)
	if err != nil {
		b.Fail(err)
	}
	xn := b.normalise(first, count, x)
	z := b.linear(first, count, xn)
	h := b.Concat(xn, b.times(first, count, x.Rows/count))
	for i, width := range s.Hidden {
		h = b.Unary(expr.Unary{Fn: activation}, b.Dense(fmt.Sprintf("hidden%d", i+1), h, width, true, autodiff.Glorot))
	}
	z = b.Add(z, b.Dense("output", h, b.dim, true, autodiff.Fill(0)))
	return b.Scale(b.scales.z, z)
}

// linear is the linear part, a_n∘x̃ + b_n.
func (b *builder) linear(first, count int, xn autodiff.Node) autodiff.Node {
	part := func(name string) autodiff.Node {
		return b.Rows(b.Param(name, b.steps, b.dim, linearRateMultiple, autodiff.Fill(0)), first, count)
	}
	return b.BlockAffine(xn, part("linear/gain"), part("linear/offset"))
}
