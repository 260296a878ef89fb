package pde

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// sampled fails where a reference is further than 4 standard errors, or than rel, from
// want.
func sampled(t *testing.T, ref *Reference, err error, want, rel float64) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	off := math.Abs(ref.Value - want)
	t.Logf("%s: %.8g ± %.2g, want %.8g (%.2g standard errors), cost %d", ref.Method, ref.Value, ref.StdErr, want, off/ref.StdErr, ref.Cost)
	if !(off <= 4*ref.StdErr+1e-12*math.Abs(want)) || !(off <= rel*math.Abs(want)) {
		t.Errorf("value %.10g ± %.3g, want %.10g within 4 standard errors and %g of it", ref.Value, ref.StdErr, want, rel)
	}
}

// call is a European call on one asset at a rate r = 0.05, volatility 0.2 and strike
// 100: Black–Scholes.
func call() (p Problem, value float64) {
	const r, v, strike, start, horizon = 0.05, 0.2, 100.0, 95.0, 1.0
	p = Problem{
		Name: "call", Dim: 1, Horizon: horizon, Start: []float64{start}, Drift: LinearDrift(r), Diffusion: Geometric(v),
		Generator: func(_, _, y, _ expr.Value) expr.Value { return y.Scale(-r) },
		Terminal:  func(x expr.Value) expr.Value { return x.AddConst(-strike).Relu() },
	}
	d1 := (math.Log(start/strike) + (r+v*v/2)*horizon) / (v * math.Sqrt(horizon))
	return p, start*uniform(d1) - strike*math.Exp(-r*horizon)*uniform(d1-v*math.Sqrt(horizon))
}

func TestMonteCarloBlackScholes(t *testing.T) {
	p, want := call()
	ref, err := MonteCarlo(context.Background(), p, Sampling{Seed: 1})
	sampled(t, ref, err, want, 0.01)
	if ref != nil && ref.Cost != 1<<17 {
		t.Errorf("cost %d, want one g for each of 2¹⁷ paths", ref.Cost)
	}
}

// coverage counts the repetitions of which the 95 % interval holds the value, and wants
// a share of 92 to 98 %: with 400 of them 2.8 standard deviations to either side.
func coverage(t *testing.T, n int, want float64, run func(seed uint64) (*Reference, error)) {
	t.Helper()
	inside := 0
	for seed := range uint64(n) {
		ref, err := run(seed)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(ref.Value-want) <= 1.96*ref.StdErr {
			inside++
		}
	}
	t.Logf("%d of %d, %.1f %%", inside, n, 100*float64(inside)/float64(n))
	if inside < n*92/100 || inside > n*98/100 {
		t.Errorf("%d of %d intervals contain the value, want 95 %%", inside, n)
	}
}

// TestMonteCarloCoverage: the 95 % interval contains the value in 92 to 98 % of 400
// repetitions.
func TestMonteCarloCoverage(t *testing.T) {
	p, want := call()
	coverage(t, 400, want, func(seed uint64) (*Reference, error) {
		return MonteCarlo(context.Background(), p, Sampling{Paths: 1000, Seed: seed})
	})
}

// TestMonteCarloFewPaths: a standard error needs two pairs.
func TestMonteCarloFewPaths(t *testing.T) {
	p, _ := call()
	for paths := 2; paths <= 5; paths++ {
		ref, err := MonteCarlo(context.Background(), p, Sampling{Paths: paths, Seed: 1})
		if err != nil || !(ref.StdErr > 0) {
			t.Errorf("%d paths: %+v, %v, want a standard error", paths, ref, err)
		}
	}
}

// TestSimulationsStop: a context ends even what one task would take ages for.
func TestSimulationsStop(t *testing.T) {
	c, _ := call()
	c.Diffusion = DiffusionFunc(Geometric(0.2).Mul)
	for name, run := range map[string]func(ctx context.Context) error{
		"steps": func(ctx context.Context) error {
			_, err := MonteCarlo(ctx, c, Sampling{Paths: 100, Steps: 1 << 30})
			return err
		},
		"rates": func(ctx context.Context) error {
			m := TwoRates{Sigma: 0.2, Lend: 0.04, Borrow: 0.06, Strikes: []float64{120}, Slopes: []float64{1}}
			_, err := m.Policy(ctx, spread100(2, m), Sampling{Paths: 100, Steps: 1 << 20})
			return err
		},
		"samples": func(ctx context.Context) error {
			_, err := Picard(ctx, heat(3), Multilevel{Level: 1, Basis: 1 << 30})
			return err
		},
	} {
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		start := time.Now()
		err := run(ctx)
		cancel()
		if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || took > 5*time.Second {
			t.Errorf("%s: %v after %v", name, err, took)
		}
	}
}

// TestMonteCarloOrnsteinUhlenbeck: E‖X_T‖² = ‖mean‖² + d·variance, with the constant
// generator 1.5 − 0.7y.
func TestMonteCarloOrnsteinUhlenbeck(t *testing.T) {
	const d, k, m, s, T = 5, 1.3, 0.4, 0.6, 0.8
	p := heat(d)
	p.Exact, p.Horizon, p.Drift, p.Diffusion = nil, T, MeanReverting{Rate: k, Mean: m}, Scalar(s)
	p.Start = []float64{1, 2, 3, -1, 0.5}
	p.Generator = func(_, _, y, _ expr.Value) expr.Value { return y.Scale(-0.7).AddConst(1.5) }
	want := d * s * s * -math.Expm1(-2*k*T) / (2 * k)
	for _, x := range p.Start {
		mean := m + (x-m)*math.Exp(-k*T)
		want += mean * mean
	}
	want = math.Exp(-0.7*T)*want + 1.5*-math.Expm1(-0.7*T)/0.7
	ref, err := MonteCarlo(context.Background(), p, Sampling{Seed: 2})
	sampled(t, ref, err, want, 0.01)
	// The same process by Euler steps, 20 of them: without the extrapolation the error
	// would be 0.049, with it 0.0007.
	p.Drift = DriftFunc(MeanReverting{Rate: k, Mean: m}.At)
	ref, err = MonteCarlo(context.Background(), p, Sampling{Paths: 1 << 15, Seed: 3, Steps: 19})
	sampled(t, ref, err, want, 0.01)
}

// TestMonteCarloKilling is the formula of Cameron and Martin: with f = a(t)−½x²y and
// g = 1, u(0,0) = 1/√cosh T + ∫ a(t)/√cosh t dt, here with a chosen for the integral:
// a/√cosh t = cos t.
func TestMonteCarloKilling(t *testing.T) {
	p := heat(1)
	p.Exact, p.Horizon, p.Diffusion = nil, 1.5, Scalar(1)
	p.Terminal = func(x expr.Value) expr.Value { return x.Scale(0).AddConst(1) }
	p.Generator = func(t, x, y, _ expr.Value) expr.Value {
		cosh := t.Exp().Add(t.Neg().Exp()).Scale(0.5)
		return t.Cos().Mul(cosh.Sqrt()).Sub(x.Square().Mul(y).Scale(0.5))
	}
	want := 1/math.Sqrt(math.Cosh(1.5)) + math.Sin(1.5)
	ref, err := MonteCarlo(context.Background(), p, Sampling{Paths: 1 << 15, Steps: 16, Seed: 4})
	sampled(t, ref, err, want, 0.01)
}

// TestMonteCarloQuadrature: with coefficients of t alone every path gives Simpson's
// rule, here for u = e^{sin T}·g + ∫ e^{sin t} cos t dt with g = 1.
func TestMonteCarloQuadrature(t *testing.T) {
	p := constantStart(1, 1.5, nil)
	p.Generator = func(t, _, y, _ expr.Value) expr.Value { return t.Cos().Mul(y.AddConst(1)) }
	want, last := 2*math.Exp(math.Sin(1.5))-1, 0.0
	for _, steps := range []int{16, 32} {
		ref, err := MonteCarlo(context.Background(), p, Sampling{Paths: 2, Steps: steps})
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

// TestSimulationsDoNotDependOnWorkers: the same bits for 1 and 3.
func TestSimulationsDoNotDependOnWorkers(t *testing.T) {
	c, _ := call()
	euler := c
	euler.Diffusion = DiffusionFunc(Geometric(0.2).Mul)
	quadratic, cubic := hopf(3, 1), allenCahn(3)
	for name, run := range map[string]func(s Sampling) (*Reference, error){
		"exact":     func(s Sampling) (*Reference, error) { return MonteCarlo(context.Background(), c, s) },
		"Euler":     func(s Sampling) (*Reference, error) { return MonteCarlo(context.Background(), euler, s) },
		"Cole–Hopf": func(s Sampling) (*Reference, error) { return ColeHopfMonteCarlo(context.Background(), quadratic, 1, s) },
		"branching": func(s Sampling) (*Reference, error) { return Branching(context.Background(), cubic, s) },
	} {
		one, err := run(Sampling{Paths: 5001, Seed: 7, Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		three, err := run(Sampling{Paths: 5001, Seed: 7, Workers: 3})
		if err != nil || *one != *three {
			t.Errorf("%s: %+v with one worker, %+v, %v with three", name, one, three, err)
		}
		other, err := run(Sampling{Paths: 5001, Seed: 8})
		if err != nil || other.Value == one.Value {
			t.Errorf("%s: seeds 7 and 8 give the same value %v, %v", name, other, err)
		}
	}
}

func TestMonteCarloRefusesByName(t *testing.T) {
	p := heat(3)
	for _, c := range []struct {
		f    func(t, x, y, z expr.Value) expr.Value
		s    Sampling
		want string
	}{
		{func(_, _, y, _ expr.Value) expr.Value { return y.Square() }, Sampling{}, "needs a generator linear in y and z"},
		{func(_, _, y, _ expr.Value) expr.Value { return y.Abs() }, Sampling{}, "needs a generator linear in y and z"},
		{func(_, _, _, z expr.Value) expr.Value { return z.NormSq() }, Sampling{}, "needs a generator linear in y and z"},
		{func(_, _, y, z expr.Value) expr.Value { return y.Mul(z.Sum()) }, Sampling{}, "needs a generator linear in y and z"},
		{func(_, _, _, z expr.Value) expr.Value { return z.Sum() }, Sampling{}, "needs a generator without z"},
		{nil, Sampling{Paths: 1}, "want at least 2 paths"},
	} {
		p.Generator = c.f
		if _, err := MonteCarlo(context.Background(), p, c.s); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one containing %q", err, c.want)
		}
	}
	p.Generator = nil
	p.Terminal = func(x expr.Value) expr.Value { return x.At(0).AddConst(1).Log() }
	if _, err := MonteCarlo(context.Background(), p, Sampling{}); err == nil || !strings.Contains(err.Error(), "not finite") {
		t.Errorf("a g that is not finite passes: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := MonteCarlo(ctx, heat(3), Sampling{}); err == nil {
		t.Error("a context that has ended is ignored")
	}
}
