package main

import (
	"math"
	"math/cmplx"

	"gonum.org/v1/gonum/integrate/quad"
)

// heat is v_τ = ½ variance (v″ + (dim−1)/r v′) + generator(v) from terminal on; dim 0 is the
// line, and 1 and more the radius in such a space.
type heat struct {
	lo, hi, horizon, variance float64
	dim                       int
	generator, terminal       func(float64) float64
}

// at is v at the horizon in a point, by explicit steps, extrapolated in the square of the
// distance of two nodes.
func (h heat) at(x float64) float64 {
	const n = 400
	coarse, fine := h.on(n, x), h.on(2*n, x)
	return fine + (fine-coarse)/3
}

// on is at with n nodes, one of which is x.
func (h heat) on(n int, x float64) float64 {
	dx := (h.hi - h.lo) / float64(n)
	if h.dim == 0 {
		h.lo += math.Mod(x-h.lo, dx)
	}
	steps := int(math.Ceil(h.horizon * h.variance * float64(max(h.dim, 1)) / (0.8 * dx * dx)))
	dt := h.horizon / float64(steps)
	v, next := make([]float64, n+1), make([]float64, n+1)
	for i := range v {
		v[i] = h.terminal(h.lo + float64(i)*dx)
	}
	for range steps {
		for i := range v {
			var bend float64
			switch r := h.lo + float64(i)*dx; {
			case i == n || i == 0 && h.dim == 0: // straight there
			case i == 0:
				bend = float64(h.dim) * 2 * (v[1] - v[0]) / (dx * dx)
			default:
				bend = (v[i+1] - 2*v[i] + v[i-1]) / (dx * dx)
				if h.dim > 0 {
					bend += float64(h.dim-1) / r * (v[i+1] - v[i-1]) / (2 * dx)
				}
			}
			next[i] = v[i] + dt*(0.5*h.variance*bend+h.generator(v[i]))
		}
		v, next = next, v
	}
	i := min(int((x-h.lo)/dx+1e-9), n-2) // a parabola through three nodes
	w := (x-h.lo)/dx - float64(i)
	return v[i]*(1-w)*(2-w)/2 + v[i+1]*w*(2-w) - v[i+2]*w*(1-w)/2
}

// coleHopf is the solution of Burgers' equation at ξ that begins as 1.5 exp(−ξ²): Hopf (1950).
func coleHopf(tau, xi, s float64) float64 {
	viscosity := s * s / 2
	weight := func(eta float64) float64 {
		before := 1.5 * math.Sqrt(math.Pi) / 2 * math.Erf(eta)
		return math.Exp(-((xi-eta)*(xi-eta)/(2*tau) + before) / (2 * viscosity))
	}
	lo, hi := xi-9*s, xi+9*s
	above := quad.Fixed(func(eta float64) float64 { return (xi - eta) / tau * weight(eta) }, lo, hi, 400, nil, 0)
	return above / quad.Fixed(weight, lo, hi, 400, nil, 0)
}

// hestonBasket is a call on exp of the mean of five independent logarithms of prices, of which
// Heston (1993) has the characteristic function, by Lewis's integral (2001).
func hestonBasket() float64 {
	const r, k, level, s, rho, v0, n, horizon = 0.02, 1.5, 0.06, 0.6, -0.7, 0.04, 5.0, 1.0
	one := func(u complex128) complex128 { // of ln S_T/S_0
		b := k - rho*s*1i*u
		root := cmplx.Sqrt(b*b + s*s*(u*u+1i*u))
		g := (b - root) / (b + root)
		e := cmplx.Exp(-root * horizon)
		c := r*1i*u*horizon + k*level/(s*s)*((b-root)*horizon-2*cmplx.Log((1-g*e)/(1-g)))
		return cmplx.Exp(c + v0*(b-root)/(s*s)*(1-e)/(1-g*e))
	}
	mean := func(u complex128) complex128 { return cmplx.Pow(one(u/n), n) }
	forward := real(mean(-1i))
	integral := quad.Fixed(func(u float64) float64 {
		return real(mean(complex(u, -0.5))) / (u*u + 0.25)
	}, 0, 200, 2000, nil, 0)
	// At the money the strike is S_0, so that ln(S_0/K) = 0.
	return math.Exp(-r*horizon) * 100 * (forward - integral/math.Pi)
}
