package deep

import (
	"math"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/network"
	"github.com/deepbsde/deepbsde/pde"
)

// TestGradientUntrained: where f is linear in y and z, with factors that depend on x, the
// gradient has no bias, however wrong Z: neither by the control, which is not the same on
// neighbouring paths, nor by Γ. u = sin x, and 5 standard errors with that of the step.
func TestGradientUntrained(t *testing.T) {
	if testing.Short() {
		t.Skip("slow, and others of its kind are quick")
	}
	u := func(x expr.Value) expr.Value { return x.Sin().Sum() }
	for _, c := range []struct {
		name string
		inY  float64 // of cos x (y − sin x) in f
		inZ  float64 // of sin x (z − cos x)
	}{{"in y", 2, 0}, {"in z", 0, 3}, {"in both", 1, 2}} {
		p := pde.Problem{
			Name: c.name, Dim: 1, Horizon: 1, Start: []float64{0.4}, Diffusion: pde.Scalar(1), Terminal: u,
			Generator: func(_, x, y, z expr.Value) expr.Value {
				f := x.Sin().Scale(0.5)
				if c.inY != 0 {
					f = f.Add(x.Cos().Mul(y.Sub(x.Sin())).Scale(c.inY))
				}
				if c.inZ != 0 {
					f = f.Add(x.Sin().Mul(z.Sub(x.Cos())).Scale(c.inZ))
				}
				return f.Sum()
			},
		}
		for _, precision := range []string{"float32", "float64"} {
			r := solve(t, p, Method{Network: network.Shared{Hidden: []int{4}}}, bsde.Settings{Steps: 40, Iterations: 1, Precision: precision, Paths: 4096})
			want := math.Cos(0.4)
			if !(math.Abs(r.Gradient[0]-want) <= 5*r.GradientStdErr[0]+r.GradientDiscretization) {
				t.Errorf("%s, %s: ∂u/∂x = %.4f ± %.4f (step %.4f), want %.4f", c.name, precision, r.Gradient[0], r.GradientStdErr[0], r.GradientDiscretization, want)
			}
		}
	}
}

// TestGradientCurved: where f is nonlinear in z the network's error biases the gradient, by
// less than is reported: 3 standard errors, and the errors of the step and the network.
// u = sin x again.
func TestGradientCurved(t *testing.T) {
	if testing.Short() {
		t.Skip("slow, and others of its kind are quick")
	}
	p := pde.Problem{
		Name: "curved", Dim: 1, Horizon: 1, Start: []float64{0.4}, Diffusion: pde.Scalar(1),
		Generator: func(_, x, _, z expr.Value) expr.Value {
			return x.Sin().Scale(0.5).Sub(z.Square().Sub(x.Cos().Square()).Scale(1.5)).Sum()
		},
		Terminal: func(x expr.Value) expr.Value { return x.Sin().Sum() },
	}
	want := math.Cos(0.4)
	for _, iterations := range []int{30, 300, 1500} {
		r := solve(t, p, Method{Network: network.Shared{Hidden: []int{16}}}, bsde.Settings{Steps: 20, Iterations: iterations, LearningRate: 1e-2})
		off, bound := math.Abs(r.Gradient[0]-want), 3*r.GradientStdErr[0]+r.GradientDiscretization+r.GradientNetworkBias
		t.Logf("%d iterations: off by %.4f, standard error %.4f, step %.4f, network %.4f", iterations, off, r.GradientStdErr[0], r.GradientDiscretization, r.GradientNetworkBias)
		if !(off <= bound) {
			t.Errorf("%d iterations: ∂u/∂x = %.4f, want %.4f within %.4f", iterations, r.Gradient[0], want, bound)
		}
	}
}

// TestGradientJump: a jump of g has no derivative along a path, and the gradient is right all the same: with u = 100 e^{−rT}
// P(X > k), that of a Brownian motion,
//
//	∂u/∂x₁ = 100 e^{−r} φ(k)
//
// within 4 standard errors and the time step, which together are at most 40 %. With a drift that is exact in its steps
// (Ornstein–Uhlenbeck) and no f, where the value has no time step error, the gradient has one.
func TestGradientJump(t *testing.T) {
	if testing.Short() {
		t.Skip("slow, and others of its kind are quick")
	}
	normal := func(z float64) float64 { return math.Exp(-z*z/2) / math.Sqrt(2*math.Pi) }
	const rate, k = 0.05, 1.5
	digital := pde.Problem{
		Name: "digital", Dim: 2, Horizon: 1, Start: []float64{0, 0}, Diffusion: pde.Scalar(1),
		Generator: func(_, _, y, _ expr.Value) expr.Value { return y.Scale(-rate) },
		Terminal:  func(x expr.Value) expr.Value { return x.At(0).Greater(expr.Const(k)).Scale(100) },
	}
	const sigma, x0 = 0.5, 1.0
	std := sigma * math.Sqrt((1-math.Exp(-2))/2)
	reverting := pde.Problem{
		Name: "reverting", Dim: 1, Horizon: 1, Start: []float64{x0}, Drift: pde.LinearDrift(-1), Diffusion: pde.Scalar(sigma),
		Terminal: func(x expr.Value) expr.Value { return x.Sum().Greater(expr.Const(0.5)) },
	}
	for _, c := range []struct {
		p    pde.Problem
		want float64
	}{
		{digital, 100 * math.Exp(-rate) * normal(k)},
		{reverting, math.Exp(-1) * normal((x0*math.Exp(-1)-0.5)/std) / std},
	} {
		for _, n := range []network.Network{network.Features{}, network.Shared{Hidden: []int{8}}} {
			r := solve(t, c.p, Method{Network: n}, bsde.Settings{Iterations: 100, Paths: 65536})
			by := 4*r.GradientStdErr[0] + r.GradientDiscretization
			if !(math.Abs(r.Gradient[0]-c.want) <= by) || by > 0.4*c.want || r.GradientDiscretization == 0 {
				t.Errorf("%s, %s: ∂u/∂x = %.4g ± %.2g, step ± %.2g, want %.4g", c.p.Name, n.Name(), r.Gradient[0], r.GradientStdErr[0], r.GradientDiscretization, c.want)
			}
		}
	}
}
