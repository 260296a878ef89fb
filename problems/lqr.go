package problems

import (
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/control/reference/linearquadratic"
	"github.com/deepbsde/deepbsde/problems/internal/matrix"
)

var lqr = &Family{
	Name:  "lqr",
	Title: "linear-quadratic regulator: a substance in a line of cells, transported, spread, lost and shaken, held near zero",
	Equation: `dX = (A X + b a) dt + σ dW,   minimise E[∫ (q‖X‖² + r‖a‖²) dt + g‖X_T‖²]
(A X)_i = −κ X_i + ν (X_{i+1} − 2X_i + X_{i−1}) − v (X_{i+1} − X_{i−1})/2,   X_0 = X_{d+1} = 0
d states and d actions, x0 = (1, …, 1); A is a line of cells with loss κ, diffusion ν and
transport v, stable for κ, ν ≥ 0`,
	Citation: "Anderson, Moore (1990), Optimal Control: Linear Quadratic Methods; Wonham (1968), SIAM J. Control 6",
	Dim:      100,
	Params: []Param{
		Horizon(1),
		notNegative("kappa", 0.1, "κ, loss"), notNegative("nu", 0.5, "ν, diffusion"), anyNumber("v", 1, "v, transport"),
		positive("b", 1, "b, effect of the actions"), notNegative("sigma", 1, "σ, noise"),
		notNegative("q", 1, "q, cost of the state"), positive("r", 0.1, "r, cost of the action"), notNegative("g", 1, "g, cost of the final state"),
	},
	Training: map[string]Training{
		"shared":   {Iterations: 1000, LearningRate: 1e-2},
		"per-step": {Iterations: 4000, LearningRate: 1e-2},
	},
	Definition: Definition{
		Control: func(dim int, v Values) (*Control, error) {
			if dim > 3000 {
				return nil, fmt.Errorf("dimension %d, want at most 3000: the problem has full %d×%d matrices", dim, dim, dim)
			}
			l, err := line(dim, v)
			if err != nil {
				return nil, err
			}
			// One cell alone has the gain √(q/r) in the long run; its state is near the start
			// or where the noise and the gain balance.
			gain := math.Sqrt(math.Max(v["q"], v["g"]/v["horizon"]) / v["r"])
			size := math.Max(0.5, v["sigma"]*math.Min(math.Sqrt(v["horizon"]), 1/math.Sqrt(2*gain*v["b"])))
			return linearQuadratic(l, math.Max(gain*size, 1e-3))
		},
	},
}

// line is the chain of cells.
func line(d int, v Values) (*linearquadratic.Form, error) {
	a := matrix.Zeros(d, d)
	for i := range a {
		a[i][i] = -v["kappa"] - 2*v["nu"]
		if i > 0 {
			a[i][i-1], a[i-1][i] = v["nu"]+v["v"]/2, v["nu"]-v["v"]/2
		}
	}
	l := &linearquadratic.Form{
		Name: "lqr", A: a, B: matrix.Multiple(d, v["b"]), S: matrix.Multiple(d, v["sigma"]),
		Q: matrix.Multiple(d, v["q"]), R: matrix.Multiple(d, v["r"]), G: matrix.Multiple(d, v["g"]),
		Start: constantStart(d, 1), Horizon: v["horizon"],
	}
	return l, l.Validate()
}

var lqrMultiplicative = &Family{
	Name:  "lqr-multiplicative",
	Title: "linear-quadratic regulator whose scalar action drives the noise of every state",
	Equation: `dX = (α X + 1 a) dt + σ a dW,   minimise E[∫ (q‖X‖² + r a²) dt + g‖X_T‖²]
d states and one action, x0 = (1, …, 1)`,
	Citation: "Yong, Zhou (1999), Stochastic Controls, chapter 6",
	Dim:      10,
	Params: []Param{
		Horizon(1), anyNumber("alpha", 1, "α, growth of the state"), notNegative("sigma", 1, "σ, noise of the action"),
		notNegative("q", 1, "q, cost of the state"), positive("r", 1, "r, cost of the action"), notNegative("g", 1, "g, cost of the final state"),
	},
	Training: map[string]Training{
		"shared":   {Iterations: 2000, LearningRate: 1e-2, Batch: 128, Paths: 131072},
		"per-step": {Iterations: 4000, LearningRate: 1e-2},
	},
	Definition: Definition{
		Control: func(dim int, v Values) (*Control, error) {
			l := &linearquadratic.Form{
				Name: "lqr-multiplicative", A: matrix.Multiple(dim, v["alpha"]), B: matrix.Zeros(dim, 1),
				Q: matrix.Multiple(dim, v["q"]), R: matrix.Multiple(1, v["r"]), G: matrix.Multiple(dim, v["g"]),
				D: make([][][]float64, dim), Start: constantStart(dim, 1), Horizon: v["horizon"],
			}
			for k := range l.D {
				l.B[k][0] = 1
				l.D[k] = matrix.Zeros(dim, 1)
				l.D[k][k][0] = v["sigma"]
			}
			// a ≈ −p Σx/(r + (1+σ²) p d) for P ≈ p I.
			p := math.Max(v["g"], v["q"])
			d := float64(dim)
			return linearQuadratic(l, math.Max(p*d/(v["r"]+(1+v["sigma"]*v["sigma"])*p*d), 1e-3))
		},
	},
}
