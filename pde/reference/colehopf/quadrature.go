// Package colehopf solves equations with f = −λ‖z‖²/2, which the substitution of Cole and
// Hopf, v = exp(−λu), makes linear: by [Quadrature] where everything is radial, else by
// [MonteCarlo]. The source is Chassagneux, Richou (2016).
package colehopf

import (
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/internal/symmetric"
)

// Quadrature solves the quadratic Hamilton–Jacobi–Bellman equation
//
//	μ = 0, σ = s·I, f = −λ‖z‖²/2, g radial, x0 = 0
//
// by the substitution v = exp(−λu), which turns it into the heat equation:
//
//	u(0,0) = −(1/λ) ln E exp(−λ g(s√T ξ)),   ξ ~ N(0, I_d)
//
// For radial g the expectation is an integral over ‖ξ‖² ~ χ²_d, done by the
// trapezoidal rule in w = ln ‖ξ‖² (exponentially convergent for smooth g) with
// all exponentials relative to the largest, so that neither large λ nor large d
// underflows. Conditions that do not hold at random points are refused by name; λ ≠ 0.
//
// Source: Chassagneux, Richou (2016); E, Han, Jentzen (2017), section 4.2.
func Quadrature(p pde.Problem, lambda float64) (*pde.Reference, error) {
	r, pr, err := symmetric.New(&p)
	if err == nil {
		err = quadraticInZ(pr, lambda)
	}
	if err != nil {
		return nil, fmt.Errorf("Cole–Hopf: %w", err)
	}
	if lambda == 0 || r.R0 != 0 {
		return nil, fmt.Errorf("Cole–Hopf: λ=%g, ‖Start‖=%g; want λ other than 0 and Start = 0", lambda, r.R0)
	}
	half := float64(p.Dim) / 2
	lgamma, _ := math.Lgamma(half)
	exponent := func(w float64) (float64, error) {
		q := math.Exp(w)
		g, err := r.Terminal(r.S * math.Sqrt(p.Horizon*q))
		return -lambda*g + half*w - q/2 - half*math.Ln2 - lgamma, err
	}
	lo, hi, err := support(exponent, math.Log(float64(p.Dim)))
	if err != nil {
		return nil, fmt.Errorf("Cole–Hopf: %w", err)
	}
	// Rounding of the exponents, of size d, reaches u divided by λ.
	tol := 1e-12 + 1e-14*float64(p.Dim)/math.Abs(lambda)
	var last float64
	for n := 512; n <= 1<<17; n *= 2 {
		sum, err := logTrapezoid(exponent, lo, hi, n)
		if err != nil {
			return nil, err
		}
		u := -sum / lambda
		if n > 512 && math.Abs(u-last) <= tol*math.Max(1, math.Abs(u)) {
			return &pde.Reference{Value: u, StdErr: tol * math.Max(1, math.Abs(u)), Method: "Cole–Hopf quadrature", Source: "one-dimensional integral over χ²_d"}, nil
		}
		last = u
	}
	return nil, fmt.Errorf("Cole–Hopf: the quadrature did not settle to 1e-12 (last value %g); is g smooth?", last)
}

// support is an interval around start outside of which exp(h) is below e⁻⁶⁰ of its
// largest value inside.
func support(h func(float64) (float64, error), start float64) (lo, hi float64, err error) {
	top, ends := math.Inf(-1), [2]float64{}
	for side, step := range []float64{-0.25, 0.25} {
		w := start
		for v := top; v > top-60 || math.IsInf(top, -1); w += step {
			if v, err = h(w); err != nil {
				return 0, 0, err
			}
			top = math.Max(top, v)
			if math.Abs(w-start) > 600 || math.IsNaN(v) {
				return 0, 0, fmt.Errorf("the expectation of exp(−λg) does not converge at ln r² = %.3g", w)
			}
		}
		ends[side] = w
	}
	return ends[0], ends[1], nil
}

// logTrapezoid is ln ∫ exp(h(w)) dw over [lo, hi] with n intervals.
func logTrapezoid(h func(float64) (float64, error), lo, hi float64, n int) (float64, error) {
	values := make([]float64, n+1)
	step, top := (hi-lo)/float64(n), math.Inf(-1)
	for i := range values {
		v, err := h(lo + float64(i)*step)
		if err != nil {
			return 0, err
		}
		values[i], top = v, math.Max(top, v)
	}
	sum := 0.0
	for i, v := range values {
		weight := 1.0
		if i == 0 || i == n {
			weight = 0.5
		}
		sum += weight * math.Exp(v-top)
	}
	return top + math.Log(sum*step), nil
}
