package problems

import (
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
)

var quadraticGradient = &Family{
	Name:  "quadratic-gradient",
	Title: "Equation with quadratically growing derivatives and an exact solution",
	Equation: `∂u/∂t + ½Δu + ‖∇u‖² = ‖∇ψ‖² + ∂ψ/∂t + ½Δψ
μ = 0, σ = I, f = ‖z‖² − ‖∇ψ‖² − ∂ψ/∂t − ½Δψ
u = ψ(t,x) = sin((T − t + ‖x‖²/d)^α), x0 = 0`,
	Citation: ehj2017 + ", section 4.6; Gobet, Turkedjiev (2017)",
	Dim:      100,
	Params: []Param{
		Horizon(1),
		{Name: "alpha", Default: 0.4, Doc: "α, exponent", Min: 0, Max: 10, Open: true},
	},
	Training: map[string]Training{
		"shared":   {Steps: 20, Iterations: 1000, LearningRate: 5e-3},
		"per-step": {Steps: 30, Iterations: 4000, Schedule: "constant", LearningRate: 5e-3, LossClip: 50, Uncontrolled: true},
	},
	Definition: Definition{
		Equation: func(dim int, v Values) (pde.Problem, error) {
			d, alpha, horizon := float64(dim), v["alpha"], v["horizon"]
			s := func(t, x expr.Value) expr.Value { return x.NormSq().Scale(1 / d).Sub(t).AddConst(horizon) }
			psi := func(t, x expr.Value) expr.Value { return s(t, x).PowConst(alpha).Sin() }
			return pde.Problem{
				Start:     make([]float64, dim),
				Diffusion: pde.Scalar(1),
				Generator: func(t, x, _, z expr.Value) expr.Value {
					// With ψ = h(s), s = T−t+‖x‖²/d, h(s) = sin(s^α):
					//	∂ψ/∂t = −h′, ∇ψ = h′·2x/d, Δψ = 2h′ + h″·4‖x‖²/d²
					s := s(t, x)
					power := s.PowConst(alpha)
					p1 := s.PowConst(alpha - 1).Scale(alpha)
					p2 := s.PowConst(alpha - 2).Scale(alpha * (alpha - 1))
					h1 := power.Cos().Mul(p1)
					h2 := power.Cos().Mul(p2).Sub(power.Sin().Mul(p1.Square()))
					r2 := x.NormSq().Scale(4 / (d * d)) // ‖∇s‖²
					// ∂ψ/∂t + ½Δψ = −h′ + h′ + ½h″·‖∇s‖²
					return z.NormSq().Sub(h1.Square().Mul(r2)).Sub(h2.Mul(r2).Scale(0.5))
				},
				Terminal: func(x expr.Value) expr.Value { return psi(expr.Const(horizon), x) },
				Exact:    psi,
			}, nil
		},
	},
}
