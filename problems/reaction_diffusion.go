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
