package autodiff

import (
	"fmt"
	"math/rand/v2"

	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// Dense is x·W + b with W started by init and b at 0; without bias if bias is
// false.
func (g *Graph) Dense(name string, x Node, out int, bias bool, init Init) Node {
	w := g.Param(name+"/weights", x.Cols, out, 1, init)
	if !bias {
		return g.MatMul(x, w)
	}
	return g.Affine(x, w, g.Param(name+"/bias", 1, out, 1, Fill(0)))
}

// activations are the functions by name.
var activations = map[string]expr.UnaryFn{"tanh": expr.Tanh, "relu": expr.Relu, "silu": expr.SiLU}

// Activation is the function with the given name: tanh, relu or silu.
func Activation(name string) (expr.UnaryFn, error) {
	if fn, ok := activations[name]; ok {
		return fn, nil
	}
	return 0, fmt.Errorf("unknown activation %q, want tanh, relu or silu", name)
}

// NormSpec are the constants of a batch normalisation.
type NormSpec struct {
	Epsilon  float64 // added to the variance
	Momentum float64 // share of the running statistics that a batch leaves as it is
	Beta     Init    // start of β
	Gamma    Init    // start of γ
}

// meanZeroStdOne starts running statistics: row 0 the mean, row 1 1/√variance.
func meanZeroStdOne(_ *rand.Rand, p Param, i int) float64 { return float64(i / p.Cols) }

// NormUpdate tells how a training step moves running statistics: the running
// mean and the running variance become
//
//	momentum·running + (1 − momentum)·batch
type NormUpdate struct {
	batch    Node // statistics of the batch, 2×n: mean and 1/√(variance+ε)
	state    Node // running statistics in the same form
	momentum float64
}

// BatchNorm normalises the columns of x, by the statistics of the batch in a
// training graph and by the running ones otherwise. The update is to be given
// to Program.
func (g *Graph) BatchNorm(name string, x Node, spec NormSpec) (Node, *NormUpdate) {
	gamma := g.Param(name+"/gamma", 1, x.Cols, 1, spec.Gamma)
	beta := g.Param(name+"/beta", 1, x.Cols, 1, spec.Beta)
	state := g.State(name+"/statistics", 2, x.Cols, meanZeroStdOne)
	if !g.train {
		return g.apply(batchNormOp(false), x, state, gamma, beta), nil
	}
	batch := g.apply(batchStatsOp(spec.Epsilon), x)
	return g.apply(batchNormOp(true), x, batch, gamma, beta), &NormUpdate{batch, state, spec.Momentum}
}
