package problems

import (
	"context"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde"
)

var hjbControl = &Family{
	Name:  "hjb-control",
	Title: "the linear-quadratic-Gaussian control problem behind the equation hjb",
	Equation: `dX = 2√λ a dt + √2 dW,   minimise E[∫ ‖a‖² dt + ln((1 + ‖X_T‖²)/2)]
d states and d actions, x0 = 0; a = −√λ ∇u is optimal`,
	Citation: hje2018 + ", section 3.1; " + ehj2017 + ", section 4.2",
	Dim:      100,
	Params:   []Param{Horizon(1), positive("lambda", 1, "λ, strength of the control")},
	Training: map[string]Training{
		"shared":   {Iterations: 600, LearningRate: 5e-3},
		"per-step": {Iterations: 2000, LearningRate: 5e-3},
	},
	Definition: Definition{
		Control: func(dim int, v Values) (*Control, error) {
			lambda, d := v["lambda"], float64(dim)
			p := control.Problem{
				StateDim: dim, ActionDim: dim, Start: make([]float64, dim), Horizon: v["horizon"],
				Drift:        func(_, _, a expr.Value) expr.Value { return a.Scale(2 * math.Sqrt(lambda)) },
				Diffusion:    pde.Scalar(math.Sqrt2),
				RunningCost:  func(_, _, a expr.Value) expr.Value { return a.NormSq() },
				TerminalCost: func(x expr.Value) expr.Value { return x.NormSq().AddConst(1).Scale(0.5).Log() },
				Minimizer:    func(_, _, p expr.Value) expr.Value { return p.Scale(-math.Sqrt(lambda)) },
			}
			// √λ |∂g/∂x_i| = √λ 2|x_i|/(1 + ‖x‖²) at x_i = √2T, where X_T is found without control.
			size := math.Sqrt(lambda) * 2 * math.Sqrt(2*p.Horizon) / (1 + 2*p.Horizon*d)
			p.ActionScale = constantStart(dim, size)
			return &Control{Problem: p, References: []ControlReference{coleHopfOfControl}}, nil
		},
	},
}

// coleHopfOfControl goes through the equation of the problem.
var coleHopfOfControl = ControlReference{
	"cole-hopf", "quadrature of the Cole–Hopf formula, the problem in continuous time", true,
	func(ctx context.Context, d *control.Discrete, s pde.Sampling) (*pde.Reference, error) {
		h, err := d.Problem.HJB()
		if err != nil {
			return nil, err
		}
		return coleHopf(ctx, h.Problem, s)
	},
}
