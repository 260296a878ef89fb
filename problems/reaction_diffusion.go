package problems

import (
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
)

var reactionDiffusion = &Family{
	Name:  "reaction-diffusion",
	Title: "Time-dependent reaction–diffusion equation with an oscillating exact solution",
	Equation: `∂u/∂t + ½Δu + min{1, (u − ψ)²} = 0
μ = 0, σ = I, f = min{1, (y − ψ(t,x))²}
u = ψ(t,x) = 1 + κ + sin(λ Σxᵢ) exp(λ²d(t−T)/2), x0 = 0`,
	Citation: ehj2017 + ", section 4.7; Gobet, Turkedjiev (2017)",
	Dim:      100,
	Params: []Param{
		Horizon(1),
		anyNumber("kappa", 0.6, "κ"),
		positive("lambda_scale", 1, "λ√d; λ itself is lambda_scale/√d"),
	},
	Training: map[string]Training{
		"features": {Steps: 40, Paths: 32768},
		"shared":   {Steps: 30, Iterations: 4000, LearningRate: 5e-3, Paths: 65536},
		"per-step": {Steps: 30, Iterations: 24000, Schedule: "constant", LearningRate: 1e-2, LossClip: 50, Uncontrolled: true},
	},
	Definition: Definition{
		Equation: func(dim int, v Values) (pde.Problem, error) {
			d, kappa, horizon := float64(dim), v["kappa"], v["horizon"]
			lambda := v["lambda_scale"] / math.Sqrt(d)
			psi := func(t, x expr.Value) expr.Value {
				decay := t.AddConst(-horizon).Scale(lambda * lambda * d / 2).Exp()
				return x.Sum().Scale(lambda).Sin().Mul(decay).AddConst(1 + kappa)
			}
			return pde.Problem{
				Start:     make([]float64, dim),
				Diffusion: pde.Scalar(1),
				Generator: func(t, x, y, _ expr.Value) expr.Value {
					return y.Sub(psi(t, x)).Square().Min(expr.Const(1))
				},
				Terminal: func(x expr.Value) expr.Value { return psi(expr.Const(horizon), x) },
				Exact:    psi,
			}, nil
		},
	},
}

const hpw2020 = "Huré, Pham, Warin (2020), Math. Comp. 89"

// The equations with which Huré, Pham and Warin tested their backward schemes.
var dbdpCosine = &Family{
	Name:  "dbdp-cosine",
	Title: "bounded oscillating solution of Huré, Pham and Warin",
	Equation: `∂u/∂t + (0.2/d) Σ ∂u/∂xᵢ + Δu/(2d) + f = 0
μ = 0.2/d, σ = I/√d, f = (cos s + 0.2 sin s) e^((T−t)/2) − ½(sin s cos s e^(T−t))² + (y Σz)²/(2d)
u(t,x) = e^((T−t)/2) cos s, s = Σxᵢ, x0 = (1, …, 1)`,
	Citation: hpw2020 + ", section 5.1",
	Dim:      10,
	Params:   []Param{Horizon(1)},
	Training: map[string]Training{
		"features": {Steps: 80, Paths: 32768},
		"shared":   {Steps: 40, Iterations: 2000, LearningRate: 5e-3, Paths: 65536},
	},
	Definition: Definition{
		Equation: func(dim int, v Values) (pde.Problem, error) {
			d, horizon := float64(dim), v["horizon"]
			left := func(t expr.Value) expr.Value { return t.Neg().AddConst(horizon) }
			u := func(t, x expr.Value) expr.Value { return left(t).Scale(0.5).Exp().Mul(x.Sum().Cos()) }
			return pde.Problem{
				Start:     constantStart(dim, 1),
				Drift:     pde.ConstantDrift(0.2 / d),
				Diffusion: pde.Scalar(1 / math.Sqrt(d)),
				Generator: func(t, x, y, z expr.Value) expr.Value {
					sin, cos := x.Sum().Sin(), x.Sum().Cos()
					linear := cos.Add(sin.Scale(0.2)).Mul(left(t).Scale(0.5).Exp())
					square := sin.Mul(cos).Mul(left(t).Exp()).Square().Scale(-0.5)
					return linear.Add(square).Add(y.Mul(z.Sum()).Square().Scale(1 / (2 * d)))
				},
				Terminal: func(x expr.Value) expr.Value { return x.Sum().Cos() },
				Exact:    u,
			}, nil
		},
	},
}

var dbdpUnbounded = &Family{
	Name:  "dbdp-unbounded",
	Title: "unbounded solution with a fast oscillation of Huré, Pham and Warin",
	Equation: `∂u/∂t + Δu/(2d) + f = 0
μ = 0, σ = I/√d, f = k(t,x) + ½(y² + y Σz/√d), k so that
u(t,x) = (T−t) h(x) + cos(Σ i xᵢ), h the mean of sin xᵢ where xᵢ < 0 and of xᵢ elsewhere, x0 = (½, …, ½)`,
	Citation: hpw2020 + ", section 5.2",
	Dim:      5,
	Params:   []Param{Horizon(1)},
	Training: map[string]Training{
		"features": {Steps: 80, Paths: 32768},
		"shared":   {Steps: 40, Iterations: 2000, LearningRate: 5e-3, Paths: 65536},
	},
	Definition: Definition{
		Equation: func(dim int, v Values) (pde.Problem, error) {
			d, horizon := float64(dim), v["horizon"]
			k := make([]float64, dim)
			for i := range k {
				k[i] = float64(i + 1)
			}
			phase := func(x expr.Value) expr.Value { return x.Dot(expr.Vector(k)) }
			left := func(t expr.Value) expr.Value { return t.Neg().AddConst(horizon) }
			bent := func(x, below, above expr.Value) expr.Value {
				return expr.Select(x.Less(expr.Const(0)), below, above).Mean()
			}
			h := func(x expr.Value) expr.Value { return bent(x, x.Sin(), x) }
			u := func(t, x expr.Value) expr.Value { return left(t).Mul(h(x)).Add(phase(x).Cos()) }
			return pde.Problem{
				Start:     constantStart(dim, 0.5),
				Diffusion: pde.Scalar(1 / math.Sqrt(d)),
				Generator: func(t, x, y, z expr.Value) expr.Value {
					flat, s, mean := x.Scale(0), phase(x), h(x)
					slope := left(t).Mul(bent(x, x.Cos(), flat.AddConst(1))).Sub(s.Sin().Scale((d + 1) / 2 * d)) // Σ ∂u/∂xᵢ
					laplace := left(t).Mul(bent(x, x.Sin().Neg(), flat)).Sub(s.Cos().Scale(d * (d + 1) * (2*d + 1) / 6))
					exact := left(t).Mul(mean).Add(s.Cos())
					source := mean.Sub(laplace.Scale(0.5 / d)).Sub(exact.Mul(slope).Scale(1 / d).Add(exact.Square()).Scale(0.5))
					return source.Add(y.Square().Add(y.Mul(z.Sum()).Scale(1 / math.Sqrt(d))).Scale(0.5))
				},
				Terminal: func(x expr.Value) expr.Value { return phase(x).Cos() },
				Exact:    u,
			}, nil
		},
	},
}
