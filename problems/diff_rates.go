package problems

import (
	"context"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/tworates"
)

var diffRates = &Family{
	Name:  "diff-rates",
	Title: "European claim under different rates for lending and borrowing",
	Equation: `∂u/∂t + μx·∇u + ½σ² Σ xᵢ² ∂²u/∂xᵢ² + f(u, σᵀ∇u) = 0
μ = 0.06x, σ = 0.2 diag(x)
f = −Rl y − ((μ−Rl)/σ) Σz + (Rb−Rl) max(Σz/σ − y, 0)
u(T,x) = max(m−120, 0) − 2 max(m−150, 0), m = max xᵢ, x0 = (100, …, 100)`,
	Citation: ehj2017 + ", section 4.4; Bergman (1995)",
	Dim:      100,
	Params: []Param{
		Horizon(0.5),
		anyNumber("mu", 0.06, "drift of the stocks per unit of time"),
		positive("sigma", 0.2, "volatility of the stocks"),
		anyNumber("r_l", 0.04, "Rl, rate for lending"),
		anyNumber("r_b", 0.06, "Rb, rate for borrowing"),
		anyNumber("k1", 120, "strike of the long call"),
		anyNumber("k2", 150, "strike of the two short calls"),
		positive("x0", 100, "start of every stock"),
	},
	Training: map[string]Training{
		"shared":   {Steps: 20, Iterations: 2000, LearningRate: 5e-3, Paths: 131072},
		"per-step": {Steps: 20, Iterations: 4000, Schedule: "constant", LearningRate: 5e-3, LossClip: 50, Uncontrolled: true},
	},
	Recorded: &pde.Reference{
		Value: 21.210, StdErr: 0.028, Lower: 21.155, Upper: 21.264, Method: "rate policy and martingale dual",
		Source: "between 21.169 ± 0.007 and 21.250 ± 0.007, 65536 paths on 50 steps",
	},
	Published:    published(21.299, "multilevel Picard", ehj2017+", section 4.4; deep BSDE gives 21.217 there"),
	PublishedRun: &PublishedRun{4000, 0.0039, 0, 566, ehj2017},
	Definition: Definition{
		Methods: func(v Values) []ReferenceMethod {
			m := tworates.Claim{
				Sigma: v["sigma"], Lend: v["r_l"], Borrow: v["r_b"],
				Strikes: []float64{v["k1"], v["k2"]}, Slopes: []float64{1, -2},
			}
			return []ReferenceMethod{
				{"policy", "lower bound: the value of one policy for the rate",
					func(ctx context.Context, p pde.Problem, s pde.Sampling) (*pde.Reference, error) {
						return m.Policy(ctx, p, s)
					}},
				{"dual", "upper bound: perfect foresight less a martingale",
					func(ctx context.Context, p pde.Problem, s pde.Sampling) (*pde.Reference, error) {
						return m.Dual(ctx, p, s)
					}},
			}
		},
		Equation: func(dim int, v Values) (pde.Problem, error) {
			mu, sigma, rl, rb := v["mu"], v["sigma"], v["r_l"], v["r_b"]
			call := func(m expr.Value, strike float64) expr.Value { return m.AddConst(-strike).Relu() }
			return pde.Problem{
				Start:     constantStart(dim, v["x0"]),
				Drift:     pde.LinearDrift(mu),
				Diffusion: pde.Geometric(sigma),
				Generator: func(_, _, y, z expr.Value) expr.Value {
					invested := z.Sum().Scale(1 / sigma) // money in stocks
					borrowed := invested.Sub(y).Relu()
					return y.Scale(-rl).Sub(invested.Scale(mu - rl)).Add(borrowed.Scale(rb - rl))
				},
				Terminal: func(x expr.Value) expr.Value {
					m := x.MaxComponent()
					return call(m, v["k1"]).Sub(call(m, v["k2"]).Scale(2))
				},
			}, nil
		},
	},
}
