package pde

import (
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/autodiff/vec"
	"gonum.org/v1/gonum/floats"
)

// Transition advances paths of dX = μ dt + σ dW by one time step. Where the law
// is known (constant coefficients, geometric Brownian motion, the
// Ornstein–Uhlenbeck process) the step is exact for any length. Components that are
// square-root processes, such as the variance of Heston's model, and what they drive move
// by Andersen's quadratic-exponential scheme, however the problem's functions are written.
// Everything else makes the Euler–Maruyama step.
type Transition struct {
	Exact bool
	// Extra is 1 where a step needs a second set of d standard normal numbers a
	// path beside ΔW: the Ornstein–Uhlenbeck step depends on the path of W
	// between the grid points.
	Extra int
	// Roots are the components that are square-root processes, which never are below 0.
	Roots []int

	dim     int
	formula func(t, h, x, dw expr.Value) expr.Value // nil where the step is exact
	step    stepFunc
	tangent func(h float64, rows int, a, dw, next []float64) // nil for Euler
}

type stepFunc = func(t, h float64, rows int, x, dw, extra, next []float64) error

// Step computes next = X_{t+h} from x = X_t, rows×d each, for the increments dw
// of the driving noise over [t, t+h] and, if Extra is 1, as many standard normal
// numbers. An increment may contain a drift v·h, constant over the step; the
// path is then that of the process with drift μ + σv.
func (tr *Transition) Step(t, h float64, rows int, x, dw, extra, next []float64) error {
	return tr.step(t, h, rows, x, dw, extra, next)
}

// Tangent advances a = ∂X_t/∂X_0, rows×d, by the exact step with the increments dw, to
// next. The exact steps are affine in each component, so that a is a number a component.
// It must not be called where Exact is false.
func (tr *Transition) Tangent(h float64, rows int, a, dw, next []float64) {
	tr.tangent(h, rows, a, dw, next)
}

// Transition chooses the best step for the problem's drift and diffusion. It may
// be used from several goroutines.
func (p *Problem) Transition() (*Transition, error) {
	tr := &Transition{dim: p.Dim}
	mu := constantDrift(p.DriftOrZero(), p.Dim)
	reversion, isOU := meanReversion(p.DriftOrZero())
	rates := linearRates(p.DriftOrZero(), p.Dim)
	switch l, isConstant := LoadingOf(p.Diffusion, p.Dim); {
	case !isConstant:
	case l.Log && rates != nil:
		tr.Exact = true
		tr.setGeometric(rates, l.Apply, l.Variances())
		return tr, nil
	case l.Log:
	case mu != nil:
		tr.Exact = true
		tr.step = tr.constant(mu, l.Apply)
		tr.tangent = func(_ float64, _ int, a, _, next []float64) { copy(next, a) }
		return tr, nil
	case isOU:
		tr.Exact, tr.Extra = true, 1
		tr.step = tr.ornsteinUhlenbeck(reversion, l.Apply)
		tr.tangent = func(h float64, _ int, a, _, next []float64) {
			floats.ScaleTo(next, math.Exp(-reversion.Rate*h), a)
		}
		return tr, nil
	}
	return tr, tr.inexact(p)
}

func repeat(v float64, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = v
	}
	return out
}

// constantDrift is a drift that does not depend on (t, x), or nil.
func constantDrift(m Drift, dim int) []float64 {
	switch m := m.(type) {
	case ConstantDrift:
		return repeat(float64(m), dim)
	case VectorDrift:
		return m
	case LinearDrift:
		if m == 0 {
			return repeat(0, dim)
		}
	}
	return nil
}

// LinearRate is the r of a drift r·x, 0 for ConstantDrift(0), and whether m is one.
func LinearRate(m Drift) (float64, bool) {
	switch m := m.(type) {
	case LinearDrift:
		return float64(m), true
	case ConstantDrift:
		return 0, m == 0
	}
	return 0, false
}

// linearRates are the r of a drift diag(r)·x, nil for another one.
func linearRates(m Drift, dim int) []float64 {
	if r, diagonal := m.(DiagonalDrift); diagonal {
		return r
	}
	if r, linear := LinearRate(m); linear {
		return repeat(r, dim)
	}
	return nil
}

func meanReversion(m Drift) (MeanReverting, bool) {
	switch m := m.(type) {
	case MeanReverting:
		return m, true
	case LinearDrift:
		return MeanReverting{Rate: -float64(m)}, m != 0
	}
	return MeanReverting{}, false
}

// constant is X + μh + σΔW.
func (tr *Transition) constant(mu []float64, action func(dw, out []float64)) stepFunc {
	d := tr.dim
	return func(_, h float64, rows int, x, dw, _, next []float64) error {
		for r := range rows {
			out := next[r*d : (r+1)*d]
			action(dw[r*d:(r+1)*d], out)
			floats.AddScaled(out, h, mu)
		}
		floats.Add(next, x)
		return nil
	}
}

// setGeometric sets the step that is linear in X, and so its own tangent.
func (tr *Transition) setGeometric(rates []float64, action func(dw, out []float64), variance []float64) {
	tr.step = tr.geometric(rates, action, variance)
	tr.tangent = func(h float64, rows int, a, dw, next []float64) {
		tr.step(0, h, rows, a, dw, nil, next)
	}
}

// geometric is X·exp((rateᵢ − ½σᵢ²)h + (LΔW)ᵢ).
func (tr *Transition) geometric(rates []float64, action func(dw, out []float64), variance []float64) stepFunc {
	d := tr.dim
	trend := make([]float64, d)
	for j, v := range variance {
		trend[j] = rates[j] - 0.5*v
	}
	return func(_, h float64, rows int, x, dw, _, next []float64) error {
		for r := range rows {
			out := next[r*d : (r+1)*d]
			action(dw[r*d:(r+1)*d], out)
			floats.AddScaled(out, h, trend)
		}
		vec.Exp(next, next)
		floats.Mul(next, x)
		return nil
	}
}

// ornsteinUhlenbeck is m + (X−m)e^{−κh} + σξ with ξ = ∫e^{−κ(h−s)}dW, which given
// ΔW is normal with mean (c/h)ΔW and variance v − c²/h, where
//
//	c = Cov(ξ, ΔW) = (1−e^{−κh})/κ,   v = Var ξ = (1−e^{−2κh})/(2κ)
func (tr *Transition) ornsteinUhlenbeck(m MeanReverting, action func(dw, out []float64)) stepFunc {
	d := tr.dim
	return func(_, h float64, rows int, x, dw, extra, next []float64) error {
		k := m.Rate
		decay := math.Exp(-k * h)
		c, v := -math.Expm1(-k*h)/k, -math.Expm1(-2*k*h)/(2*k)
		rest := math.Sqrt(math.Max(v-c*c/h, 0))
		xi := make([]float64, d)
		for r := range rows {
			out := next[r*d : (r+1)*d]
			for j := range xi {
				xi[j] = c/h*dw[r*d+j] + rest*extra[r*d+j]
			}
			action(xi, out)
			for j := range out {
				out[j] += m.Mean + (x[r*d+j]-m.Mean)*decay
			}
		}
		return nil
	}
}

// EulerStep is x + μ(t,x)h + σ(t,x)dw.
func (p *Problem) EulerStep(t, h, x, dw expr.Value) expr.Value {
	return x.Add(p.DriftOrZero().At(t, x).Mul(h)).Add(p.Diffusion.Mul(t, x, dw))
}

// Formula is the step as an expression in t, h and X_t, ΔW of width d: of a Transition that
// is not Exact, for graphs that differentiate it.
func (tr *Transition) Formula(t, h, x, dw expr.Value) expr.Value {
	if tr.formula == nil {
		return expr.Errorf("the exact step has no formula")
	}
	return tr.formula(t, h, x, dw)
}

// inexact sets the step of square-root processes where there are any, else that of Euler.
func (tr *Transition) inexact(p *Problem) error {
	q, err := p.recognise()
	if err != nil {
		return err
	}
	problem := *p
	tr.formula = problem.EulerStep
	if q != nil {
		tr.Roots = q.index
		tr.formula = func(t, h, x, dw expr.Value) expr.Value { return q.formula(&problem, t, h, x, dw) }
	}
	t, h, x, dw := expr.Input("t", 1), expr.Input("h", 1), expr.Input("x", p.Dim), expr.Input("dw", p.Dim)
	f, err := expr.Compile(tr.Formula(t, h, x, dw), t, h, x, dw)
	if err != nil {
		return err
	}
	tr.step = func(t, h float64, rows int, x, dw, _, next []float64) error {
		return f.Eval(rows, next, []float64{t}, []float64{h}, x, dw)
	}
	return nil
}
