package network

import (
	"fmt"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde"
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

// Check reports an unknown activation or a wrong width.
func (s Shared) Check() error {
	if s.Activation != "" {
		if _, err := autodiff.Activation(s.Activation); err != nil {
			return &bsde.SettingsError{Field: "activation", Reason: err.Error()}
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

// Stacked is true.
func (Shared) Stacked() bool { return true }

// ValueUnit is std, with five times the learning rate.
func (Shared) ValueUnit(std float64) (unit, rate float64) { return std, LinearRate }

// Z adds Z of some steps to the graph.
func (s Shared) Z(b *Builder, first, count int, x autodiff.Node) autodiff.Node {
	activation, err := autodiff.Activation(s.Activation)
	if err != nil {
		b.Fail(err)
	}
	xn := b.Normalise(first, count, x)
	z := b.linearZ(first, count, xn)
	h := b.Concat(xn, b.times(first, count, x.Rows/count))
	for i, width := range s.Hidden {
		h = b.Unary(expr.Unary{Fn: activation}, b.Dense(fmt.Sprintf("hidden%d", i+1), h, width, true, autodiff.Glorot))
	}
	z = b.Add(z, b.Dense("output", h, b.Outputs, true, autodiff.Fill(0)))
	return b.Scale(b.Unit, z)
}

// linearZ is the linear part of Z, a_n∘x̃ + b_n.
func (b *Builder) linearZ(first, count int, xn autodiff.Node) autodiff.Node {
	part := func(name string) autodiff.Node {
		return b.Rows(b.Param(name, b.Steps(), b.Outputs, LinearRate, autodiff.Fill(0)), first, count)
	}
	return b.BlockAffine(xn, part("linear/gain"), part("linear/offset"))
}

// Action adds the raw action at step n, of order 1, to the graph:
//
//	K_n x̃ + k_n + F(x̃, τ_n),   x̃ = (x − mean)/std
//
// with a matrix K_n and a vector k_n of each step's own and one network F for all. Its
// last layer starts at 0, like K_n and k_n.
func (s Shared) Action(b *Builder, n int, x autodiff.Node) autodiff.Node {
	activation, err := autodiff.Activation(s.Activation)
	if err != nil {
		b.Fail(err)
	}
	xn := b.Normalise(n, 1, x)
	a := b.LinearAction(n, xn)
	h := b.Concat(xn, b.times(n, 1, x.Rows))
	for i, width := range s.Hidden {
		h = b.Unary(expr.Unary{Fn: activation}, b.Dense(fmt.Sprintf("hidden%d", i+1), h, width, true, autodiff.Glorot))
	}
	return b.Add(a, b.Dense("output", h, b.Outputs, true, autodiff.Fill(0)))
}

// LinearAction is the linear part of the action of step n, K_n x̃ + k_n, of x̃ = xn.
func (b *Builder) LinearAction(n int, xn autodiff.Node) autodiff.Node {
	gain := b.Param(fmt.Sprintf("step%d/gain", n), xn.Cols, b.Outputs, 1, autodiff.Fill(0))
	offset := b.Param(fmt.Sprintf("step%d/offset", n), 1, b.Outputs, 1, autodiff.Fill(0))
	return b.Affine(xn, gain, offset)
}
