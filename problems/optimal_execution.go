package problems

import (
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/control/reference/linearquadratic"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/problems/internal/matrix"
)

var optimalExecution = &Family{
	Name:  "optimal-execution",
	Title: "sale of a portfolio of correlated stocks with price impact, inventory risk and a signal",
	Equation: `state: price changes s, shares left q, signals m of d stocks each; action: the shares a sold
s' = s + h m − γ C a + √h L w,   q' = q − a,   m' = e^{−κh} m + β √(1−e^{−2κh}) w̃
minimise E[Σ (−s·a + (η/h)‖a‖² + λh (q−a)ᵀΣ(q−a)) − s_N·q_N + (η/h)‖q_N‖²]
s = m = 0, q = (1, …, 1) at the start, C_ij = ρ for i ≠ j, 1 on the diagonal, Σ_ij =
C_ij σ_i σ_j = (LLᵀ)_ij, σ_i from σ/2 to 3σ/2; N stages of h = T/(N+1), in one more the
rest is sold. The value is the expected shortfall against a sale of all at the prices of
the start, plus λ times the variance that the stocks held add`,
	Citation: "Almgren, Chriss (2000), J. Risk 3(2); Bertsimas, Lo (1998), J. Financial Markets 1; Bertsimas, Hummel, Lo (1999), MIT Sloan; " + hanE2016 + ", example 1",
	Dim:      10,
	Params: []Param{
		Horizon(1),
		{Name: "steps", Default: 20, Doc: "N, stages before the rest is sold, a whole number", Min: 1, Max: 10_000},
		positive("eta", 0.5, "η, temporary impact of a sale of one share in one unit of time"),
		notNegative("gamma", 0.1, "γ, permanent impact of a share"),
		notNegative("lambda", 0.5, "λ, price of the variance"),
		notNegative("sigma", 1, "σ, mean volatility of a stock per unit of time"),
		{Name: "rho", Default: 0.3, Doc: "ρ, correlation of two stocks", Min: 0, Max: 0.99},
		notNegative("beta", 5, "β, standard deviation of the signal, a drift of the price per unit of time"),
		positive("kappa", 3, "κ, rate at which the signal is forgotten"),
	},
	Training: map[string]Training{
		"shared":   {Iterations: 2000, LearningRate: 1e-2},
		"per-step": {Iterations: 4000, LearningRate: 1e-2},
	},
	Definition: Definition{
		Control: func(dim int, v Values) (*Control, error) {
			steps := int(v["steps"])
			if float64(steps) != v["steps"] {
				return nil, fmt.Errorf("parameter steps is %g, want a whole number", v["steps"])
			}
			if dim > 3000 {
				return nil, fmt.Errorf("dimension %d, want at most 3000 stocks: the problem has full %d×%d matrices", dim, 3*dim, 3*dim)
			}
			c, err := linearQuadratic(execution(dim, steps, v), 1/float64(steps+1))
			if err == nil {
				executionBlocks(&c.Problem, dim, v)
			}
			return c, err
		},
	},
}

// executionBlocks writes the problem with its blocks of d components, as its file does,
// in place of products with matrices of 3d rows that are mostly 0.
func executionBlocks(p *control.Problem, d int, v Values) {
	h := v["horizon"] / float64(p.Stages+1)
	p.StateNames, p.ActionNames = pde.Numbered(d, "price change", "shares left", "signal"), pde.Numbered(d, "shares sold")
	correlation, risk, noise := executionMatrices(d, v)
	split := func(x expr.Value) (price, left, signal expr.Value) {
		return x.Slice(0, d), x.Slice(d, 2*d), x.Slice(2*d, 3*d)
	}
	memory, shock := math.Exp(-v["kappa"]*h), v["beta"]*math.Sqrt(-math.Expm1(-2*v["kappa"]*h))
	p.Transition = func(_, x, a, w expr.Value) expr.Value {
		price, left, signal := split(x)
		price = price.Add(signal.Scale(h)).Sub(a.Linear(correlation).Scale(v["gamma"])).Add(w.Slice(0, d).Linear(noise).Scale(math.Sqrt(h)))
		return expr.Concat(price, left.Sub(a), signal.Scale(memory).Add(w.Slice(d, 2*d).Scale(shock)))
	}
	p.RunningCost = func(_, x, a expr.Value) expr.Value {
		price, left, _ := split(x)
		rest := left.Sub(a)
		return a.NormSq().Scale(v["eta"] / h).Sub(price.Dot(a)).Add(rest.Dot(rest.Linear(risk)).Scale(v["lambda"] * h))
	}
	p.TerminalCost = func(x expr.Value) expr.Value {
		price, left, _ := split(x)
		return left.NormSq().Scale(v["eta"] / h).Sub(price.Dot(left))
	}
}

// executionMatrices are the correlations C, the covariances Σ and L with LLᵀ = Σ.
func executionMatrices(d int, v Values) (correlation, covariance, noise [][]float64) {
	correlation, covariance, noise = matrix.Zeros(d, d), matrix.Zeros(d, d), matrix.Equicorrelated(d, v["rho"])
	for i := range d {
		for j := range d {
			c := v["rho"]
			if i == j {
				c = 1
			}
			correlation[i][j] = c
			covariance[i][j] = c * volatility(i, d, v["sigma"]) * volatility(j, d, v["sigma"])
			noise[i][j] *= volatility(i, d, v["sigma"])
		}
	}
	return correlation, covariance, noise
}

// execution has the states s, q, m of d components each.
func execution(d, steps int, v Values) *linearquadratic.Form {
	h := v["horizon"] / float64(steps+1)
	correlation, risk, noise := executionMatrices(d, v)
	one, memory := matrix.Multiple(d, 1), math.Exp(-v["kappa"]*h)
	l := &linearquadratic.Form{
		Name: "optimal-execution", Stages: steps,
		A: matrix.Multiple(3*d, 1), B: matrix.Zeros(3*d, d), S: matrix.Zeros(3*d, 2*d),
		Q: matrix.Zeros(3*d, 3*d), R: matrix.Zeros(d, d), N: matrix.Zeros(3*d, d), G: matrix.Zeros(3*d, 3*d),
		Start: make([]float64, 3*d),
	}
	const s = 0
	q, m := d, 2*d
	matrix.Put(l.A, s, m, h, one)
	matrix.Put(l.A, m, m, memory-1, one)
	matrix.Put(l.B, s, 0, -v["gamma"], correlation)
	matrix.Put(l.B, q, 0, -1, one)
	matrix.Put(l.S, s, 0, math.Sqrt(h), noise)
	matrix.Put(l.S, m, d, v["beta"]*math.Sqrt(-math.Expm1(-2*v["kappa"]*h)), one)
	matrix.Put(l.Q, q, q, v["lambda"]*h, risk)
	matrix.Put(l.R, 0, 0, v["eta"]/h, one)
	matrix.Put(l.R, 0, 0, v["lambda"]*h, risk)
	matrix.Put(l.N, s, 0, -0.5, one)
	matrix.Put(l.N, q, 0, -v["lambda"]*h, risk)
	matrix.Put(l.G, s, q, -0.5, one)
	matrix.Put(l.G, q, s, -0.5, one)
	matrix.Put(l.G, q, q, v["eta"]/h, one)
	for i := range d {
		l.Start[q+i] = 1
	}
	return l
}

// volatility of stock i of d: from half the mean to one and a half.
func volatility(i, d int, mean float64) float64 {
	if d == 1 {
		return mean
	}
	return mean * (0.5 + float64(i)/float64(d-1))
}
