package problems

import (
	"context"
	"fmt"
	"maps"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/bermudan"
	"github.com/deepbsde/deepbsde/problems/internal/matrix"
)

// The parameters of claims with early exercise.
func spot(v float64) Param     { return positive("spot", v, "start of every stock") }
func strike(v float64) Param   { return positive("strike", v, "K, strike") }
func rate(v float64) Param     { return anyNumber("rate", v, "r, interest rate") }
func dividend(v float64) Param { return anyNumber("dividend", v, "δ, dividend rate of the stocks") }
func sigma(v float64) Param    { return positive("sigma", v, "σ, volatility of the stocks") }
func rho(v float64) Param {
	return Param{Name: "rho", Default: v, Doc: "ρ, correlation of every two stocks", Min: 0, Max: 0.999}
}
func dates(n float64) Param {
	return Param{Name: "dates", Default: n, Doc: "number of dates of exercise, at equal distances up to T; a whole number", Min: 1, Max: 10000}
}

// claim is a claim on stocks, geometric Brownian motions with one correlation, that can be
// exercised at equal dates.
func claim(dim int, v Values, payoff func(x expr.Value) expr.Value) (pde.Problem, error) {
	times, err := equalDates(v)
	if err != nil {
		return pde.Problem{}, err
	}
	l := matrix.Equicorrelated(dim, v["rho"])
	for _, row := range l {
		for j := range row {
			row[j] *= v["sigma"]
		}
	}
	return pde.Problem{
		Start:     constantStart(dim, v["spot"]),
		Drift:     pde.LinearDrift(v["rate"] - v["dividend"]),
		Diffusion: pde.CorrelatedGeometric(l),
		Generator: func(_, _, y, _ expr.Value) expr.Value { return y.Scale(v["rate"]).Neg() },
		Terminal:  payoff,
		Obstacle:  func(_, x expr.Value) expr.Value { return payoff(x) },
		Exercise:  times,
	}, nil
}

// equalDates are the dates of exercise.
func equalDates(v Values) ([]float64, error) {
	n := int(v["dates"])
	if float64(n) != v["dates"] {
		return nil, fmt.Errorf("dates is %g, want a whole number", v["dates"])
	}
	return pde.EqualDates(v["horizon"], n), nil
}

// call is max(a − K, 0), put max(K − a, 0).
func call(a expr.Value, strike float64) expr.Value { return a.AddConst(-strike).Max(expr.Const(0)) }
func put(a expr.Value, strike float64) expr.Value  { return a.Neg().AddConst(strike).Max(expr.Const(0)) }

var maxCall = &Family{
	Name:  "bermudan-max-call",
	Title: "Bermudan call on the largest of d stocks",
	Equation: `∂u/∂t + (r−δ)x·∇u + ½σ² Σ ρᵢⱼ xᵢ xⱼ ∂²u/∂xᵢ∂xⱼ − r u = 0 between the dates
u ≥ (max xᵢ − K)⁺ at the dates T/n, 2T/n, …, T
μ = (r−δ)x, σ = σ diag(x) L, LLᵀ = ρ, f = −r y, x0 = (spot, …, spot)`,
	Citation: "Andersen, Broadie (2004), Management Science 50(9), section 5; " + bcj2019 + ", section 4.1",
	Dim:      5,
	Params:   []Param{Horizon(3), spot(100), strike(100), rate(0.05), dividend(0.1), sigma(0.2), rho(0), dates(9)},
	Training: map[string]Training{"features": {Steps: 45, Paths: 65536}},
	Definition: Definition{
		Equation: func(dim int, v Values) (pde.Problem, error) {
			return claim(dim, v, func(x expr.Value) expr.Value { return call(x.MaxComponent(), v["strike"]) })
		},
		Reference: func(p *pde.Problem, dim int, v Values) (*pde.Reference, error) {
			if dim == 1 {
				return bermudan.Solve(*p)
			}
			return maxCallValue(dim, v), nil
		},
		Methods: func(Values) []ReferenceMethod { return []ReferenceMethod{programmeOf(nil)} },
	},
}

const bcj2019 = "Becker, Cheridito, Jentzen (2019), J. Mach. Learn. Res. 20(74)"

// maxCallValues are u(0, x0) at the default parameters by dimension, for spot 90, 100 and 110, with
// what they are known to.
var maxCallValues = map[int]struct {
	value  [3]float64
	stderr [3]float64
	source string
}{
	2:   {[3]float64{8.0728, 13.9018, 21.3438}, [3]float64{2e-4, 2e-4, 2e-4}, "convolution on a grid in two dimensions, of two mesh widths"},
	3:   {[3]float64{11.280, 18.690, 27.568}, [3]float64{2e-3, 2e-3, 6e-3}, "binomial trees, as cited by " + bcj2019},
	5:   {[3]float64{16.644, 26.156, 36.768}, [3]float64{0.0084, 0.0125, 0.0224}, "Andersen, Broadie (2004)"}, // by their 95 % intervals
	10:  {[3]float64{26.24, 38.337, 50.886}, [3]float64{0.026, 0.017, 0.026}, bcj2019},
	20:  {[3]float64{37.802, 51.668, 65.628}, [3]float64{0.067, 0.065, 0.087}, bcj2019},
	30:  {[3]float64{44.953, 59.659, 74.368}, [3]float64{0.098, 0.1, 0.094}, bcj2019},
	50:  {[3]float64{54.057, 69.736, 85.463}, [3]float64{0.098, 0.098, 0.14}, bcj2019},
	100: {[3]float64{66.556, 83.584, 100.663}, [3]float64{0.13, 0.13, 0.15}, bcj2019},
	200: {[3]float64{79.174, 97.612, 116.088}, [3]float64{0.11, 0.13, 0.18}, bcj2019},
	500: {[3]float64{96.147, 116.425, 136.765}, [3]float64{0.12, 0.12, 0.14}, bcj2019},
}

// maxCallValue is the published value, nil where there is none.
func maxCallValue(dim int, v Values) *pde.Reference {
	known, ok := maxCallValues[dim]
	for name, value := range map[string]float64{"horizon": 3, "strike": 100, "rate": 0.05, "dividend": 0.1, "sigma": 0.2, "rho": 0, "dates": 9} {
		ok = ok && v[name] == value
	}
	i := int(math.Round(v["spot"]/10)) - 9
	if !ok || i < 0 || i > 2 || v["spot"] != float64(90+10*i) {
		return nil
	}
	return &pde.Reference{Value: known.value[i], StdErr: known.stderr[i], Method: "published", Source: known.source}
}

var geometricPut = &Family{
	Name:  "geometric-put",
	Title: "Bermudan put on the geometric mean of d stocks",
	Equation: `∂u/∂t + (r−δ)x·∇u + ½σ² Σ ρᵢⱼ xᵢ xⱼ ∂²u/∂xᵢ∂xⱼ − r u = 0 between the dates
u ≥ (K − (Π xᵢ)^(1/d))⁺ at the dates T/n, 2T/n, …, T
μ = (r−δ)x, σ = σ diag(x) L, LLᵀ = ρ, f = −r y, x0 = (spot, …, spot)`,
	Citation: "one stock after a change of variables, so that the value is known in any dimension",
	Dim:      20,
	Params:   []Param{Horizon(1), spot(100), strike(100), rate(0.05), dividend(0), sigma(0.2), rho(0.5), dates(10)},
	Training: map[string]Training{"features": {Steps: 20, Paths: 65536}},
	Definition: Definition{
		Equation: func(dim int, v Values) (pde.Problem, error) {
			return claim(dim, v, func(x expr.Value) expr.Value { return put(x.Log().Mean().Exp(), v["strike"]) })
		},
		Reference: func(_ *pde.Problem, dim int, v Values) (*pde.Reference, error) {
			return geometricValue(dim, v, 1/float64(dim))
		},
		Methods: func(v Values) []ReferenceMethod {
			return []ReferenceMethod{programmeOf(func(dim int) (*pde.Reference, error) { return geometricValue(dim, v, 1/float64(dim)) })}
		},
	},
}

var americanPut = &Family{
	Name:  "american-put",
	Title: "put on the mean of d stocks with 50 dates of exercise",
	Equation: `∂u/∂t + (r−δ)x·∇u + ½σ² Σ ρᵢⱼ xᵢ xⱼ ∂²u/∂xᵢ∂xⱼ − r u = 0 between the dates
u ≥ (K − mean xᵢ)⁺ at the dates T/n, 2T/n, …, T
μ = (r−δ)x, σ = σ diag(x) L, LLᵀ = ρ, f = −r y, x0 = (spot, …, spot)`,
	Citation: "Longstaff, Schwartz (2001), Rev. Financ. Stud. 14(1), table 1, for one stock",
	Dim:      1,
	Params:   []Param{Horizon(1), spot(36), strike(40), rate(0.06), dividend(0), sigma(0.2), rho(0), dates(50)},
	Training: map[string]Training{"features": {Steps: 50, Paths: 65536}},
	Definition: Definition{
		Equation: func(dim int, v Values) (pde.Problem, error) {
			return claim(dim, v, func(x expr.Value) expr.Value { return put(x.Mean(), v["strike"]) })
		},
		Reference: func(p *pde.Problem, dim int, _ Values) (*pde.Reference, error) {
			if dim > 1 {
				return nil, nil
			}
			return bermudan.Solve(*p)
		},
		Methods: func(Values) []ReferenceMethod { return []ReferenceMethod{programmeOf(nil)} },
	},
}

var productPut = &Family{
	Name:  "product-put",
	Title: "Bermudan put on the product of d stocks",
	Equation: `∂u/∂t + (r−δ)x·∇u + ½σ² Σ ρᵢⱼ xᵢ xⱼ ∂²u/∂xᵢ∂xⱼ − r u = 0 between the dates
u ≥ (K − Π xᵢ)⁺ at the dates T/n, 2T/n, …, T
μ = (r−δ)x, σ = σ diag(x) L, LLᵀ = ρ, f = −r y, x0 = (spot, …, spot)`,
	Citation: "Huré, Pham, Warin (2020), Math. Comp. 89, section 5.3",
	Dim:      10,
	Params:   []Param{Horizon(1), spot(1), strike(1), rate(0.05), dividend(0), sigma(0.2), rho(0), dates(40)},
	Training: map[string]Training{"features": {Steps: 40, Paths: 65536}},
	Definition: Definition{
		Equation: func(dim int, v Values) (pde.Problem, error) {
			return claim(dim, v, func(x expr.Value) expr.Value { return put(x.Log().Sum().Exp(), v["strike"]) })
		},
		Reference: func(_ *pde.Problem, dim int, v Values) (*pde.Reference, error) { return geometricValue(dim, v, 1) },
		Methods: func(v Values) []ReferenceMethod {
			return []ReferenceMethod{programmeOf(func(dim int) (*pde.Reference, error) { return geometricValue(dim, v, 1) })}
		},
	},
}

// geometricValue is the value of a put on exp(a Σ log xᵢ), which is one geometric Brownian
// motion: its logarithm has the trend a d (r − δ − ½σ²) and the variance a² d σ² (1 + (d−1) ρ).
func geometricValue(dim int, v Values, a float64) (*pde.Reference, error) {
	d := float64(dim)
	variance := a * a * d * v["sigma"] * v["sigma"] * (1 + (d-1)*v["rho"])
	trend := a * d * (v["rate"] - v["dividend"] - v["sigma"]*v["sigma"]/2)
	one := maps.Clone(v)
	one["rho"], one["sigma"] = 0, math.Sqrt(variance)
	one["spot"] = math.Exp(a * d * math.Log(v["spot"]))
	p, err := claim(1, one, func(x expr.Value) expr.Value { return put(x, v["strike"]) })
	if err != nil {
		return nil, err
	}
	p.Horizon, p.Dim, p.Drift = v["horizon"], 1, pde.LinearDrift(trend+variance/2)
	return bermudan.Solve(p)
}

// OneDimensional is dynamic programming for one stock with early exercise.
func OneDimensional() ReferenceMethod { return programmeOf(nil) }

// programmeOf is the one-dimensional programme as a reference method: that of an equivalent problem,
// where one is given for each dimension.
func programmeOf(reduced func(dim int) (*pde.Reference, error)) ReferenceMethod {
	return ReferenceMethod{oneDimensional, "dynamic programming for one stock, or what comes down to one: dates of exercise",
		func(_ context.Context, p pde.Problem, _ pde.Sampling) (*pde.Reference, error) {
			if reduced != nil {
				return reduced(p.Dim)
			}
			return bermudan.Solve(p)
		}}
}

var fairGame = &Family{
	Name:  "fair-game",
	Title: "stopping of a martingale, where no rule is better than another",
	Equation: `∂u/∂t + ½σ² Δu = 0 between the dates
u ≥ Σ xᵢ/√d at the dates T/n, 2T/n, …, T
μ = 0, σ = σ I, f = 0, x0 = 0`,
	Citation: "Doob (1953), optional stopping; a rule that seems to be worth more has looked ahead",
	Dim:      2,
	Params:   []Param{Horizon(1), sigma(1), dates(10)},
	Training: map[string]Training{"features": {Steps: 20, Paths: 65536}},
	Definition: Definition{
		Equation: func(dim int, v Values) (pde.Problem, error) {
			times, err := equalDates(v)
			if err != nil {
				return pde.Problem{}, err
			}
			game := func(x expr.Value) expr.Value { return x.Sum().Scale(1 / math.Sqrt(float64(dim))) }
			return pde.Problem{
				Start: make([]float64, dim), Diffusion: pde.Scalar(v["sigma"]), Terminal: game,
				Obstacle: func(_, x expr.Value) expr.Value { return game(x) }, Exercise: times,
			}, nil
		},
		Reference: func(*pde.Problem, int, Values) (*pde.Reference, error) {
			return &pde.Reference{Value: 0, Method: "optional stopping", Source: "closed form"}, nil
		},
	},
}
