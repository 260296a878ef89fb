package pde

import "github.com/deepbsde/deepbsde/autodiff/expr"

// Drift is μ(t,x), a vector field of width d.
type Drift interface {
	At(t, x expr.Value) expr.Value
}

// DriftFunc is a drift given by any function of t (width 1) and x (width d).
// Paths are then simulated by the Euler scheme.
type DriftFunc func(t, x expr.Value) expr.Value

// At calls the function.
func (f DriftFunc) At(t, x expr.Value) expr.Value { return f(t, x) }

// ConstantDrift is the same number in every component; 0 for no drift.
type ConstantDrift float64

// At is the constant, repeated over the components of x.
func (c ConstantDrift) At(_, x expr.Value) expr.Value {
	return expr.Const(float64(c)).Broadcast(x.Width())
}

// VectorDrift is a constant vector of d components.
type VectorDrift []float64

// At is the vector.
func (c VectorDrift) At(_, _ expr.Value) expr.Value { return expr.Vector(c) }

// LinearDrift is μ = r·x with a number r, the drift of geometric Brownian motion.
type LinearDrift float64

// At is r·x.
func (r LinearDrift) At(_, x expr.Value) expr.Value { return x.Scale(float64(r)) }

// DiagonalDrift is μ = diag(r)·x with d numbers r.
type DiagonalDrift []float64

// At is r·x, component by component.
func (r DiagonalDrift) At(_, x expr.Value) expr.Value { return x.Mul(expr.Vector(r)) }

// MeanReverting is μ = Rate·(Mean − x), the drift of the Ornstein–Uhlenbeck
// process. Rate must not be 0.
type MeanReverting struct {
	Rate float64
	Mean float64
}

// At is Rate·(Mean − x).
func (m MeanReverting) At(_, x expr.Value) expr.Value {
	return x.Scale(-m.Rate).AddConst(m.Rate * m.Mean)
}
