package known

import (
	"math"
	"math/cmplx"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
	"gonum.org/v1/gonum/integrate/quad"
)

// CIR is the equation of a bond under the rate dr = K(B−r)dt + S√r dW.
type CIR struct{ K, B, S, R0, T float64 }

// Problem is f = −r·y, g = 1.
func (c CIR) Problem() pde.Problem {
	return pde.Problem{
		Name: "cir", Dim: 1, Horizon: c.T, Start: []float64{c.R0},
		Drift: pde.DriftFunc(func(_, x expr.Value) expr.Value { return x.Neg().AddConst(c.B).Scale(c.K) }),
		Diffusion: pde.DiffusionFunc(func(_, x, dw expr.Value) expr.Value {
			return x.Max(expr.Const(1e-10)).Sqrt().Mul(dw).Scale(c.S)
		}),
		Generator: func(_, x, y, _ expr.Value) expr.Value { return x.Mul(y).Neg() },
		Terminal:  func(x expr.Value) expr.Value { return x.Scale(0).AddConst(1) },
	}
}

// Bond is E exp(−∫r dt) = A e^{−Br}: Cox, Ingersoll, Ross (1985), equation (23).
func (c CIR) Bond() float64 {
	g := math.Sqrt(c.K*c.K + 2*c.S*c.S)
	e := math.Expm1(g * c.T)
	below := (g+c.K)*e + 2*g
	a := math.Pow(2*g*math.Exp((g+c.K)*c.T/2)/below, 2*c.K*c.B/(c.S*c.S))
	return a * math.Exp(-2*e/below*c.R0)
}

// Heston is a put at 100 on S, dS = S√V dW₁, dV = K(Theta−V)dt + Xi√V dW₂, S₀ = 100: its
// variance is finite where that of a call is not.
type Heston struct{ K, Theta, Xi, Rho, V0, T float64 }

// Problem is f = 0, g = (100−S)⁺.
func (c Heston) Problem() pde.Problem {
	sv := func(x expr.Value) expr.Value { return x.At(1).Max(expr.Const(1e-10)).Sqrt() }
	return pde.Problem{
		Name: "heston", Dim: 2, Horizon: c.T, Start: []float64{100, c.V0},
		Drift: pde.DriftFunc(func(_, x expr.Value) expr.Value {
			return expr.Concat(expr.Const(0), x.At(1).Neg().AddConst(c.Theta).Scale(c.K))
		}),
		Diffusion: pde.DiffusionFunc(func(_, x, dw expr.Value) expr.Value {
			along := dw.At(0).Scale(c.Rho).Add(dw.At(1).Scale(math.Sqrt(1 - c.Rho*c.Rho)))
			return expr.Concat(sv(x).Mul(x.At(0)).Mul(dw.At(0)), sv(x).Mul(along).Scale(c.Xi))
		}),
		Terminal: func(x expr.Value) expr.Value { return x.At(0).Neg().AddConst(100).Relu() },
	}
}

// Put is 100 − (100/π) ∫₀^∞ Re φ(u−i/2)/(u²+¼) du, that of the call too, with the
// characteristic function φ of ln(S_T/100): Lewis, A simple option formula for general
// jump-diffusion processes (2001). φ is in the form of Albrecher, Mayer, Schoutens,
// Tistaert, The little Heston trap (2007).
func (c Heston) Put() float64 {
	phi := func(u complex128) complex128 {
		iu, t := complex(0, 1)*u, complex(c.T, 0)
		k, xi2 := complex(c.K, 0)-complex(c.Rho*c.Xi, 0)*iu, complex(c.Xi*c.Xi, 0)
		d := cmplx.Sqrt(k*k + xi2*(iu+u*u))
		g := (k - d) / (k + d)
		e := cmplx.Exp(-d * t)
		a := complex(c.K*c.Theta, 0) / xi2 * ((k-d)*t - 2*cmplx.Log((1-g*e)/(1-g)))
		return cmplx.Exp(a + complex(c.V0, 0)/xi2*(k-d)*(1-e)/(1-g*e))
	}
	f := func(u float64) float64 { return real(phi(complex(u, -0.5))) / (u*u + 0.25) }
	sum := 0.0
	for lo, hi := 0.0, 1.0; lo < 1e4; lo, hi = hi, 2*hi {
		sum += quad.Fixed(f, lo, hi, 60, quad.Legendre{}, 0)
	}
	return 100 - 100/math.Pi*sum
}
