package branching

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/internal/known"
	"github.com/deepbsde/deepbsde/pde/reference/radial"
)

func TestAllenCahn(t *testing.T) {
	ref, err := Solve(context.Background(), known.AllenCahn(100), pde.Sampling{Paths: 1 << 18, Seed: 1})
	known.Sampled(t, ref, err, 0.0527814, 1e-3)
	p := known.AllenCahn(1)
	exact, err := radial.Solve(p)
	if err != nil {
		t.Fatal(err)
	}
	ref, err = Solve(context.Background(), p, pde.Sampling{Paths: 1 << 18, Seed: 1})
	known.Sampled(t, ref, err, exact.Value, 1e-2)
	// All degrees at once, more strongly.
	p.Generator = func(_, _, y, _ expr.Value) expr.Value {
		return y.Scale(-0.5).AddConst(0.3).Sub(y.Square()).Add(y.PowConst(4).Scale(2)).Sub(y.PowConst(5).Scale(2))
	}
	if exact, err = radial.Solve(p); err != nil {
		t.Fatal(err)
	}
	ref, err = Solve(context.Background(), p, pde.Sampling{Paths: 1 << 18, Seed: 2})
	known.Sampled(t, ref, err, exact.Value, 1e-2)
}

func TestClosedForms(t *testing.T) {
	// f = −y with the Ornstein–Uhlenbeck process: e^{−T}·E cos X_T.
	const k, m, s, x0, T = 1.1, 0.5, 0.7, -0.3, 0.9
	p := known.ConstantStart(0, T, func(y expr.Value) expr.Value { return y.Neg() })
	p.Start, p.Drift, p.Diffusion = []float64{x0}, pde.MeanReverting{Rate: k, Mean: m}, pde.Scalar(s)
	p.Terminal = func(x expr.Value) expr.Value { return x.Cos() }
	variance := s * s * -math.Expm1(-2*k*T) / (2 * k)
	want := math.Exp(-T) * math.Exp(-variance/2) * math.Cos(m+(x0-m)*math.Exp(-k*T))
	ref, err := Solve(context.Background(), p, pde.Sampling{Paths: 1 << 17, Seed: 1})
	known.Sampled(t, ref, err, want, 0.01)
	for _, c := range []struct {
		v0, horizon, want float64
		f                 func(y expr.Value) expr.Value
	}{
		// Logistic growth down from ½.
		{0.5, 1, 1 / (1 + math.E), func(y expr.Value) expr.Value { return y.Square().Sub(y) }},
		// The tangent: all terms positive, the majorant is the solution, and the
		// weights are all the same but for the intervals.
		{0.2, 1, math.Tan(1 + math.Atan(0.2)), func(y expr.Value) expr.Value { return y.Square().AddConst(1) }},
		// The hyperbolic tangent: signs.
		{0, 1, math.Tanh(1), func(y expr.Value) expr.Value { return y.Square().Neg().AddConst(1) }},
	} {
		ref, err := Solve(context.Background(), known.ConstantStart(c.v0, c.horizon, c.f), pde.Sampling{Paths: 1 << 16, Seed: 1})
		known.Sampled(t, ref, err, c.want, 0.03)
	}
}

// TestCoverage: the 95 % interval holds the value in 92 to 98 % of 400
// repetitions, for logistic growth (v′ = v² − v, Bernoulli's equation) and the
// Allen–Cahn equation in one dimension, where motion and branching are both at work.
// (Of 3000 other seeds 94.8 and 95.4 %.)
func TestCoverage(t *testing.T) {
	if testing.Short() {
		t.Skip("800 runs")
	}
	exact, err := radial.Solve(known.AllenCahn(1))
	if err != nil {
		t.Fatal(err)
	}
	logistic := known.ConstantStart(0.5, 1, func(y expr.Value) expr.Value { return y.Square().Sub(y) })
	for _, c := range []struct {
		p    pde.Problem
		want float64
	}{{logistic, 1 / (1 + math.E)}, {known.AllenCahn(1), exact.Value}} {
		known.Coverage(t, 400, c.want, func(seed uint64) (*pde.Reference, error) {
			return Solve(context.Background(), c.p, pde.Sampling{Paths: 1000, Seed: seed})
		})
	}
}

// TestRefusesRarePeak: where the paths meet a g that 4096 samples did not, and
// with which the solution blows up, the standard error means nothing.
func TestRefusesRarePeak(t *testing.T) {
	p := known.ConstantStart(0, 0.5, func(y expr.Value) expr.Value { return y.Square() })
	p.Terminal = func(x expr.Value) expr.Value {
		return x.AddConst(-3).Square().Scale(-200).Exp().Scale(2000).AddConst(0.1)
	}
	for seed := range uint64(3) {
		ref, err := Solve(context.Background(), p, pde.Sampling{Paths: 1 << 18, Seed: seed})
		if err == nil || !strings.Contains(err.Error(), "needs a horizon before the blow-up") {
			t.Errorf("seed %d: %+v, %v", seed, ref, err)
		}
	}
}

func TestDoesNotDependOnWorkers(t *testing.T) {
	known.SameForWorkers(t, func(s pde.Sampling) (*pde.Reference, error) {
		return Solve(context.Background(), known.AllenCahn(3), s)
	})
}

func TestRefusesByName(t *testing.T) {
	euler, inX, inZ, sine, inf := known.AllenCahn(2), known.AllenCahn(2), known.AllenCahn(2), known.AllenCahn(2), known.AllenCahn(2)
	euler.Drift = pde.DriftFunc(pde.MeanReverting{Rate: 1}.At)
	inX.Generator = func(_, x, y, _ expr.Value) expr.Value { return y.Mul(x.Sum()) }
	inZ.Generator = func(_, _, y, z expr.Value) expr.Value { return y.Sub(z.NormSq()) }
	sine.Generator = func(_, _, y, _ expr.Value) expr.Value { return y.Sin() }
	inf.Terminal = func(x expr.Value) expr.Value { return x.At(0).AddConst(1).Log() }
	for _, c := range []struct {
		p    pde.Problem
		want string
	}{
		{euler, "needs a process that is sampled exactly"},
		{inX, "needs a generator that is a polynomial in y"},
		{inZ, "needs a generator that is a polynomial in y"},
		{sine, "needs a generator that is a polynomial in y"},
		{inf, "needs a bounded terminal function"},
		// 1 + m² from 0.2 blows up at π/2 − atan 0.2 = 1.373.
		{known.ConstantStart(0.2, 2, func(y expr.Value) expr.Value { return y.Square().Neg().AddConst(1) }), "needs a horizon before the blow-up"},
	} {
		if _, err := Solve(context.Background(), c.p, pde.Sampling{Paths: 100}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one containing %q", err, c.want)
		}
	}
}
