package problems

import (
	"context"
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde"
)

var merton = &Family{
	Name:  "merton",
	Title: "portfolio of correlated assets with constant relative risk aversion",
	Equation: `d ln X = (r + π'(μ − r) − ½π'Σπ) dt + π'L dW,   Σ = LL'
maximise E[X_T^(1−γ)/(1−γ)] over the shares π of n assets (γ = 1: E ln X_T)
Σ_ii = σ², Σ_ij = ρσ², μ_i = μ, state ln X, X_0 = x`,
	Citation: "Merton (1969), Rev. Econ. Stat. 51(3); the dimension is the number of assets",
	Dim:      1,
	Params: []Param{
		Horizon(1), anyNumber("r", 0.02, "interest rate"), anyNumber("mu", 0.07, "μ, expected return of every asset"),
		positive("sigma", 0.2, "σ, volatility of every asset"),
		{Name: "rho", Default: 0.3, Doc: "ρ, correlation of any two assets, above −1/(n−1); no effect for one", Min: -1, Max: 1},
		positive("gamma", 2, "γ, relative risk aversion; 1: logarithmic utility"),
		positive("wealth", 1, "x, initial wealth"),
	},
	Training: map[string]Training{
		"shared":   {Iterations: 2000, Batch: 256, LearningRate: 5e-3, Antithetic: true},
		"per-step": {Iterations: 2000, Batch: 256, LearningRate: 5e-3, Antithetic: true},
	},
	Definition: Definition{
		Control: func(dim int, v Values) (*Control, error) {
			m, err := newMertonMarket(dim, v)
			if err != nil {
				return nil, err
			}
			return &Control{
				Problem: m.problem(),
				Optimal: func(context.Context, *control.Discrete) (control.Policy, error) {
					share := m.share()
					return control.PolicyFunc(func(_ int, _ float64, _, a []float64) {
						for i := range a {
							a[i] = share
						}
					}), nil
				},
				References: []ControlReference{{
					Name: "closed-form",
					Doc:  "Merton's formula, exact on every time grid too",
					Run: func(context.Context, *control.Discrete, pde.Sampling) (*pde.Reference, error) {
						return &pde.Reference{Value: m.value(), Method: "closed form", Source: "Merton (1969)"}, nil
					},
				}},
			}, nil
		},
	},
}

// mertonMarket is n assets of the same mean, volatility and correlation.
type mertonMarket struct {
	n                      int
	r, excess, gamma, x, t float64
	variance               float64 // λ = σ²(1 + (n−1)ρ): Σ·1 = λ·1
	own, common            float64 // σα and σβ of the symmetric root L = L' = σ(α I + β 11')
}

func newMertonMarket(n int, v Values) (*mertonMarket, error) {
	rho, s2 := v["rho"], v["sigma"]*v["sigma"]
	if n > 1 && (rho >= 1 || 1+float64(n-1)*rho <= 0) {
		return nil, fmt.Errorf("parameter rho is %g, want a number above %g and below 1 for %d assets", rho, -1/float64(n-1), n)
	}
	m := &mertonMarket{n: n, r: v["r"], excess: v["mu"] - v["r"], gamma: v["gamma"], x: v["wealth"], t: v["horizon"], variance: s2}
	if n > 1 {
		m.variance = s2 * (1 + float64(n-1)*rho)
	}
	alpha, beta := 1.0, 0.0
	if n > 1 { // α = √(1−ρ), α + nβ = √(1+(n−1)ρ)
		alpha = math.Sqrt(1 - rho)
		beta = (math.Sqrt(1+float64(n-1)*rho) - alpha) / float64(n)
	}
	m.own, m.common = v["sigma"]*alpha, v["sigma"]*beta
	return m, nil
}

// root is L'a, in d operations and not in d².
func (m *mertonMarket) root(a expr.Value) expr.Value {
	return a.Scale(m.own).Add(a.Sum().Scale(m.common))
}

// share is each component of π* = Σ⁻¹(μ − r)/γ.
func (m *mertonMarket) share() float64 { return m.excess / (m.gamma * m.variance) }

// value is the utility of x e^{cT} with the certain rate c = r + (μ−r)'Σ⁻¹(μ−r)/(2γ).
func (m *mertonMarket) value() float64 {
	rate := m.r + float64(m.n)*m.excess*m.excess/(2*m.gamma*m.variance)
	log := math.Log(m.x) + rate*m.t
	if m.gamma == 1 {
		return log
	}
	return math.Exp((1-m.gamma)*log) / (1 - m.gamma)
}

// problem has the state ln X. Its Euler step is exact in law for shares that do not
// change during the step, and the best ones do not: continuous time and every grid have
// the same optimal value.
func (m *mertonMarket) problem() control.Problem {
	p := control.Problem{
		StateDim: 1, ActionDim: m.n, NoiseDim: m.n, Horizon: m.t, Start: []float64{math.Log(m.x)}, Maximize: true,
		Drift: func(_, _, a expr.Value) expr.Value {
			return a.Sum().Scale(m.excess).AddConst(m.r).Sub(m.root(a).NormSq().Scale(0.5))
		},
		Noise:        func(_, _, a, dw expr.Value) expr.Value { return m.root(a).Dot(dw) },
		TerminalCost: func(x expr.Value) expr.Value { return x.Scale(1 - m.gamma).Exp().Scale(1 / (1 - m.gamma)) },
		ActionScale:  constantStart(m.n, 1/float64(m.n)), // all the wealth, in equal parts
		StateNames:   []string{"logarithm of wealth"}, ActionNames: pde.Numbered(m.n, "share of wealth"),
	}
	if m.gamma == 1 {
		p.TerminalCost = func(x expr.Value) expr.Value { return x }
	}
	return p
}
