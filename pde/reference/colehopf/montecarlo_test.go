package colehopf

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/autodiff/random"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/internal/known"
	"github.com/deepbsde/deepbsde/pde/reference/internal/sample"
)

func TestMonteCarlo(t *testing.T) {
	for _, c := range []struct {
		d      int
		lambda float64
	}{{100, 10}, {3, -0.5}, {10, 1e-6}} {
		p := known.Hopf(c.d, c.lambda)
		exact, err := Quadrature(p, c.lambda)
		if err != nil {
			t.Fatal(err)
		}
		ref, err := MonteCarlo(context.Background(), p, c.lambda, pde.Sampling{Seed: 1})
		known.Sampled(t, ref, err, exact.Value, 0.01)
	}
	ref, err := MonteCarlo(context.Background(), known.Hopf(100, 1), 1, pde.Sampling{Seed: 1})
	known.Sampled(t, ref, err, 4.5901617, 1e-3)
}

// TestMonteCarloSkew has a drift and a g without symmetry, X_T ~ N(m, v) in one
// dimension, where the integral is done by the trapezoidal rule; by one exact step and
// by Euler steps of the Ornstein–Uhlenbeck process.
func TestMonteCarloSkew(t *testing.T) {
	const lambda, k, mean, s, x0 = 1.5, 0.9, 0.3, 0.8, -0.4
	p := known.Hopf(1, lambda)
	p.Start, p.Diffusion, p.Drift = []float64{x0}, pde.Scalar(s), pde.MeanReverting{Rate: k, Mean: mean}
	p.Terminal = func(x expr.Value) expr.Value { return x.Sin().Add(x.Scale(0.5)) }
	m, v := mean+(x0-mean)*math.Exp(-k), s*s*-math.Expm1(-2*k)/(2*k)
	sum := 0.0
	const h = 0.01
	for w := -10.0; w <= 10; w += h {
		x := m + math.Sqrt(v)*w
		sum += h * math.Exp(-w*w/2-lambda*(math.Sin(x)+0.5*x)) / math.Sqrt(2*math.Pi)
	}
	want := -math.Log(sum) / lambda
	ref, err := MonteCarlo(context.Background(), p, lambda, pde.Sampling{Seed: 2})
	known.Sampled(t, ref, err, want, 1)
	p.Drift = pde.DriftFunc(p.Drift.At)
	ref, err = MonteCarlo(context.Background(), p, lambda, pde.Sampling{Paths: 1 << 15, Seed: 3, Steps: 20})
	known.Sampled(t, ref, err, want, 1)
}

// TestMonteCarloCoverage: the 95 % interval holds the value in 92 to 98 % of 400
// repetitions, for moderate weights and for strong ones that are always accepted (lognormal
// ones, g = x and σ = 1.1, for which u = −σ²/2).
func TestMonteCarloCoverage(t *testing.T) {
	moderate, strong := known.Hopf(5, 1), known.Hopf(1, 1)
	strong.Diffusion, strong.Terminal = pde.Scalar(1.1), func(x expr.Value) expr.Value { return x.Sum() }
	exact, err := Quadrature(moderate, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		p     pde.Problem
		paths int
		want  float64
	}{{moderate, 1000, exact.Value}, {strong, 8192, -0.605}} {
		known.Coverage(t, 400, c.want, func(seed uint64) (*pde.Reference, error) {
			return MonteCarlo(context.Background(), c.p, 1, pde.Sampling{Paths: c.paths, Seed: seed})
		})
	}
}

// TestMonteCarloRefusesFewWeights: with σ = 2 and 4096 paths the interval would
// hold the value in 84 % of the samples with an effective size above 100 (measured).
func TestMonteCarloRefusesFewWeights(t *testing.T) {
	p := known.Hopf(1, 1)
	p.Diffusion, p.Terminal = pde.Scalar(2), func(x expr.Value) expr.Value { return x.Sum() }
	for seed := range uint64(50) {
		ref, err := MonteCarlo(context.Background(), p, 1, pde.Sampling{Paths: 4096, Seed: seed})
		if err == nil || !strings.Contains(err.Error(), "want at least 512") {
			t.Errorf("seed %d: %+v, %v", seed, ref, err)
		}
	}
}

// TestExponentialsBias: ln E exp(σξ) = σ²/2 from many samples of 20, which without the
// correction would be some 8 standard errors off.
func TestExponentialsBias(t *testing.T) {
	const n, sigma2 = 20, 0.22
	xi := make([]float64, n)
	var right, raw sample.Moments
	for i := range 20000 {
		random.Stream{Key: 1, Path: uint32(i)}.Normals(xi, 1)
		e := sumExponentials(math.Sqrt(sigma2), xi, xi)
		right.Add(e.log(0))
		raw.Add(e.top[0] + math.Log(e.mean[0]))
	}
	if off := math.Abs(right.Mean - sigma2/2); !(off <= 4*right.StdErr()) {
		t.Errorf("mean %.5g ± %.2g, want %g", right.Mean, right.StdErr(), sigma2/2)
	}
	if off := math.Abs(raw.Mean - sigma2/2); !(off > 6*raw.StdErr()) {
		t.Errorf("the logarithm of the mean is off by %g ± %.2g only, the test shows nothing", off, raw.StdErr())
	}
}

// TestExponentialsRange: weights e^{±10000} merge without overflow, to the moments of
// the larger ones.
func TestExponentialsRange(t *testing.T) {
	e := sumExponentials(1, []float64{-1e4, 1e4, 1e4 + math.Ln2, math.Inf(-1)}, make([]float64, 4))
	if want := 1e4 + math.Log(0.75); math.Abs(e.top[0]+math.Log(e.mean[0])-want) > 1e-11 {
		t.Errorf("logarithm of the mean %.15g, want %.15g", e.top[0]+math.Log(e.mean[0]), want)
	}
	if want := 9.0 / 5; math.Abs(e.effective()-want) > 1e-12 {
		t.Errorf("effective sample size %g, want %g", e.effective(), want)
	}
}

func TestMonteCarloDoesNotDependOnWorkers(t *testing.T) {
	known.SameForWorkers(t, func(s pde.Sampling) (*pde.Reference, error) {
		return MonteCarlo(context.Background(), known.Hopf(3, 1), 1, s)
	})
}

// TestMonteCarloExtremes: a value or an error that says why not.
func TestMonteCarloExtremes(t *testing.T) {
	p := known.Hopf(10000, 50)
	exact, err := Quadrature(p, 50)
	if err != nil {
		t.Fatal(err)
	}
	ref, err := MonteCarlo(context.Background(), p, 50, pde.Sampling{Paths: 1000, Seed: 1})
	known.Sampled(t, ref, err, exact.Value, 1e-3)
	_, err = MonteCarlo(context.Background(), known.Hopf(10, 50), 50, pde.Sampling{Paths: 10000, Seed: 1})
	if err == nil || !strings.Contains(err.Error(), "effective sample size") || !strings.Contains(err.Error(), "quadrature") {
		t.Errorf("λ=50 in 10 dimensions: %v", err)
	}
	_, err = MonteCarlo(context.Background(), known.Hopf(10, 2), 1, pde.Sampling{})
	if err == nil || !strings.Contains(err.Error(), "needs f = −λ‖z‖²/2 with the given λ") {
		t.Errorf("another λ: %v", err)
	}
	if _, err = MonteCarlo(context.Background(), known.Hopf(10, 2), 0, pde.Sampling{}); err == nil || !strings.Contains(err.Error(), "λ is 0") {
		t.Errorf("λ=0: %v", err)
	}
}
