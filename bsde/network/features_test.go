package network_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/deep"
	"github.com/deepbsde/deepbsde/bsde/network"
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
