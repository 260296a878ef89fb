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

func TestBlackScholes(t *testing.T) {
	p, want := known.Call()
	ref, err := Solve(context.Background(), p, pde.Sampling{Seed: 1})
	known.Sampled(t, ref, err, want, 0.01)
	if ref != nil && ref.Cost != 1<<17 {
		t.Errorf("cost %d, want one g for each of 2¹⁷ paths", ref.Cost)
	}
}

// TestCoverage: the 95 % interval contains the value in 92 to 98 % of 400
// repetitions.
func TestCoverage(t *testing.T) {
	p, want := known.Call()
	known.Coverage(t, 400, want, func(seed uint64) (*pde.Reference, error) {
		return Solve(context.Background(), p, pde.Sampling{Paths: 1000, Seed: seed})
	})
}

// TestFewPaths: a standard error needs two pairs.
func TestFewPaths(t *testing.T) {
	p, _ := known.Call()
	for paths := 2; paths <= 5; paths++ {
		ref, err := Solve(context.Background(), p, pde.Sampling{Paths: paths, Seed: 1})
		if err != nil || !(ref.StdErr > 0) {
			t.Errorf("%d paths: %+v, %v, want a standard error", paths, ref, err)
		}
	}
}

// TestOrnsteinUhlenbeck: E‖X_T‖² = ‖mean‖² + d·variance, with the constant
// generator 1.5 − 0.7y.
func TestOrnsteinUhlenbeck(t *testing.T) {
	const d, k, m, s, T = 5, 1.3, 0.4, 0.6, 0.8
	p := known.Heat(d)
	p.Exact, p.Horizon, p.Drift, p.Diffusion = nil, T, pde.MeanReverting{Rate: k, Mean: m}, pde.Scalar(s)
	p.Start = []float64{1, 2, 3, -1, 0.5}
	p.Generator = func(_, _, y, _ expr.Value) expr.Value { return y.Scale(-0.7).AddConst(1.5) }
	want := d * s * s * -math.Expm1(-2*k*T) / (2 * k)
	for _, x := range p.Start {
		mean := m + (x-m)*math.Exp(-k*T)
		want += mean * mean
	}
	want = math.Exp(-0.7*T)*want + 1.5*-math.Expm1(-0.7*T)/0.7
	ref, err := Solve(context.Background(), p, pde.Sampling{Seed: 2})
	known.Sampled(t, ref, err, want, 0.01)
	// The same process by Euler steps, 20 of them: without the extrapolation the error
	// would be 0.049, with it 0.0007.
	p.Drift = pde.DriftFunc(pde.MeanReverting{Rate: k, Mean: m}.At)
	ref, err = Solve(context.Background(), p, pde.Sampling{Paths: 1 << 15, Seed: 3, Steps: 19})
	known.Sampled(t, ref, err, want, 0.01)
}

// TestKilling is the formula of Cameron and Martin: with f = a(t)−½x²y and
// g = 1, u(0,0) = 1/√cosh T + ∫ a(t)/√cosh t dt, here with a chosen for the integral:
// a/√cosh t = cos t.
func TestKilling(t *testing.T) {
	p := known.Heat(1)
	p.Exact, p.Horizon, p.Diffusion = nil, 1.5, pde.Scalar(1)
	p.Terminal = func(x expr.Value) expr.Value { return x.Scale(0).AddConst(1) }
	p.Generator = func(t, x, y, _ expr.Value) expr.Value {
		cosh := t.Exp().Add(t.Neg().Exp()).Scale(0.5)
		return t.Cos().Mul(cosh.Sqrt()).Sub(x.Square().Mul(y).Scale(0.5))
	}
	want := 1/math.Sqrt(math.Cosh(1.5)) + math.Sin(1.5)
	ref, err := Solve(context.Background(), p, pde.Sampling{Paths: 1 << 15, Steps: 16, Seed: 4})
	known.Sampled(t, ref, err, want, 0.01)
}

// TestQuadrature: with coefficients of t alone every path gives Simpson's
// rule, here for u = e^{sin T}·g + ∫ e^{sin t} cos t dt with g = 1.
func TestQuadrature(t *testing.T) {
	p := known.ConstantStart(1, 1.5, nil)
	p.Generator = func(t, _, y, _ expr.Value) expr.Value { return t.Cos().Mul(y.AddConst(1)) }
	want, last := 2*math.Exp(math.Sin(1.5))-1, 0.0
	for _, steps := range []int{16, 32} {
		ref, err := Solve(context.Background(), p, pde.Sampling{Paths: 2, Steps: steps})
		if err != nil {
			t.Fatal(err)
		}
		off := math.Abs(ref.Value - want)
		t.Logf("%d steps: error %.3g", steps, off)
		if off > 1e-5 || last > 0 && math.Abs(math.Log2(last/off)-4) > 0.2 {
			t.Errorf("%d steps: error %g after %g, want order 4", steps, off, last)
		}
		last = off
	}
}

func TestStops(t *testing.T) {
	c, _ := known.Call()
	c.Diffusion = pde.DiffusionFunc(pde.Geometric(0.2).Mul)
	known.Stops(t, func(ctx context.Context) error {
		_, err := Solve(ctx, c, pde.Sampling{Paths: 100, Steps: 1 << 30})
		return err
	})
}

func TestDoesNotDependOnWorkers(t *testing.T) {
	c, _ := known.Call()
	euler := c
	euler.Diffusion = pde.DiffusionFunc(pde.Geometric(0.2).Mul)
	for _, p := range []pde.Problem{c, euler} {
		known.SameForWorkers(t, func(s pde.Sampling) (*pde.Reference, error) { return Solve(context.Background(), p, s) })
	}
}

func TestRefusesByName(t *testing.T) {
	p := known.Heat(3)
	for _, c := range []struct {
		f    func(t, x, y, z expr.Value) expr.Value
		s    pde.Sampling
		want string
	}{
		{func(_, _, y, _ expr.Value) expr.Value { return y.Square() }, pde.Sampling{}, "needs a generator linear in y and z"},
		{func(_, _, y, _ expr.Value) expr.Value { return y.Abs() }, pde.Sampling{}, "needs a generator linear in y and z"},
		{func(_, _, _, z expr.Value) expr.Value { return z.NormSq() }, pde.Sampling{}, "needs a generator linear in y and z"},
		{func(_, _, y, z expr.Value) expr.Value { return y.Mul(z.Sum()) }, pde.Sampling{}, "needs a generator linear in y and z"},
		{func(_, _, _, z expr.Value) expr.Value { return z.Sum() }, pde.Sampling{}, "needs a generator without z"},
		{nil, pde.Sampling{Paths: 1}, "want at least 2 paths"},
	} {
		p.Generator = c.f
		if _, err := Solve(context.Background(), p, c.s); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one containing %q", err, c.want)
		}
	}
	p.Generator = nil
	p.Terminal = func(x expr.Value) expr.Value { return x.At(0).AddConst(1).Log() }
	if _, err := Solve(context.Background(), p, pde.Sampling{}); err == nil || !strings.Contains(err.Error(), "not finite") {
		t.Errorf("a g that is not finite passes: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Solve(ctx, known.Heat(3), pde.Sampling{}); err == nil {
		t.Error("a context that has ended is ignored")
	}
}
