package policy

import (
	"context"
	"fmt"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/bsde/network"
	"github.com/deepbsde/deepbsde/control"
)

// baselineSteps are the gradient steps of a baseline, no more than those of the training, and
// baselineRate its learning rate in units of the training's: it has less to learn, and must go as far.
const (
	baselineSteps = 100
	baselineRate  = 5

	// A correction takes so many steps, no more than the training, at the rate of that.
	correctionSteps = 1000
)

// linear is a linear feedback K_n x̃ + k_n in place of a network, the linear part of network.Shared.
type linear struct{ network.Shared }

// Name is in no list.
func (linear) Name() string { return "linear feedback" }

// Action adds the raw action at step n to the graph.
func (linear) Action(b *network.Builder, n int, x autodiff.Node) autodiff.Node {
	return b.LinearAction(n, b.Normalise(n, 1, x))
}

// constant is one action for all times and states in place of a network.
type constant struct{ network.Shared }

// Name is in no list.
func (constant) Name() string { return "constant action" }

// Action adds the raw action to the graph.
func (constant) Action(b *network.Builder, _ int, x autodiff.Node) autodiff.Node {
	return b.Add(b.Constant(x.Rows, b.Outputs, make([]float64, x.Rows*b.Outputs)), b.Param("action", 1, b.Outputs, 1, autodiff.Fill(0)))
}

// corrected is a trained network with a correction to its action, a polynomial of each component of the state at each step.
type corrected struct{ network.Network }

// Name is in no list.
func (corrected) Name() string { return "correction of the policy" }

// Action adds the raw action at step n to the graph.
func (c corrected) Action(b *network.Builder, n int, x autodiff.Node) autodiff.Node {
	xn := b.Unary(expr.Unary{Fn: expr.Tanh}, b.Scale(0.5, b.Normalise(n, 1, x)))
	square := b.Mul(xn, xn)
	terms := b.Concat(b.Concat(xn, square), b.Mul(square, xn))
	by := b.Param(fmt.Sprintf("correction%d/gain", n), terms.Cols, b.Outputs, network.LinearRate, autodiff.Fill(0))
	offset := b.Param(fmt.Sprintf("correction%d/offset", n), 1, b.Outputs, network.LinearRate, autodiff.Fill(0))
	return b.Add(c.Network.Action(b, n, x), b.Affine(terms, by, offset))
}

// baselines are what the policy has to beat: the best constant action, and the best linear feedback,
// which begins with the linear part of the policy where that has one. They are trained as the policy is.
func (e *engine[T]) baselines(ctx context.Context) (list []estimate.Baseline, err error) {
	for _, net := range []network.Network{constant{}, linear{}} {
		b, err := e.alike(net, e.problem, e.scales, min(baselineSteps, e.set.Iterations), baselineRate*e.set.LearningRate)
		if err != nil {
			return nil, err
		}
		b.beginWith(e.model, 1)
		if finite, err := b.train(ctx); err != nil {
			return nil, err
		} else if finite {
			list = append(list, estimate.Baseline{Name: net.Name(), Policy: b.policy})
		}
	}
	return list, e.widen(ctx, &list)
}

// correction is the policy with a trained correction; nil where its training diverges.
func (e *engine[T]) correction(ctx context.Context) (control.Policy, error) {
	b, err := e.alike(corrected{e.method.Network}, e.problem, e.scales, min(correctionSteps, e.set.Iterations), e.set.LearningRate)
	if err != nil {
		return nil, err
	}
	b.beginWith(e.model, 1)
	if finite, err := b.train(ctx); err != nil || !finite {
		return nil, err
	}
	return b.policy, nil
}
