package problems

import (
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/radial"
)

var allenCahn = &Family{
	Name:  "allen-cahn",
	Title: "Allen–Cahn equation with double-well potential",
	Equation: `∂u/∂t + Δu + u − u³ = 0
μ = 0, σ = √2, f = y − y³
u(T,x) = 1/(2 + 0.4‖x‖²), x0 = 0`,
	Citation: hje2018 + ", section 4.1; " + ehj2017 + ", section 4.1",
	Dim:      100,
	Params:   []Param{Horizon(0.3)},
	Training: map[string]Training{
		"shared":   {Steps: 20, Iterations: 1000, LearningRate: 5e-3},
		"per-step": {Steps: 20, Iterations: 4000, Schedule: "constant", LearningRate: 5e-4, LossClip: 50, Uncontrolled: true},
	},
	Published:    published(0.052802, "branching diffusion", hje2018+", table 1"),
	PublishedRun: &PublishedRun{4000, 0.0030, 0.0022, 647, hje2018},
	Definition: Definition{
		Equation: func(dim int, _ Values) (pde.Problem, error) {
			return pde.Problem{
				Start:     make([]float64, dim),
				Diffusion: pde.Scalar(math.Sqrt2),
				Generator: func(_, _, y, _ expr.Value) expr.Value { return y.Sub(y.PowConst(3)) },
				Terminal:  func(x expr.Value) expr.Value { return x.NormSq().Scale(0.4).AddConst(2).Inv() },
			}, nil
		},
		Reference: func(p *pde.Problem, _ int, _ Values) (*pde.Reference, error) { return radial.Solve(*p) },
	},
}
