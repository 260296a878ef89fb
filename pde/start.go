package pde

import "github.com/deepbsde/deepbsde/autodiff/expr"

// UniformStart is a RandomStart uniform in the box with the given corners, d components
// each, or one that stands for all:
//
//	lo + (hi − lo)·Φ(ξ)
func UniformStart(lo, hi []float64) func(xi expr.Value) expr.Value {
	return func(xi expr.Value) expr.Value {
		from := expr.Vector(lo)
		return xi.NormCDF().Mul(expr.Vector(hi).Sub(from)).Add(from)
	}
}

// NormalStart is a RandomStart with independent normal components of the given means and
// standard deviations, d of each, or one that stands for all:
//
//	mean + std·ξ
func NormalStart(mean, std []float64) func(xi expr.Value) expr.Value {
	return func(xi expr.Value) expr.Value {
		return xi.Mul(expr.Vector(std)).Add(expr.Vector(mean))
	}
}
