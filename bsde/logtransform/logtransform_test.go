package logtransform_test

import (
	"math"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/logtransform"
	"github.com/deepbsde/deepbsde/pde"
)

// growth has a solution in closed form, e^(r τ) (1 − 2cτ)^(−d/2) exp(c‖x‖²/(1 − 2cτ)) with τ = T − t; from c = 1/4 on a
// mean over paths has no variance at T = 1.
func growth(d int, c, r float64) pde.Problem {
	start := make([]float64, d)
	start[0] = 0.3
	return pde.Problem{
		Name: "growth", Dim: d, Horizon: 1, Start: start, Diffusion: pde.Scalar(1),
		Generator: func(_, _, y, _ expr.Value) expr.Value { return y.Scale(r) },
		Terminal:  func(x expr.Value) expr.Value { return x.NormSq().Scale(c).Exp() },
	}
}

// TestGrowth: value, interval, bounds and gradient of solutions whose paths have no variance.
func TestGrowth(t *testing.T) {
	for _, k := range []struct {
		d    int
		c, r float64
	}{{1, 0.4, 0.3}, {4, 0.3, -0.2}} {
		p := growth(k.d, k.c, k.r)
		r, err := bsde.Solve(t.Context(), p, logtransform.Method{}, &bsde.Settings{Paths: 8192, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		left := 1 - 2*k.c
		want := math.Exp(k.r) * math.Pow(left, -float64(k.d)/2) * math.Exp(k.c*0.09/left)
		if !r.Trusted() || !(math.Abs(r.Value-want) <= 1.5*r.Error) || !(r.Error <= 0.03*want) {
			t.Errorf("d = %d: %v ± %v (%v), want %v", k.d, r.Value, r.Error, r.Reasons, want)
		}
		if !(r.Lower <= r.Value && r.Value <= r.Upper) || !(r.Lower-0.01*want <= want && want <= r.Upper+0.01*want) {
			t.Errorf("d = %d: between %v and %v, want %v", k.d, r.Lower, r.Upper, want)
		}
		slope := want * 2 * k.c * 0.3 / left
		if within := 4*r.GradientStdErr[0] + r.GradientDiscretization + r.GradientNetworkBias; !(math.Abs(r.Gradient[0]-slope) <= within) {
			t.Errorf("d = %d: ∂u/∂x = %v ± %v, want %v", k.d, r.Gradient[0], within, slope)
		}
		at, err := r.Solution.At(t.Context(), 0.5, p.Start, 4096)
		if err != nil {
			t.Fatal(err)
		}
		left = 1 - k.c
		want = math.Exp(k.r/2) * math.Pow(left, -float64(k.d)/2) * math.Exp(k.c*0.09/left)
		if !(math.Abs(at.Value-want) <= 2*at.Error) {
			t.Errorf("d = %d, t = 0.5: %v ± %v, want %v", k.d, at.Value, at.Error, want)
		}
		paths, err := r.Solution.Paths(3)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			end := path.X[len(path.X)-1]
			g := 0.0
			for _, v := range end {
				g += k.c * v * v
			}
			if !(math.Abs(path.G-math.Exp(g)) <= 1e-4*path.G) || !(path.Y[0] > 0) {
				t.Errorf("d = %d: g = %v on a path, want %v", k.d, path.G, math.Exp(g))
			}
		}
	}
}

// TestEquationOfTheLogarithm: ln of a solution solves it, by the residual at points.
func TestEquationOfTheLogarithm(t *testing.T) {
	p := growth(2, 0.3, 0.4)
	exact := func(tau, x expr.Value) expr.Value { // u
		left := tau.Neg().AddConst(1).Scale(-2 * 0.3).AddConst(1)
		return x.NormSq().Scale(0.3).Div(left).Sub(left.Log()).Add(tau.Neg().AddConst(1).Scale(0.4)).Exp()
	}
	kappa := 0.2
	own := p.Generator
	p.Generator = func(s, x, y, z expr.Value) expr.Value { // κ(‖z‖ − ‖σᵀ∇u‖ y/u) adds nothing to the solution
		left := s.Neg().AddConst(1).Scale(-2 * 0.3).AddConst(1)
		return own(s, x, y, z).Add(z.Norm().Sub(x.Norm().Scale(2 * 0.3).Div(left).Mul(y)).Scale(kappa))
	}
	p.Exact = exact
	v, err := logtransform.Of(p)
	if err != nil {
		t.Fatal(err)
	}
	v.Exact = func(s, x expr.Value) expr.Value { return expr.LogOf(exact(s, x)) }
	for _, q := range []pde.Problem{p, v} {
		r, s, err := pde.Residual(q, q.Exact, []float64{0.1, 0.6}, []float64{0.3, -0.2, -1, 0.5})
		if err != nil {
			t.Fatal(err)
		}
		for i := range r {
			if !(math.Abs(r[i]) <= 1e-6*s[i]) {
				t.Errorf("residual %v, of terms of size %v", r[i], s[i])
			}
		}
	}
}

// TestRefused: an f with a source, and a g that is not positive.
func TestRefused(t *testing.T) {
	p := growth(1, 0.1, 0)
	p.Generator = func(_, _, y, _ expr.Value) expr.Value { return y.AddConst(1) }
	if _, err := bsde.Solve(t.Context(), p, logtransform.Method{}, nil); !says(err, "method log-transform cannot solve growth (f not scaled)") {
		t.Errorf("a source: %v", err)
	}
	p = growth(1, 0.1, 0)
	p.Terminal = func(x expr.Value) expr.Value { return x.Sum() }
	if _, err := bsde.Solve(t.Context(), p, logtransform.Method{}, nil); !says(err, "needs g > 0") {
		t.Errorf("a g of both signs: %v", err)
	}
}

func says(err error, words string) bool { return err != nil && strings.Contains(err.Error(), words) }
