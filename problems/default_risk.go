package problems

import (
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
)

var defaultRisk = &Family{
	Name:  "default-risk",
	Title: "Black–Scholes equation with default risk, European claim on the worst of d stocks",
	Equation: `∂u/∂t + μx·∇u + ½σ² Σ xᵢ² ∂²u/∂xᵢ² − (1−δ) Q(u) u − R u = 0
μ = 0.02x, σ = 0.2 diag(x), f = −(1−δ) Q(y) y − R y
Q falls linearly from γh at y ≤ vh to γl at y ≥ vl
u(T,x) = min xᵢ, x0 = (100, …, 100)`,
	Citation: hje2018 + ", section 3.2 (nonlinear Black–Scholes equation with default risk)",
	Dim:      100,
	Params: []Param{
		Horizon(1),
		anyNumber("mu", 0.02, "drift of the stocks per unit of time"),
		positive("sigma", 0.2, "volatility of the stocks"),
		{Name: "delta", Default: 2. / 3, Doc: "δ, recovery rate", Min: 0, Max: 1},
		anyNumber("r", 0.02, "R, interest rate"),
		positive("gamma_h", 0.2, "γh, default intensity at low value"),
		positive("gamma_l", 0.02, "γl, default intensity at high value"),
		anyNumber("v_h", 50, "vh, value below which the intensity is γh; must be below vl"),
		anyNumber("v_l", 70, "vl, value above which the intensity is γl"),
		positive("x0", 100, "start of every stock"),
	},
	Training: map[string]Training{
		"shared":   {Steps: 20, Iterations: 1000, LearningRate: 5e-3, Paths: 131072},
		"per-step": {Steps: 40, Iterations: 6000, Schedule: "constant", LearningRate: 8e-3, LossClip: 50, Uncontrolled: true},
	},
	Recorded: &pde.Reference{
		Value: 57.2913, StdErr: 0.0022, Method: "multilevel Picard",
		Source: "picard.Solve, 64 repetitions at level 5 with basis 10, seed 2",
	},
	Published:    published(57.300, "multilevel Picard", hje2018+", section 3.2"),
	PublishedRun: &PublishedRun{6000, 0.0046, 0, 617, hje2018},
	Definition: Definition{
		Equation: func(dim int, v Values) (pde.Problem, error) {
			delta, r, gh, gl, vh, vl := v["delta"], v["r"], v["gamma_h"], v["gamma_l"], v["v_h"], v["v_l"]
			intensity := func(y expr.Value) expr.Value {
				share := y.Neg().AddConst(vl).Scale(1 / (vl - vh)) // 1 at vh, 0 at vl
				return share.Max(expr.Const(0)).Min(expr.Const(1)).Scale(gh - gl).AddConst(gl)
			}
			return pde.Problem{
				Start:     constantStart(dim, v["x0"]),
				Drift:     pde.LinearDrift(v["mu"]),
				Diffusion: pde.Geometric(v["sigma"]),
				Generator: func(_, _, y, _ expr.Value) expr.Value {
					if !(vh < vl) {
						return expr.Errorf("v_h=%g must be below v_l=%g", vh, vl)
					}
					return intensity(y).Scale(1 - delta).AddConst(r).Mul(y).Neg()
				},
				Terminal: func(x expr.Value) expr.Value { return x.MinComponent() },
			}, nil
		},
	},
}
