package bsde

import (
	"fmt"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// Network is the architecture of Z: a function of the state for each time step.
type Network interface {
	// Name is the network's name in results, such as "shared".
	Name() string

	// check reports the first field that cannot be used.
	check() error

	// Resolve is the network with its defaults for dimension d filled in.
	Resolve(d int) Network

	// stacked tells whether one call of build makes all time steps, one below the
	// other in a single batch; else every step is built by a call of its own.
	stacked() bool

	// valueScale is the unit in which Y0 is trained.
	valueScale(s *scales) (scale, rate float64)

	// build adds Z of the steps first … first+count−1 to the graph. x holds the
	// states, count blocks of equal size; the result has the shape of x.
	build(b *builder, first, count int, x autodiff.Node) autodiff.Node
}

// builder is what a network is built with.
type builder struct {
	*autodiff.Graph
	steps int // N
	dim   int // d
	*scales
	norms []*autodiff.NormUpdate
}

func checkHidden(hidden []int) error {
	for _, h := range hidden {
		if h < 1 || h > 1<<16 {
			return &SettingsError{"hidden", fmt.Sprintf("width %d, want numbers from 1 to %d", h, 1<<16)}
		}
	}
	return nil
}

// Shared is one network for all times with the normalised time and state as its
// input, on top of a linear part of its own for each time step:
//
//	Z_n(x) = c·(a_n∘x̃ + b_n + F(x̃, τ_n)),   x̃ = (x − E X_n)/std X_n,   c = std(g(X_T))/√(T·d)
//
// F is a multilayer perceptron whose last layer starts at 0. The linear part is
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
	part := func(name string) autodiff.Node {
		return b.Rows(b.Param(name, b.steps, b.dim, linearRateMultiple, autodiff.Fill(0)), first, count)
	}
	z := b.BlockAdd(b.BlockMul(xn, part("linear/gain")), part("linear/offset"))
	h := b.Concat(xn, b.times(first, count, x.Rows/count))
	for i, width := range s.Hidden {
		h = b.Unary(expr.Unary{Fn: activation}, b.Dense(fmt.Sprintf("hidden%d", i+1), h, width, true, autodiff.Glorot))
	}
	z = b.Add(z, b.Dense("output", h, b.dim, true, autodiff.Fill(0)))
	return b.Scale(b.scales.z, z)
}

// normalise is (x − mean)/std with the mean and standard deviation of each time
// step and component.
func (b *builder) normalise(first, count int, x autodiff.Node) autodiff.Node {
	var gain, offset []float64
	for n := first; n < first+count; n++ {
		for j, inv := range b.invstd[n] {
			gain, offset = append(gain, inv), append(offset, -b.mean[n][j]*inv)
		}
	}
	return b.BlockAdd(b.BlockMul(x, b.Constant(count, b.dim, gain)), b.Constant(count, b.dim, offset))
}

// times is the normalised time, from −1 to 1 over the horizon, as a column.
func (b *builder) times(first, count, rows int) autodiff.Node {
	t := make([]float64, 0, count*rows)
	for n := first; n < first+count; n++ {
		for range rows {
			t = append(t, 2*float64(n)/float64(b.steps)-1)
		}
	}
	return b.Constant(count*rows, 1, t)
}

// PerStep is the architecture of Han, Jentzen, E (2018) and of the authors' code,
// github.com/frankhan91/DeepBSDE: a network of its own for each time step,
//
//	batch normalisation, then twice (dense without bias, batch normalisation,
//	ReLU), then dense to d and batch normalisation, divided by d
//
// and a trained vector for Z at time 0.
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
	if first == 0 {
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
