package bsde

import (
	"fmt"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// policyBuilder is what the network of a policy is built with.
type policyBuilder struct {
	*autodiff.Graph
	*policyScales
	steps   int // N
	actions int // m
	norms   []*autodiff.NormUpdate
	shifts  []autodiff.Node // E_n of the steps in the graph, see adjointVariate
}

// normalise is (x − mean)/std with the mean and the standard deviation of step n.
func (b *policyBuilder) normalise(n int, x autodiff.Node) autodiff.Node {
	d := len(b.mean[n])
	gain, offset := b.invstd[n], make([]float64, d)
	for j, inv := range gain {
		offset[j] = -b.mean[n][j] * inv
	}
	return b.BlockAffine(x, b.Constant(1, d, gain), b.Constant(1, d, offset))
}

// column is a number in every row.
func (b *policyBuilder) column(rows int, c float64) autodiff.Node {
	data := make([]float64, rows)
	for i := range data {
		data[i] = c
	}
	return b.Constant(rows, 1, data)
}

// time is the normalised time of step n, from −1 to 1 over the horizon, as a column.
func (b *policyBuilder) time(n, rows int) autodiff.Node {
	return b.column(rows, 2*float64(n)/float64(b.steps)-1)
}

// linear is the linear part of step n, K_n x̃ + k_n.
func (b *policyBuilder) linear(n int, xn autodiff.Node) autodiff.Node {
	gain := b.Param(fmt.Sprintf("step%d/gain", n), xn.Cols, b.actions, 1, autodiff.Fill(0))
	offset := b.Param(fmt.Sprintf("step%d/offset", n), 1, b.actions, 1, autodiff.Fill(0))
	return b.Affine(xn, gain, offset)
}

// policy adds the raw action at step n, of order 1, to the graph:
//
//	K_n x̃ + k_n + F(x̃, τ_n),   x̃ = (x − mean)/std
//
// with a matrix K_n and a vector k_n of each step's own and one network F for all. Its
// last layer starts at 0, like K_n and k_n.
func (s Shared) policy(b *policyBuilder, n int, x autodiff.Node) autodiff.Node {
	activation, err := autodiff.Activation(s.Activation)
	if err != nil {
		b.Fail(err)
	}
	xn := b.normalise(n, x)
	a := b.linear(n, xn)
	h := b.Concat(xn, b.time(n, x.Rows))
	for i, width := range s.Hidden {
		h = b.Unary(expr.Unary{Fn: activation}, b.Dense(fmt.Sprintf("hidden%d", i+1), h, width, true, autodiff.Glorot))
	}
	return b.Add(a, b.Dense("output", h, b.actions, true, autodiff.Fill(0)))
}

// policy adds the raw action at step n to the graph: the subnetwork of Han, E (2016),
// with batch normalisation after every product. Where the state at time 0 is fixed its
// action is a trained vector.
func (s PerStep) policy(b *policyBuilder, n int, x autodiff.Node) autodiff.Node {
	if n == 0 && b.fixedStart {
		return b.Add(b.Param("step0/action", 1, b.actions, linearRateMultiple, autodiff.Fill(0)), b.column(x.Rows, 0))
	}
	norm := func(name string, x autodiff.Node) autodiff.Node {
		y, update := b.BatchNorm(fmt.Sprintf("step%d/%s", n, name), x, paperNorm)
		if update != nil {
			b.norms = append(b.norms, update)
		}
		return y
	}
	h := norm("norm0", x)
	for i, width := range s.Hidden {
		h = b.Dense(fmt.Sprintf("step%d/dense%d", n, i+1), h, width, false, autodiff.Glorot)
		h = b.Unary(expr.Unary{Fn: expr.Relu}, norm(fmt.Sprintf("norm%d", i+1), h))
	}
	return b.Dense(fmt.Sprintf("step%d/output", n), h, b.actions, true, autodiff.Fill(0))
}
