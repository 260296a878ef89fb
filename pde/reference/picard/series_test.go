package picard

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/internal/known"
)

// growing is f = k|y|, g = 1, T = 1: the value is e^k, and iteration n changes it by kⁿ/n!.
func growing(k float64) pde.Problem {
	return pde.Problem{
		Name: "growing", Dim: 5, Horizon: 1, Start: known.Start(5, 0), Diffusion: pde.Scalar(1),
		Generator: func(_, _, y, _ expr.Value) expr.Value { return y.Abs().Scale(k) },
		Terminal:  func(x expr.Value) expr.Value { return x.NormSq().Neg().Exp().Scale(0).AddConst(1) },
	}
}

// TestRest: where the changes shrink the stated error covers the rest; where they do not,
// the problem is refused.
func TestRest(t *testing.T) {
	for _, c := range []struct {
		k     float64
		width float64 // of the stated error over the value, 0 for a refusal
	}{{-1, 0.5}, {0.5, 0.05}, {1, 0.1}, {1.5, 0.2}, {2, 0.6}, {3, 0}, {4, 0}, {8, 0}, {-6, 0}} {
		ref, err := Solve(context.Background(), growing(c.k), Multilevel{Seed: 3})
		want := math.Exp(c.k)
		switch {
		case c.width == 0 && err == nil:
			t.Errorf("k=%g: %+v, want an error", c.k, ref)
		case c.width == 0:
		case err != nil:
			t.Errorf("k=%g: %v", c.k, err)
		case !(math.Abs(ref.Value-want) <= ref.StdErr) || !(ref.StdErr <= c.width*want):
			t.Errorf("k=%g: %+v, want %g", c.k, ref, want)
		}
	}
}

// TestSeries: the rest of a sum whose terms shrink, and of one whose do not.
func TestSeries(t *testing.T) {
	sum := func(terms ...float64) *series { return newSeries([][]float64{terms, terms}) }
	if s := sum(1, 0, 1, 0.5, 0.25); s.value != 2.75 || s.converges() != nil || math.Abs(s.rest()-0.25) > 1e-15 {
		t.Errorf("%+v: rest %g", s, s.rest())
	}
	if s := sum(1, 0, 0.9, 0.81, 0.6075); s.converges() != nil || math.Abs(s.rest()-0.6075*3) > 1e-12 {
		t.Errorf("%+v: rest %g", s, s.rest())
	}
	if s := sum(1, 0, 8, 32, 85); s.converges() == nil {
		t.Errorf("%+v: rest %g, want an error", s, s.rest())
	}
}

// TestRefusesWhatItCannotSee: slopes of a potential c x² y, of c‖z‖, heavy tails, rare claims.
func TestRefusesWhatItCannotSee(t *testing.T) {
	if testing.Short() {
		t.Skip("solves many times")
	}
	potential, eikonal, tail, rare := growing(0), growing(0), growing(0), growing(0)
	potential.Generator = func(_, x, y, _ expr.Value) expr.Value { return x.At(0).Square().Scale(1.1).Mul(y) }
	eikonal.Generator = func(_, _, _, z expr.Value) expr.Value { return z.Norm().Scale(5) }
	eikonal.Terminal = func(x expr.Value) expr.Value { return x.NormSq().AddConst(1).Scale(0.5).Log() }
	tail.Terminal = func(x expr.Value) expr.Value { return x.At(0).Square().Scale(0.45).Exp() }
	rare.Terminal = func(x expr.Value) expr.Value { return x.At(0).AddConst(-7).Relu() }
	for _, c := range []struct {
		p    pde.Problem
		want string
	}{
		{potential, "so steep in y"}, {eikonal, "so steep in z"}, {tail, "can be trusted"}, {rare, "none came to where it changes"},
	} {
		if ref, err := Solve(context.Background(), c.p, Multilevel{Seed: 3}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v, %v, want %q", ref, err, c.want)
		}
	}
}
