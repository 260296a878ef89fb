package problems

import (
	"math"

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

// wave is u = 1/(1 + exp(−(s + t))) with s = Σxᵢ/√d, whose value at (0, 0) is ½ in any dimension, and ‖Z‖ is ¼.
func wave(dim int) func(t, x expr.Value) expr.Value {
	root := math.Sqrt(float64(dim))
	return func(t, x expr.Value) expr.Value { return t.Add(x.Sum().Scale(1 / root)).Sigmoid() }
}

// waveFamily is an equation that the wave solves.
func waveFamily(name, title, equation, citation string, f func(d float64, y, z expr.Value) expr.Value) *Family {
	return &Family{
		Name: name, Title: title, Equation: equation, Citation: citation,
		Dim:    10,
		Params: []Param{Horizon(1)},
		Training: map[string]Training{
			"features": {Steps: 40, Paths: 32768},
			"shared":   {Steps: 40, Iterations: 2000, LearningRate: 5e-3, Paths: 65536},
		},
		Definition: Definition{
			Equation: func(dim int, v Values) (pde.Problem, error) {
				u := wave(dim)
				return pde.Problem{
					Start:     make([]float64, dim),
					Diffusion: pde.Scalar(1),
					Generator: func(_, _, y, z expr.Value) expr.Value { return f(float64(dim), y, z) },
					Terminal:  func(x expr.Value) expr.Value { return u(expr.Const(v["horizon"]), x) },
					Exact:     u,
				}, nil
			},
		},
	}
}

var logistic = waveFamily("logistic", "reaction equation with a logistic wave as its solution",
	`∂u/∂t + ½Δu − u³ + 2.5u² − 1.5u = 0
μ = 0, σ = I, f = −y³ + 2.5y² − 1.5y
u(t,x) = 1/(1 + exp(−(s + t))), s = Σxᵢ/√d, x0 = 0`,
	"Zhao, Zhang, Ju (2010), SIAM J. Numer. Anal. 48(4), for one dimension",
	func(_ float64, y, _ expr.Value) expr.Value {
		return y.Mul(y.Mul(y.Neg().AddConst(2.5)).AddConst(-1.5))
	})

var logisticGradient = waveFamily("logistic-gradient", "the logistic wave by a generator in z",
	`∂u/∂t + ½Δu − (1.5 − u) Σ ∂u/∂xᵢ/√d = 0
μ = 0, σ = I, f = −(Σz/√d)(1.5 − y)
u(t,x) = 1/(1 + exp(−(s + t))), s = Σxᵢ/√d, x0 = 0`,
	"the wave of logistic, with f in z instead",
	func(d float64, y, z expr.Value) expr.Value {
		return z.Sum().Scale(1 / math.Sqrt(d)).Mul(y.AddConst(-1.5))
	})
