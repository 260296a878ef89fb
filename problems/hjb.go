package problems

import (
	"context"
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/colehopf"
)

var hjb = &Family{
	Name:  "hjb",
	Title: "Hamilton–Jacobi–Bellman equation of a linear-quadratic-Gaussian control problem",
	Equation: `∂u/∂t + Δu − λ‖∇u‖² = 0
μ = 0, σ = √2, f = −λ‖z‖²/2
u(T,x) = ln((1 + ‖x‖²)/2), x0 = 0`,
	Citation: hje2018 + ", section 3.1; " + ehj2017 + ", section 4.2",
	Dim:      100,
	Params:   []Param{Horizon(1), positive("lambda", 1, "λ, strength of the control")},
	Training: map[string]Training{
		"shared":   {Steps: 20, Iterations: 2000, LearningRate: 5e-3},
		"per-step": {Steps: 20, Iterations: 2000, Schedule: "constant", LearningRate: 1e-2, LossClip: 50, Uncontrolled: true},
	},
	Published:    published(4.5901, "Cole–Hopf Monte Carlo", hje2018+", section 3.1"),
	PublishedRun: &PublishedRun{2000, 0.0017, 0.0004, 330, hje2018},
	Definition: Definition{
		Equation: func(dim int, v Values) (pde.Problem, error) {
			lambda := v["lambda"]
			return pde.Problem{
				Start:     make([]float64, dim),
				Diffusion: pde.Scalar(math.Sqrt2),
				Generator: func(_, _, _, z expr.Value) expr.Value { return z.NormSq().Scale(-lambda / 2) },
				Terminal:  func(x expr.Value) expr.Value { return x.NormSq().AddConst(1).Scale(0.5).Log() },
			}, nil
		},
		Reference: func(p *pde.Problem, _ int, v Values) (*pde.Reference, error) {
			return colehopf.Quadrature(*p, v["lambda"])
		},
		Methods: func(Values) []ReferenceMethod { return ColeHopfMethods() },
	},
}

// ColeHopfMethods are the reference methods of equations with f = −λ‖z‖²/2. They read λ
// off the generator, and refuse other equations.
func ColeHopfMethods() []ReferenceMethod { return slices.Clone(coleHopfMethods) }

var coleHopfMethods = []ReferenceMethod{
	{"cole-hopf", "quadrature of the Cole–Hopf formula: f = −λ‖z‖²/2, μ = 0, σ = s·I, radial g, x0 = 0", coleHopf},
	{"cole-hopf-mc", "the Cole–Hopf formula, simulated: f = −λ‖z‖²/2, any μ, σ, g and x0",
		func(ctx context.Context, p pde.Problem, s pde.Sampling) (*pde.Reference, error) {
			lambda, err := colehopf.Lambda(p)
			if err != nil {
				return nil, err
			}
			return colehopf.MonteCarlo(ctx, p, lambda, s)
		}},
}

func coleHopf(_ context.Context, p pde.Problem, _ pde.Sampling) (*pde.Reference, error) {
	lambda, err := colehopf.Lambda(p)
	if err != nil {
		return nil, err
	}
	return colehopf.Quadrature(p, lambda)
}
