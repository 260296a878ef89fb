package network_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/deep"
	"github.com/deepbsde/deepbsde/bsde/network"
	"github.com/deepbsde/deepbsde/pde"
	"gonum.org/v1/gonum/floats"
)

// TestFit: the coefficients by least squares, for an equation that is nonlinear in y and z, give a
// residual ratio below 10 %, the same bits for any number of workers, and in float64 nearly the
// same number; Adam after the fit leaves it no worse than half as much again.
func TestFit(t *testing.T) {
	solve := func(precision string, workers int, m deep.Method) *bsde.Result {
		s := few(precision, workers)
		s.Steps, s.Paths, s.Iterations = 16, 1024, 60
		r, err := bsde.Solve(context.Background(), quadratic(), m, s)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	one, three := solve("float32", 1, deep.Method{}), solve("float32", 3, deep.Method{})
	if !slices.Equal(numbers(t, one, nil), numbers(t, three, nil)) {
		t.Errorf("with three workers %v, with one %v", three, one)
	}
	if one.Status != bsde.Converged || !(one.ResidualRatio < 0.1) {
		t.Errorf("status %s, residual ratio %g", one.Status, one.ResidualRatio)
	}
	if s := solve("float32", 2, deep.Method{Passes: 2}); s.Status != bsde.IterationLimit || s.Iterations != 2 {
		t.Errorf("of 2 passes at most: status %s after %d", s.Status, s.Iterations)
	}
	if double := solve("float64", 2, deep.Method{}); !(math.Abs(double.Value-one.Value) < one.StdErr) {
		t.Errorf("in float64 %g, in float32 %g ± %g", double.Value, one.Value, one.StdErr)
	}
	both := solve("float32", 2, deep.Method{Network: network.Shared{}, Fit: deep.Both})
	if both.Iterations != 60 || !(both.ResidualRatio < 1.5*one.ResidualRatio) || !(math.Abs(both.Value-one.Value) < 4*one.StdErr) {
		t.Errorf("both: %d iterations, %g ± %g, residual ratio %g, want that of the fit, %g", both.Iterations, both.Value, both.StdErr, both.ResidualRatio, one.ResidualRatio)
	}
	adam := solve("float32", 2, deep.Method{Network: network.Features{}, Fit: deep.Adam})
	if adam.Status != bsde.IterationLimit || !(math.Abs(adam.Value-one.Value) < 4*adam.StdErr+adam.DiscretizationError) {
		t.Errorf("adam: %s, %g ± %g, want %g", adam.Status, adam.Value, adam.StdErr, one.Value)
	}
}

// TestCustomWithFeatures: a network of one's own that combines the vectors by its own layers.
func TestCustomWithFeatures(t *testing.T) {
	net := network.Custom{Label: "mixed", Features: true, Build: func(b *network.CustomBuilder) autodiff.Node {
		return b.Combine(b.Dense("mix", b.Pooled, len(b.Vectors), true, autodiff.Fill(0)), b.Vectors...)
	}}
	s := few("float32", 2)
	s.Iterations = 200
	r, err := bsde.Solve(context.Background(), quadratic(), deep.Method{Network: net}, s)
	if err != nil {
		t.Fatal(err)
	}
	if !(r.ResidualRatio < 0.6) {
		t.Errorf("residual ratio %g", r.ResidualRatio)
	}
}

// TestFitThatDoesNotFit: what least squares cannot do is an error that says what can.
func TestFitThatDoesNotFit(t *testing.T) {
	for _, m := range []deep.Method{
		{Network: network.Shared{}, Fit: deep.LeastSquares}, {Fit: "sgd"}, {Uncontrolled: true, Fit: deep.Both}, {Passes: -1}, {Network: network.Features{}, Fit: deep.Both},
	} {
		if _, err := bsde.Solve(context.Background(), quadratic(), m, few("float32", 1)); err == nil {
			t.Errorf("%+v is no error", m)
		}
	}
}

var ridgeVectors = [][]float64{{1, -1, 0.5, 0, 0.3, 0, -0.7, 0.2}, {0, 0.4, 0, -0.9, 0.5, 1, 0, -0.3}}

// ridges is ∂u/∂t + ½Δu + f = 0 with a terminal function of two directions, neither of them an axis nor 1,
//
//	u = Σ_j sin(a_j·x) exp(−|a_j|²(T−t)/2)
//
// and f = (y − u)z_0, which is 0 along it.
func ridges() pde.Problem {
	const d = 8
	u := func(t, x expr.Value) expr.Value {
		sum := expr.Const(0)
		for _, a := range ridgeVectors {
			decay := t.AddConst(-1).Scale(floats.Dot(a, a) / 2).Exp()
			sum = sum.Add(x.Dot(expr.Vector(a)).Sin().Mul(decay))
		}
		return sum
	}
	return pde.Problem{
		Name: "ridges", Dim: d, Horizon: 1, Start: []float64{0.3, 0, 0, 0, 0, 0, 0, 0}, Diffusion: pde.Scalar(1),
		Generator: func(t, x, y, z expr.Value) expr.Value { return y.Sub(u(t, x)).Mul(z.At(0)) },
		Terminal:  func(x expr.Value) expr.Value { return u(expr.Const(1), x) },
		Exact:     u,
	}
}

// TestRidges: the directions of g are found, and Γ off the diagonal leaves a tenth of the spread; without it
// a quarter is left. Also with a network on top, whose graph has the same term. The value and the gradient, which
// goes along the paths, are right.
func TestRidges(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for seconds")
	}
	p := ridges()
	s := few("float32", 2)
	s.Steps, s.Paths, s.Gradient = 16, 8192, 2048
	s.Iterations = 30
	for _, m := range []deep.Method{{}, {Network: network.Shared{}, Fit: deep.Both}} {
		r, err := bsde.Solve(context.Background(), p, m, s)
		if err != nil {
			t.Fatal(err)
		}
		if !(r.ResidualRatio < 0.12) {
			t.Errorf("%s: residual ratio %g", r.Method.Name(), r.ResidualRatio)
		}
		ref, err := p.ExactReference()
		if err != nil {
			t.Fatal(err)
		}
		want := ref.Value
		if !r.Trusted() || !(math.Abs(r.Value-want) <= r.Error) {
			t.Errorf("%g ± %g, %v, want %g", r.Value, r.Error, r.Reasons, want)
		}
		for i, v := range r.Gradient {
			want := 0.0
			for _, a := range ridgeVectors {
				want += a[i] * math.Cos(floats.Dot(a, p.Start)) * math.Exp(-floats.Dot(a, a)/2)
			}
			if within := 4*r.GradientStdErr[i] + r.GradientDiscretization + r.GradientNetworkBias; !(math.Abs(v-want) <= within) || within > 0.1 {
				t.Errorf("∂u/∂x%d = %g, want %g within %g", i, v, want, within)
			}
		}
	}
}
