package finitedifference

import (
	"math"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/colehopf"
	"github.com/deepbsde/deepbsde/pde/reference/internal/known"
)

// within compares the finite differences with the true value: the error is at most the
// stated one and 1e-4 of the value.
func within(t *testing.T, p pde.Problem, want float64) {
	t.Helper()
	ref, err := Solve(p)
	if err != nil {
		t.Errorf("%s, d=%d: %v", p.Name, p.Dim, err)
		return
	}
	miss := math.Abs(ref.Value - want)
	t.Logf("%s, d=%d: %.9g, error %.1e, stated %.1e", p.Name, p.Dim, ref.Value, miss, ref.StdErr)
	if !(miss <= ref.StdErr+1e-4*math.Abs(want)) || !(ref.StdErr <= 5e-3*math.Abs(want)) {
		t.Errorf("%s, d=%d: %+v, want %.9g", p.Name, p.Dim, ref, want)
	}
}

// ball is ∂u/∂t + Δu − u = 0 with g = exp(−‖x‖²/2), u(0,0) = e^{−T}(1+2T)^{−d/2}.
func ball(d int) (p pde.Problem, want float64) {
	p = known.Decay(d)
	p.Name = "ball"
	p.Terminal = func(x expr.Value) expr.Value { return x.NormSq().Scale(-0.5).Exp() }
	return p, math.Exp(-p.Horizon) * math.Pow(1+2*p.Horizon, -float64(d)/2)
}

// TestConverges fits the order, 2 ± 0.2, for f linear in y and, by the
// Cole–Hopf formula, quadratic in z.
func TestConverges(t *testing.T) {
	for d := 1; d <= 2; d++ {
		if d == 2 && testing.Short() {
			t.Skip("the finest of four levels in two dimensions takes seconds")
		}
		linear, want := ball(d)
		quadratic := linear
		quadratic.Generator = func(_, _, _, z expr.Value) expr.Value { return z.NormSq().Scale(-0.5) }
		quadratic.Terminal = func(x expr.Value) expr.Value { return x.NormSq().AddConst(1).Scale(0.5).Log() }
		ref, err := colehopf.Quadrature(quadratic, 1)
		if err != nil {
			t.Fatal(err)
		}
		fitOrder(t, linear, want)
		fitOrder(t, quadratic, ref.Value)
	}
}

func fitOrder(t *testing.T, p pde.Problem, want float64) {
	t.Helper()
	l, err := newLattice(&p)
	if err != nil {
		t.Fatal(err)
	}
	const levels = 4
	steps := []int{40, 12}[p.Dim-1]
	var sx, sy, sxx, sxy float64
	for k := range levels {
		v, err := l.solve(l.axes, k, steps<<k)
		if err != nil {
			t.Fatal(err)
		}
		x, y := float64(k)*math.Ln2, math.Log(math.Abs(v-want))
		sx, sy, sxx, sxy = sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	if order := -(levels*sxy - sx*sy) / (levels*sxx - sx*sx); math.Abs(order-2) > 0.2 {
		t.Errorf("%s, d=%d: order %.2f, want 2", p.Name, p.Dim, order)
	} else {
		t.Logf("%s, d=%d: order %.2f", p.Name, p.Dim, order)
	}
}

func TestClosedForms(t *testing.T) {
	for d := 1; d <= 2; d++ {
		p, want := ball(d)
		within(t, p, want)
	}
	within(t, known.Heat(1), 1)
	strong := known.Heat(1) // λ = 20: Z decides the value
	strong.Name = "strong control"
	strong.Generator = func(_, _, _, z expr.Value) expr.Value { return z.NormSq().Scale(-10) }
	strong.Terminal = func(x expr.Value) expr.Value { return x.NormSq().AddConst(1).Scale(0.5).Log() }
	ref, err := colehopf.Quadrature(strong, 20)
	if err != nil {
		t.Fatal(err)
	}
	within(t, strong, ref.Value)

	const rate, vol, T = 0.03, 0.25, 1.0
	call := pde.Problem{
		Name: "Black–Scholes", Dim: 1, Horizon: T, Start: []float64{100}, Drift: pde.LinearDrift(rate), Diffusion: pde.Geometric(vol),
		Generator: func(_, _, y, _ expr.Value) expr.Value { return y.Scale(-rate) },
		Terminal:  func(x expr.Value) expr.Value { return x.AddConst(-107).Relu() },
	}
	within(t, call, known.BlackScholes(100, 107, rate, vol, T))
	call.Name = "Black–Scholes as functions" // σ given as a function of x
	call.Drift = pde.DriftFunc(pde.LinearDrift(rate).At)
	call.Diffusion = pde.DiffusionFunc(pde.Geometric(vol).Mul)
	within(t, call, known.BlackScholes(100, 107, rate, vol, T))

	// Exchange of assets (Margrabe 1978): E(X₁−X₂)⁺ with the volatility of X₁/X₂.
	swap := pde.Problem{
		Name: "Margrabe", Dim: 2, Horizon: T, Start: []float64{100, 95},
		Diffusion: pde.CorrelatedGeometric{{0.2, 0}, {0.1, 0.2}},
		Terminal:  func(x expr.Value) expr.Value { return x.At(0).Sub(x.At(1)).Relu() },
	}
	within(t, swap, known.BlackScholes(100, 95, 0, math.Hypot(0.1, 0.2), T))

	// E X_T² = m² + v of the Ornstein–Uhlenbeck process.
	ou := pde.Problem{
		Name: "Ornstein–Uhlenbeck", Dim: 1, Horizon: 0.7, Start: []float64{1.5},
		Drift: pde.MeanReverting{Rate: 1.7, Mean: 0.4}, Diffusion: pde.Scalar(0.3),
		Terminal: func(x expr.Value) expr.Value { return x.NormSq() },
	}
	m := 0.4 + 1.1*math.Exp(-1.7*0.7)
	within(t, ou, m*m+0.09*(1-math.Exp(-2*1.7*0.7))/(2*1.7))

	// E cos(a·X_T) = cos(a·(x0+μT)) exp(−T‖σᵀa‖²/2).
	gauss := pde.Problem{
		Name: "correlated", Dim: 2, Horizon: 0.5, Start: []float64{0.3, -0.2},
		Drift: pde.VectorDrift{0.5, -1}, Diffusion: pde.Dense{{1, 0}, {0.8, 0.6}},
		Terminal: func(x expr.Value) expr.Value { return x.Dot(expr.Vector([]float64{1, 0.5})).Cos() },
	}
	within(t, gauss, math.Cos(0.3+0.25+0.5*(-0.2-0.5))*math.Exp(-0.25*(1.4*1.4+0.3*0.3)))

	rates, want := bond()
	within(t, rates, want)
}

// TestStiffDrift: the domain is that of the process also where Euler
// steps of T/100 are too long for the drift. u = cos(E X_T)·exp(−Var X_T/2).
func TestStiffDrift(t *testing.T) {
	const m, s = 0.4, 0.3
	for _, rate := range []float64{50, 199, 300} {
		p := pde.Problem{
			Name: "stiff", Dim: 1, Horizon: 1, Start: []float64{1.5}, Drift: pde.MeanReverting{Rate: rate, Mean: m}, Diffusion: pde.Scalar(s),
			Terminal: func(x expr.Value) expr.Value { return x.Cos() },
		}
		within(t, p, math.Cos(m+(1.5-m)*math.Exp(-rate))*math.Exp(s*s*math.Expm1(-2*rate)/(4*rate)))
	}
	if testing.Short() {
		t.Skip("a search for a domain that is not found takes two seconds")
	}
	fast, cubic := known.Heat(1), known.Heat(1)
	fast.Drift = pde.MeanReverting{Rate: 2.0001 * 25600}
	if _, err := Solve(fast); err == nil || !strings.Contains(err.Error(), "can follow") {
		t.Errorf("a drift too fast to find the domain: %v", err)
	}
	cubic.Drift = pde.DriftFunc(func(_, x expr.Value) expr.Value { return x.PowConst(3) })
	if _, err := Solve(cubic); err == nil || !strings.Contains(err.Error(), "not finite in a simulation") {
		t.Errorf("a process that explodes: %v", err)
	}
}

// TestWithoutNoise: u = g(X_T) for X′ = 1, of order 2.
func TestWithoutNoise(t *testing.T) {
	p := known.Heat(1)
	p.Exact, p.Diffusion, p.Drift = nil, pde.Scalar(0), pde.ConstantDrift(1)
	p.Terminal = func(x expr.Value) expr.Value { return x.Sin() }
	within(t, p, math.Sin(p.Horizon))
}

// bond is E exp(−∫X dt) for a square-root process, whose boundary is x = 0 (Cox,
// Ingersoll, Ross 1985).
func bond() (pde.Problem, float64) {
	const a, s = 0.05, 0.3 // drift a − x, noise s√x
	g := math.Sqrt(1 + 2*s*s)
	e := math.Exp(g) - 1
	below := (g+1)*e + 2*g
	return pde.Problem{
		Name: "Cox–Ingersoll–Ross", Dim: 1, Horizon: 1, Start: []float64{0.04},
		Drift:     pde.DriftFunc(func(_, x expr.Value) expr.Value { return x.Neg().AddConst(a) }),
		Diffusion: pde.DiffusionFunc(func(_, x, dw expr.Value) expr.Value { return x.Sqrt().Mul(dw).Scale(s) }),
		Generator: func(_, x, y, _ expr.Value) expr.Value { return y.Mul(x).Neg() },
		Terminal:  func(expr.Value) expr.Value { return expr.Const(1) },
	}, math.Pow(2*g*math.Exp((1+g)/2)/below, 2*a/(s*s)) * math.Exp(-2*e/below*0.04)
}

// TestMovingCoefficients: σ = √(1+t), f depends on t, z and x.
// u = e^{−t}·sin(x) solves the equation with f = y + ½(1+t)y + z − √(1+t)·e^{−t}cos x.
func TestMovingCoefficients(t *testing.T) {
	root := func(t expr.Value) expr.Value { return t.AddConst(1).Sqrt() }
	p := pde.Problem{
		Name: "moving", Dim: 1, Horizon: 0.5, Start: []float64{1},
		Diffusion: pde.DiffusionFunc(func(t, _, dw expr.Value) expr.Value { return dw.Mul(root(t)) }),
		Generator: func(t, x, y, z expr.Value) expr.Value {
			return y.Add(y.Mul(t.AddConst(1)).Scale(0.5)).Add(z).Sub(root(t).Mul(t.Neg().Exp()).Mul(x.Cos()))
		},
		Terminal: func(x expr.Value) expr.Value { return x.Sin().Scale(math.Exp(-0.5)) },
	}
	within(t, p, math.Sin(1))
	fitOrder(t, p, math.Sin(1))
}

func TestRefusesByName(t *testing.T) {
	explosive := known.Heat(1)
	explosive.Generator = func(_, _, y, _ expr.Value) expr.Value { return y.PowConst(3).Scale(50) }
	undefined := known.Heat(1)
	undefined.Start = []float64{0.1}
	undefined.Terminal = func(x expr.Value) expr.Value { return x.Log() }
	for _, c := range []struct {
		p    pde.Problem
		want string
	}{
		{known.Heat(3), "need dimension 1 or 2, problem heat has d=3"},
		{explosive, "it may blow up"},
		{undefined, "the terminal function is not finite near x="},
		{pde.Problem{Dim: 1}, "Horizon: is 0"},
	} {
		if _, err := Solve(c.p); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one containing %q", err, c.want)
		}
	}
}
