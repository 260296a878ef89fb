package montecarlo

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/internal/known"
)

// TestHeavyTails: g = exp(c x²) has the moments up to 1/(2c), f = c x² y those up to
// π²/(8c) (Cameron, Martin 1944). Where the variance is infinite the problem is refused,
// where it is finite by a margin the value is right: (1−2c)^{−½}, cos(√(2c))^{−½}.
func TestHeavyTails(t *testing.T) {
	if testing.Short() {
		t.Skip("slow, and others of its kind are quick")
	}
	one := pde.Problem{Name: "tails", Dim: 1, Horizon: 1, Start: []float64{0}, Diffusion: pde.Scalar(1)}
	for _, c := range []struct {
		inF     bool
		c       float64
		refused bool
	}{
		{false, 0.45, true}, {false, 0.4, true}, {false, 0.35, true}, {false, 0.15, false}, {false, 0.1, false},
		{true, 1.1, true}, {true, 1, true}, {true, 0.4, false}, {true, 0.2, false},
	} {
		p, want := one, 1/math.Sqrt(1-2*c.c)
		p.Terminal = func(x expr.Value) expr.Value { return x.NormSq().Scale(c.c).Exp() }
		if c.inF {
			want = 1 / math.Sqrt(math.Cos(math.Sqrt(2*c.c)))
			p.Terminal = func(expr.Value) expr.Value { return expr.Const(1) }
			p.Generator = func(_, x, y, _ expr.Value) expr.Value { return x.NormSq().Scale(c.c).Mul(y) }
		}
		for seed := range uint64(3) {
			ref, err := Solve(context.Background(), p, pde.Sampling{Paths: 1 << 16, Steps: map[bool]int{true: 40}[c.inF], Seed: seed})
			switch {
			case !c.refused:
				known.Sampled(t, ref, err, want, 0.05)
			case err == nil || !strings.Contains(err.Error(), "no standard error can be trusted"):
				t.Errorf("%+v: %+v, %v, want an error", c, ref, err)
			}
		}
	}
}

// TestNoPathSawIt: a claim that no path reaches is refused, one that is constant is not.
func TestNoPathSawIt(t *testing.T) {
	p := pde.Problem{
		Name: "rare", Dim: 3, Horizon: 1, Start: make([]float64, 3), Diffusion: pde.Scalar(1),
		Generator: func(_, _, y, _ expr.Value) expr.Value { return y.Scale(-0.05) },
		Terminal: func(x expr.Value) expr.Value {
			return expr.Select(x.At(0).Greater(expr.Const(7)), expr.Const(1e6), expr.Const(0))
		},
	}
	s := pde.Sampling{Paths: 10_000}
	if ref, err := Solve(context.Background(), p, s); err == nil || !strings.Contains(err.Error(), "none came to where it changes") {
		t.Errorf("%+v, %v, want an error", ref, err)
	}
	p.Terminal = func(x expr.Value) expr.Value { return x.Sum().Scale(0).AddConst(2) }
	ref, err := Solve(context.Background(), p, s)
	if want := 2 * math.Exp(-0.05); err != nil || !(math.Abs(ref.Value-want) <= 1e-12) {
		t.Errorf("%+v, %v, want %g", ref, err, want)
	}
}

// TestOrdinaryPayoffs are accepted: calls, digital claims and powers of geometric motion.
func TestOrdinaryPayoffs(t *testing.T) {
	payoffs := map[string]func(x expr.Value) expr.Value{
		"call":     func(x expr.Value) expr.Value { return x.At(0).AddConst(-100).Relu() },
		"far call": func(x expr.Value) expr.Value { return x.At(0).AddConst(-200).Relu() },
		"put":      func(x expr.Value) expr.Value { return x.At(0).Neg().AddConst(100).Relu() },
		"digital": func(x expr.Value) expr.Value {
			return expr.Select(x.At(0).Greater(expr.Const(150)), expr.Const(1), expr.Const(0))
		},
		"largest": func(x expr.Value) expr.Value { return x.MaxComponent().AddConst(-100).Relu() },
	}
	for _, volatility := range []float64{0.3, 0.4, 0.6} {
		for name, g := range payoffs {
			p := pde.Problem{Name: name, Dim: 5, Horizon: 1, Start: known.Start(5, 100), Diffusion: pde.Geometric(volatility), Terminal: g}
			for seed := range uint64(4) {
				if _, err := Solve(context.Background(), p, pde.Sampling{Paths: 1 << 16, Seed: seed}); err != nil {
					t.Errorf("%s, volatility %g, seed %d: %v", name, volatility, seed, err)
				}
			}
		}
	}
}
