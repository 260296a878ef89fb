package problems

import (
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
)

var burgers = &Family{
	Name:  "burgers",
	Title: "Burgers-type equation with an exact solution",
	Equation: `∂u/∂t + ½d² Δu + (u − (2+d)/(2d)) d Σ ∂u/∂xᵢ = 0
μ = 0, σ = d·I, f = (y − (2+d)/(2d)) Σz
u(t,x) = 1 − 1/(1 + exp(t + x̄)), x̄ = (Σ xᵢ)/d, x0 = 0`,
	Citation: ehj2017 + ", section 4.5; Chassagneux (2014), example 4.6",
	Dim:      50,
	Params:   []Param{Horizon(0.2)},
	Training: map[string]Training{
		"shared": {Steps: 30, Iterations: 2000, LearningRate: 5e-3, Paths: 262144},
		"per-step": {Steps: 30, Iterations: 30000, Schedule: "piecewise",
			Boundaries: []int{15000, 25000}, Rates: []float64{1e-2, 1e-3, 1e-4}, LossClip: 50, Uncontrolled: true},
	},
	Definition: Definition{
		Equation: func(dim int, v Values) (pde.Problem, error) {
			d := float64(dim)
			u := func(t, x expr.Value) expr.Value { return t.Add(x.Mean()).Sigmoid() }
			return pde.Problem{
				Start:     make([]float64, dim),
				Diffusion: pde.Scalar(d),
				Generator: func(_, _, y, z expr.Value) expr.Value {
					return y.AddConst(-(2 + d) / (2 * d)).Mul(z.Sum())
				},
				Terminal: func(x expr.Value) expr.Value { return u(expr.Const(v["horizon"]), x) },
				Exact:    u,
			}, nil
		},
	},
}
