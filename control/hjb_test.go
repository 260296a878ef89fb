package control

import (
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
)

// lqg is the control problem behind the named equation hjb.
func lqg(d int, lambda float64) Problem {
	return Problem{
		Name: "lqg", StateDim: d, ActionDim: d, Horizon: 1, Start: make([]float64, d),
		Drift:        func(_, _, a expr.Value) expr.Value { return a.Scale(2 * math.Sqrt(lambda)) },
		Diffusion:    pde.Scalar(math.Sqrt2),
		RunningCost:  func(_, _, a expr.Value) expr.Value { return a.NormSq() },
		TerminalCost: func(x expr.Value) expr.Value { return x.NormSq().AddConst(1).Scale(0.5).Log() },
	}
}

// eval is an expression in t, x and z for n points.
func eval(t *testing.T, f func(t, x, z expr.Value) expr.Value, d int, in ...[]float64) []float64 {
	t.Helper()
	ti, x, z := expr.Input("t", 1), expr.Input("x", d), expr.Input("z", d)
	g, err := expr.Compile(f(ti, x, z), ti, x, z)
	if err != nil {
		t.Fatal(err)
	}
	n := len(in[0])
	out := make([]float64, n*g.Width())
	if err := g.Eval(n, out, in...); err != nil {
		t.Fatal(err)
	}
	return out
}

// points are n times in [0, T), states of mean x0 and values of z.
func points(n int, horizon float64, x0 []float64, spread float64) (t, x, z []float64) {
	rng := rand.New(rand.NewPCG(7, 8))
	for range n {
		t = append(t, horizon*rng.Float64())
		for _, v := range x0 {
			x = append(x, v+spread*rng.NormFloat64())
			z = append(z, rng.NormFloat64())
		}
	}
	return t, x, z
}

// TestHJBOfLinearQuadraticGaussian: the equation is −λ‖z‖²/2 without drift, the action
// −√λ∇u; closed forms, to 1e-12.
func TestHJBOfLinearQuadraticGaussian(t *testing.T) {
	for _, lambda := range []float64{1, 20} {
		h, err := lqg(10, lambda).HJB()
		if err != nil {
			t.Fatal(err)
		}
		if h.Problem.Drift != nil {
			t.Errorf("drift is %T, want nil", h.Problem.Drift)
		}
		time, x, z := points(20, 1, make([]float64, 10), 1)
		f := eval(t, func(t, x, z expr.Value) expr.Value { return h.Problem.Generator(t, x, expr.Const(0), z) }, 10, time, x, z)
		a := eval(t, h.Action, 10, time, x, z)
		for i := range f {
			want := 0.0
			for j := range 10 {
				v := z[i*10+j]
				want -= lambda * v * v / 2
				if action := -math.Sqrt(lambda/2) * v; math.Abs(a[i*10+j]-action) > 1e-12*math.Abs(action) {
					t.Fatalf("action %g, want %g", a[i*10+j], action)
				}
			}
			if math.Abs(f[i]-want) > 1e-12*math.Abs(want) {
				t.Fatalf("λ=%g: f = %.17g, want %.17g", lambda, f[i], want)
			}
		}
	}
}

// residual is the largest relative residual of u in the equation.
func residual(t *testing.T, p pde.Problem, u func(t, x expr.Value) expr.Value, spread float64) float64 {
	t.Helper()
	time, x, _ := points(40, p.Horizon, p.Start, spread)
	r, s, err := pde.Residual(p, u, time, x)
	if err != nil {
		t.Fatal(err)
	}
	worst := 0.0
	for i := range r {
		worst = math.Max(worst, math.Abs(r[i])/s[i])
	}
	return worst
}

// rotation is a linear-quadratic problem with a dense σ and a closed form. R = B'B makes
// BR⁻¹B' = I, the drift turns x without changing ‖x‖:
//
//	u = p‖x‖² + Tr(σσᵀ) ln(p₀/p)…,   1/p = 1/g + T − t
func rotation(maximize bool) (Problem, func(t, x expr.Value) expr.Value) {
	b := [][]float64{{1, 0.5}, {-0.3, 2}}
	sigma := pde.Dense{{0.4, 0.1}, {-0.2, 0.3}}
	const g, horizon, trace = 1.5, 0.8, 0.16 + 0.01 + 0.04 + 0.09
	sign := 1.0
	if maximize {
		sign = -1
	}
	p := Problem{
		StateDim: 2, ActionDim: 2, Horizon: horizon, Start: []float64{1, -0.5}, Diffusion: sigma, Maximize: maximize,
		Drift: func(_, x, a expr.Value) expr.Value {
			return x.Linear([][]float64{{0, 1}, {-1, 0}}).Add(a.Linear(b))
		},
		RunningCost:  func(_, _, a expr.Value) expr.Value { return a.Linear(b).NormSq().Scale(sign) },
		TerminalCost: func(x expr.Value) expr.Value { return x.NormSq().Scale(sign * g) },
	}
	exact := func(t, x expr.Value) expr.Value {
		inverse := t.Neg().AddConst(1/g + horizon) // 1/p
		return x.NormSq().Div(inverse).Add(inverse.Scale(g).Log().Scale(trace)).Scale(sign)
	}
	return p, exact
}

// TestHJBOfLinearQuadratic: closed forms leave no residual (DESIGN.md, section 7: 1e-6
// of the absolute terms; rounding leaves 1e-12), and those of a wrong cost do.
func TestHJBOfLinearQuadratic(t *testing.T) {
	for _, maximize := range []bool{false, true} {
		p, exact := rotation(maximize)
		h, err := p.HJB()
		if err != nil {
			t.Fatal(err)
		}
		if r := residual(t, h.Problem, exact, 1); r > 1e-11 {
			t.Errorf("maximize=%v: residual %g", maximize, r)
		}
		cost := p.RunningCost
		p.RunningCost = func(t, x, a expr.Value) expr.Value { return cost(t, x, a).Scale(1.01) }
		if h, err = p.HJB(); err != nil {
			t.Fatal(err)
		}
		if r := residual(t, h.Problem, exact, 1); r < 1e-4 {
			t.Errorf("maximize=%v: a wrong cost leaves a residual of %g only", maximize, r)
		}
	}
}

// consumption is Merton's problem of consumption out of one asset: dX = (rX − c)dt +
// σX dW, utility c^{1−γ}/(1−γ) all the time and of what is left, in closed form
//
//	u = h(t)^γ x^{1−γ}/(1−γ),   h = (1 + 1/k) e^{k(T−t)} − 1/k,   k = (1−γ)(r − γσ²/2)/γ
//
// with c* = (∂u/∂x)^{−1/γ}.
func consumption() (Problem, func(t, x expr.Value) expr.Value) {
	const r, sigma, gamma, horizon = 0.05, 0.2, 2.0, 1.5
	const k = (1 - gamma) * (r - gamma*sigma*sigma/2) / gamma
	utility := func(c expr.Value) expr.Value { return c.PowConst(1 - gamma).Scale(1 / (1 - gamma)) }
	p := Problem{
		StateDim: 1, ActionDim: 1, Horizon: horizon, Start: []float64{2}, Maximize: true,
		Drift:        func(_, x, c expr.Value) expr.Value { return x.Scale(r).Sub(c) },
		Diffusion:    pde.Geometric(sigma),
		RunningCost:  func(_, _, c expr.Value) expr.Value { return utility(c) },
		TerminalCost: utility,
		Actions:      Box{[]float64{0}, []float64{math.Inf(1)}},
		// Solvers begin at z = 0, where the formula is infinite.
		Minimizer: func(_, _, p expr.Value) expr.Value { return p.Max(expr.Const(1e-3)).PowConst(-1 / gamma) },
	}
	exact := func(t, x expr.Value) expr.Value {
		h := t.Neg().AddConst(horizon).Scale(k).Exp().Scale(1 + 1/k).AddConst(-1 / k)
		return h.PowConst(gamma).Mul(utility(x))
	}
	return p, exact
}

func TestHJBWithMinimizer(t *testing.T) {
	p, exact := consumption()
	h, err := p.HJB()
	if err != nil {
		t.Fatal(err)
	}
	if r := residual(t, h.Problem, exact, 0.3); r > 1e-11 {
		t.Errorf("residual %g", r)
	}
	if c := eval(t, h.Action, 1, []float64{0}, []float64{2}, []float64{0.4}); math.Abs(c[0]-1) > 1e-15 { // σx = 0.4: p = 1
		t.Errorf("consumption %g for ∇u = 1, want 1", c[0])
	}
}

// TestHJBDiffusions: for every kind, p = σ⁻ᵀz gives back σᵀp = z.
func TestHJBDiffusions(t *testing.T) {
	matrix := [][]float64{{1, 0.2}, {-0.5, 2}}
	for _, s := range []pde.Diffusion{pde.Scalar(3), pde.Diagonal{2, 5}, pde.Dense(matrix), pde.Geometric(0.3), pde.CorrelatedGeometric(matrix)} {
		costate, err := pde.GradientOf(s, []float64{1, 2})
		if err != nil {
			t.Fatal(err)
		}
		time, x, z := points(5, 1, []float64{3, 4}, 0.5)
		grad := eval(t, func(_, x, z expr.Value) expr.Value { return costate(x, z) }, 2, time, x, z)
		for i := range time {
			// z·w = p·σw for every w.
			for _, w := range [][]float64{{1, 0}, {0, 1}} {
				sw := eval(t, s.Mul, 2, time[i:i+1], x[2*i:2*i+2], w)
				got, want := grad[2*i]*sw[0]+grad[2*i+1]*sw[1], z[2*i]*w[0]+z[2*i+1]*w[1]
				if math.Abs(got-want) > 1e-12 {
					t.Errorf("%T: σᵀp = %g, want z = %g", s, got, want)
				}
			}
		}
	}
}

func TestHJBRefuses(t *testing.T) {
	mixed := func(_, x, a expr.Value) expr.Value { return a.NormSq().Add(x.Dot(a)) }
	for _, c := range []struct {
		field, reason string
		change        func(p *Problem)
	}{
		{"Stages", "discrete time", func(p *Problem) {
			p.Stages, p.Horizon, p.Drift, p.Diffusion = 3, 0, nil, nil
			p.Transition = func(_, x, a, w expr.Value) expr.Value { return x.Add(a).Add(w) }
		}},
		{"RandomStart", "set RandomStart to nil", func(p *Problem) { p.RandomStart = func(xi expr.Value) expr.Value { return xi } }},
		{"Constraints", "remove them", func(p *Problem) {
			p.Constraints = []Constraint{{"x", func(_, x, _ expr.Value) expr.Value { return x }, 1}}
		}},
		{"Noise", "fully nonlinear", func(p *Problem) {
			p.Diffusion, p.Noise = nil, func(_, _, a, dw expr.Value) expr.Value { return a.Mul(dw) }
		}},
		{"Noise", "give it as Diffusion", func(p *Problem) {
			p.Diffusion, p.Noise = nil, func(_, _, _, dw expr.Value) expr.Value { return dw }
		}},
		{"Diffusion", "missing", func(p *Problem) { p.Diffusion = nil }},
		{"Diffusion", "action on dw alone", func(p *Problem) {
			p.Diffusion = pde.DiffusionFunc(func(_, _, dw expr.Value) expr.Value { return dw })
		}},
		{"Diffusion", "singular", func(p *Problem) { p.Diffusion = pde.Scalar(0) }},
		{"Diffusion", "singular", func(p *Problem) { p.Diffusion = pde.Diagonal{1, 0} }},
		{"Diffusion", "singular", func(p *Problem) { p.Diffusion = pde.Dense{{1, 2}, {2, 4}} }},
		{"Diffusion", "singular", func(p *Problem) { p.Diffusion = pde.Geometric(1) }}, // Start is 0
		{"Diffusion", "singular", func(p *Problem) { p.Diffusion = pde.CorrelatedGeometric{{1, 2}, {2, 4}} }},
		{"Minimizer", "Actions restrict", func(p *Problem) { p.Actions = Box{[]float64{0, 0}, []float64{1, 1}} }},
		{"Minimizer", "drift is not linear", func(p *Problem) { p.Drift = func(_, _, a expr.Value) expr.Value { return a.Sin() } }},
		{"Minimizer", "drift is not linear", func(p *Problem) { p.Drift = func(_, x, a expr.Value) expr.Value { return a.Mul(x) } }},
		{"Minimizer", "cost is not quadratic", func(p *Problem) { p.RunningCost = mixed }},
		{"Minimizer", "cost is not quadratic", func(p *Problem) { p.RunningCost = func(_, _, a expr.Value) expr.Value { return a.Norm() } }},
		{"RunningCost", "not positive definite", func(p *Problem) { p.RunningCost = func(_, _, a expr.Value) expr.Value { return a.At(0).Square() } }},
		{"RunningCost", "not positive definite", func(p *Problem) { p.RunningCost = nil }},
		{"RunningCost", "negative definite, for a maximum", func(p *Problem) { p.Maximize = true }},
	} {
		p := lqg(2, 1)
		c.change(&p)
		_, err := p.HJB()
		var e *pde.Error
		if !errors.As(err, &e) || e.Field != c.field || !strings.Contains(e.Reason, c.reason) {
			t.Errorf("got %v, want field %s and %q", err, c.field, c.reason)
		}
	}
}

// TestHJBDriftKinds: a kind of package pde only where the expression proves it.
func TestHJBDriftKinds(t *testing.T) {
	type v = expr.Value
	for _, c := range []struct {
		drift pde.DriftFunc
		want  pde.Drift // nil: the function itself
	}{
		{func(_, x v) v { return expr.Const(2).Broadcast(2) }, pde.ConstantDrift(2)},
		{func(_, x v) v { return expr.Vector([]float64{1, 2}) }, pde.VectorDrift{1, 2}},
		{func(_, x v) v { return x.Scale(0.05).Add(expr.Vector([]float64{0, 0})) }, pde.LinearDrift(0.05)},
		{func(_, x v) v { return x.Linear([][]float64{{0.5, 0}, {0, 0.5}}) }, pde.LinearDrift(0.5)},
		{func(_, x v) v { return expr.Const(3).Sub(x).Scale(2) }, pde.MeanReverting{Rate: 2, Mean: 3}},
		{func(_, x v) v { return expr.Vector([]float64{1, 2}).Sub(x) }, nil},
		{func(_, x v) v { return x.Linear([][]float64{{0, 1}, {-1, 0}}) }, nil},
		{func(t, x v) v { return x.Mul(t) }, nil},
		{func(t, x v) v { return x.Add(t) }, nil},
		{func(_, x v) v { return x.Mul(x) }, nil},
		{func(_, x v) v { return x.Max(expr.Const(-5)) }, nil}, // x at 0 and the unit vectors
		{func(_, x v) v { return expr.Const(1).Div(x.AddConst(1)) }, nil},
		{func(_, x v) v { return x.Dot(x).Broadcast(2) }, nil},
	} {
		got, err := driftKind(c.drift, 2)
		if err != nil {
			t.Fatal(err)
		}
		if _, function := got.(pde.DriftFunc); function != (c.want == nil) || !function && !reflect.DeepEqual(got, c.want) {
			t.Errorf("got %T %v, want %T %v", got, got, c.want, c.want)
		}
	}
}
