package pde

import (
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// Diffusion is σ(t,x) as an action on the noise: no d×d matrix need exist.
type Diffusion interface {
	// Mul is σ(t,x)·dw; t has width 1, x, dw and the result width d.
	Mul(t, x, dw expr.Value) expr.Value
}

// checker is a Diffusion or Drift with constants to check against d.
type checker interface{ check(dim int) error }

// Scalar is σ = s·I.
type Scalar float64

// Mul is s·dw.
func (s Scalar) Mul(_, _, dw expr.Value) expr.Value { return dw.Scale(float64(s)) }

func (s Scalar) check(int) error { return finite("Diffusion Scalar", float64(s)) }

// Diagonal is a constant diagonal σ with d entries.
type Diagonal []float64

// Mul is diag(s)·dw.
func (s Diagonal) Mul(_, _, dw expr.Value) expr.Value { return dw.Mul(expr.Vector(s)) }

func (s Diagonal) check(dim int) error { return vector("Diffusion Diagonal", s, dim) }

// Dense is a constant d×d matrix σ, a slice of rows; for a covariance matrix C
// give its Cholesky factor.
type Dense [][]float64

// Mul is σ·dw.
func (s Dense) Mul(_, _, dw expr.Value) expr.Value { return dw.Linear(s) }

func (s Dense) check(dim int) error { return matrix("Diffusion Dense", s, dim) }

// Geometric is σ = v·diag(x), independent geometric Brownian motions with the
// volatility v.
type Geometric float64

// Mul is v·x·dw, component by component.
func (v Geometric) Mul(_, x, dw expr.Value) expr.Value { return x.Mul(dw).Scale(float64(v)) }

func (v Geometric) check(int) error { return finite("Diffusion Geometric", float64(v)) }

// CorrelatedGeometric is σ = diag(x)·L with a constant d×d matrix L: geometric
// Brownian motions whose log-returns have covariance L·Lᵀ per unit of time.
type CorrelatedGeometric [][]float64

// Mul is x·(L·dw), component by component.
func (l CorrelatedGeometric) Mul(_, x, dw expr.Value) expr.Value { return x.Mul(dw.Linear(l)) }

func (l CorrelatedGeometric) check(dim int) error {
	return matrix("Diffusion CorrelatedGeometric", l, dim)
}

// DiffusionFunc is any σ(t,x), given by its action on dw. Paths are then
// simulated by the Euler scheme.
type DiffusionFunc func(t, x, dw expr.Value) expr.Value

// Mul calls the function.
func (f DiffusionFunc) Mul(t, x, dw expr.Value) expr.Value { return f(t, x, dw) }

func (f DiffusionFunc) check(int) error { return nil }

func (c ConstantDrift) check(int) error   { return finite("Drift ConstantDrift", float64(c)) }
func (r LinearDrift) check(int) error     { return finite("Drift LinearDrift", float64(r)) }
func (c VectorDrift) check(dim int) error { return vector("Drift VectorDrift", c, dim) }

func (r DiagonalDrift) check(dim int) error { return vector("Drift DiagonalDrift", r, dim) }

func (m MeanReverting) check(int) error {
	if m.Rate == 0 {
		return fmt.Errorf("Drift MeanReverting has Rate 0; use ConstantDrift(0) for no drift")
	}
	return vector("Drift MeanReverting", []float64{m.Rate, m.Mean}, 2)
}

func finite(what string, v float64) error {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return fmt.Errorf("%s is %g, want a finite number", what, v)
	}
	return nil
}

func vector(what string, v []float64, n int) error {
	if len(v) != n {
		return fmt.Errorf("%s has %d components, want %d", what, len(v), n)
	}
	for i, c := range v {
		if err := finite(fmt.Sprintf("%s component %d", what, i), c); err != nil {
			return err
		}
	}
	return nil
}

func matrix(what string, m [][]float64, n int) error {
	if len(m) != n {
		return fmt.Errorf("%s has %d rows, want %d", what, len(m), n)
	}
	for i, row := range m {
		if err := vector(fmt.Sprintf("%s row %d", what, i), row, n); err != nil {
			return err
		}
	}
	return nil
}
