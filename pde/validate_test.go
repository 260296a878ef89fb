package pde

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// heat is ∂u/∂t + Δu = 0 with g = ‖x‖², u = ‖x‖² + 2d(T−t).
func heat(d int) Problem {
	return Problem{
		Name: "heat", Dim: d, Horizon: 0.5, Start: make([]float64, d), Diffusion: Scalar(math.Sqrt2),
		Terminal: func(x expr.Value) expr.Value { return x.NormSq() },
		Exact: func(t, x expr.Value) expr.Value {
			return x.NormSq().Add(t.Neg().AddConst(0.5).Scale(2 * float64(d)))
		},
	}
}

func TestValidateNamesFunctionAndShapes(t *testing.T) {
	for _, c := range []struct {
		change func(p *Problem)
		want   string
	}{
		{func(*Problem) {}, ""},
		{func(p *Problem) { p.Dim = 0 }, "problem heat: Dim: is 0, want at least 1"},
		{func(p *Problem) { p.Horizon = math.NaN() }, "Horizon: is NaN, want a positive finite number"},
		{func(p *Problem) { p.Start = p.Start[:2] }, "Start: does not fit Dim=3: x0 has 2 components, want 3"},
		{func(p *Problem) { p.Diffusion = nil }, "Diffusion: is missing"},
		{func(p *Problem) { p.Terminal = nil }, "Terminal: is missing"},
		{func(p *Problem) { p.Diffusion = Diagonal{1, 2} }, "Diffusion: does not fit Dim=3: Diffusion Diagonal has 2 components, want 3"},
		{func(p *Problem) { p.Diffusion = Dense{{1, 0, 0}, {0, 1}, {0, 0, 1}} }, "Diffusion Dense row 1 has 2 components, want 3"},
		{func(p *Problem) {
			p.Diffusion = DiffusionFunc(func(_, _, dw expr.Value) expr.Value { return dw.AddConst(1) })
		}, "Diffusion: component 0 of σ·dw is 1 for dw=0"},
		{func(p *Problem) { p.Drift = MeanReverting{Mean: 1} }, "MeanReverting has Rate 0"},
		{func(p *Problem) { p.Drift = DriftFunc(func(t, x expr.Value) expr.Value { return t }) }, "Drift: returned width 1, want 3 (d=3)"},
		{func(p *Problem) { p.Terminal = func(x expr.Value) expr.Value { return x } }, "Terminal: returned width 3, want 1 (d=3)"},
		{func(p *Problem) {
			p.Generator = func(t, x, y, z expr.Value) expr.Value { return z.Add(expr.Vector([]float64{1, 2})).Sum() }
		}, "Generator: the expression is wrong: expr: add of widths 3 and 2"},
		{func(p *Problem) { p.Terminal = func(x expr.Value) expr.Value { return x.Sum().Log() } }, "Terminal: component 0 is -Inf at t=0, x=Start"},
		{func(p *Problem) { p.Terminal = func(x expr.Value) expr.Value { panic("boom") } }, "Terminal: the function panicked: boom"},
		{func(p *Problem) { p.Exact = func(t, x expr.Value) expr.Value { return expr.Value{} } }, "Exact: the expression is wrong"},
	} {
		p := heat(3)
		c.change(&p)
		err := p.Validate()
		if c.want == "" {
			if err != nil {
				t.Errorf("a right problem is refused: %v", err)
			}
			continue
		}
		var typed *Error
		if err == nil || !strings.Contains(err.Error(), c.want) || !errors.As(err, &typed) {
			t.Errorf("error %v, want a *pde.Error containing %q", err, c.want)
		}
	}
}

// TestResidual is 0 up to rounding for the solution and not for a wrong one, with
// every kind of diffusion: for Dense σ the trace is Σ|σ_ij|² times the second
// derivative 2.
func TestResidual(t *testing.T) {
	p := heat(3)
	times, points := []float64{0, 0.2}, []float64{1, 2, 3, -0.5, 0.1, 4}
	check := func(what string, p Problem, u func(t, x expr.Value) expr.Value, zero bool) {
		t.Helper()
		r, s, err := Residual(p, u, times, points)
		if err != nil {
			t.Fatal(err)
		}
		for i := range r {
			if got := math.Abs(r[i]) <= 1e-13*s[i]; got != zero {
				t.Errorf("%s: residual %g of %g", what, r[i], s[i])
			}
		}
	}
	check("heat", p, p.Exact, true)
	check("without time", p, func(t, x expr.Value) expr.Value { return x.NormSq() }, false)
	p.Diffusion = Dense{{1, 0, 0}, {0.5, 1, 0}, {0.25, 0.5, 1}}
	trace := 1 + 0.25 + 1 + 0.0625 + 0.25 + 1
	check("dense", p, func(t, x expr.Value) expr.Value { return x.NormSq().Sub(t.Scale(trace)) }, true)
	p.Drift = VectorDrift{1, 2, 3}
	check("drift", p, func(t, x expr.Value) expr.Value {
		return x.NormSq().Sub(t.Scale(trace)).Sub(t.Mul(x.Dot(expr.Vector([]float64{2, 4, 6})))).Add(t.Square().Scale(14))
	}, true)
}

func TestGradientInvertsSigma(t *testing.T) {
	p := heat(3)
	p.Diffusion = Dense{{1, 0, 0}, {0.5, 2, 0}, {0.25, 0.5, 3}}
	grad := []float64{1, -2, 4}
	z := []float64{1*1 + 0.5*-2 + 0.25*4, 2*-2 + 0.5*4, 3 * 4} // σᵀ∇u
	got, err := p.Gradient(0, p.Start, z)
	if err != nil {
		t.Fatal(err)
	}
	for i := range grad {
		if math.Abs(got[i]-grad[i]) > 1e-14*4 {
			t.Errorf("∇u = %v, want %v", got, grad)
		}
	}
	p.Diffusion = Diagonal{1, 0, 1}
	if _, err := p.Gradient(0, p.Start, z); err == nil {
		t.Error("a singular σ is not refused")
	}
}
