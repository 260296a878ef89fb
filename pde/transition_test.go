package pde

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// TestTransitions compares mean, variance and covariance with ΔW of one large
// step with the closed form, 5 standard errors, for every kind that is sampled
// exactly and for the same coefficients given as functions (Euler, many steps).
func TestTransitions(t *testing.T) {
	const h, x0 = 0.8, 1.5
	e := math.Exp
	ou := MeanReverting{Rate: 1.7, Mean: 0.4}
	ouMean := 0.4 + (x0-0.4)*e(-1.7*h)
	ouVar := 0.3 * 0.3 * (1 - e(-2*1.7*h)) / (2 * 1.7)
	for _, c := range []struct {
		name           string
		drift          Drift
		sigma          Diffusion
		mean, variance float64
		covariance     float64 // with ΔW
		exact          bool
	}{
		{"constant", ConstantDrift(0.7), Scalar(0.5), x0 + 0.7*h, 0.25 * h, 0.5 * h, true},
		{"no drift", nil, Diagonal{0.5, 0.5}, x0, 0.25 * h, 0.5 * h, true},
		{"geometric", LinearDrift(0.3), Geometric(0.4), x0 * e(0.3*h), x0 * x0 * e(0.6*h) * (e(0.16*h) - 1), 0.4 * h * x0 * e(0.3*h), true},
		{"Ornstein–Uhlenbeck", ou, Scalar(0.3), ouMean, ouVar, 0.3 * (1 - e(-1.7*h)) / 1.7, true},
		{"growing", LinearDrift(0.5), Dense{{0.3, 0}, {0, 0.3}}, x0 * e(0.5*h), 0.09 * (e(2*0.5*h) - 1) / (2 * 0.5), 0.3 * (e(0.5*h) - 1) / 0.5, true},
		{"Euler", DriftFunc(ou.At), DiffusionFunc(Scalar(0.3).Mul), ouMean, ouVar, 0.3 * (1 - e(-1.7*h)) / 1.7, false},
	} {
		p := heat(2)
		p.Start, p.Drift, p.Diffusion = []float64{x0, x0}, c.drift, c.sigma
		tr, err := p.Transition()
		if err != nil {
			t.Fatal(err)
		}
		if tr.Exact != c.exact {
			t.Errorf("%s: exact is %t", c.name, tr.Exact)
		}
		steps := 1
		if !c.exact {
			steps = 400 // the bias of the Euler step, some h/400, is below the noise
		}
		const n = 20000
		var s, ss, sw float64
		rng := rand.New(rand.NewPCG(5, 6))
		for range n / 2 {
			x, next, w := []float64{x0, x0}, make([]float64, 2), make([]float64, 2)
			dt := h / float64(steps)
			for k := range steps {
				dw := []float64{math.Sqrt(dt) * rng.NormFloat64(), math.Sqrt(dt) * rng.NormFloat64()}
				extra := []float64{rng.NormFloat64(), rng.NormFloat64()}
				if err := tr.Step(float64(k)*dt, dt, 1, x, dw, extra, next); err != nil {
					t.Fatal(err)
				}
				x, next = next, x
				w[0], w[1] = w[0]+dw[0], w[1]+dw[1]
			}
			for j, v := range x {
				s, ss, sw = s+v, ss+(v-c.mean)*(v-c.mean), sw+(v-c.mean)*w[j]
			}
		}
		noise := 5 * math.Sqrt(c.variance/n)
		if math.Abs(s/n-c.mean) > noise {
			t.Errorf("%s: mean %g, want %g ± %g", c.name, s/n, c.mean, noise)
		}
		// Var of a squared deviation is 2v² for a normal law, more for the
		// lognormal one: its fourth moment here is below 6v².
		if tol := 5 * c.variance * math.Sqrt(5.0/n); math.Abs(ss/n-c.variance) > tol {
			t.Errorf("%s: variance %g, want %g ± %g", c.name, ss/n, c.variance, tol)
		}
		if tol := 5 * math.Sqrt(2*c.variance*h/n); math.Abs(sw/n-c.covariance) > tol {
			t.Errorf("%s: covariance with ΔW %g, want %g ± %g", c.name, sw/n, c.covariance, tol)
		}
	}
}

// TestStepIsPathwiseExact: one step of geometric Brownian motion equals two half
// steps along the same increments.
func TestStepIsPathwiseExact(t *testing.T) {
	p := heat(2)
	p.Drift, p.Diffusion = LinearDrift(0.1), CorrelatedGeometric{{0.2, 0}, {0.1, 0.3}}
	tr, err := p.Transition()
	if err != nil {
		t.Fatal(err)
	}
	a, b := []float64{0.3, -0.2}, []float64{-0.1, 0.4}
	x, half, two, one := []float64{1, 2}, make([]float64, 2), make([]float64, 2), make([]float64, 2)
	for _, err := range []error{
		tr.Step(0, 0.5, 1, x, a, nil, half), tr.Step(0.5, 0.5, 1, half, b, nil, two),
		tr.Step(0, 1, 1, x, []float64{a[0] + b[0], a[1] + b[1]}, nil, one),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for j := range one {
		if math.Abs(one[j]-two[j]) > 1e-14*one[j] {
			t.Errorf("one step %v, two half steps %v", one, two)
		}
	}
}

func TestDiffusionFuncIsUsedAsGiven(t *testing.T) {
	p := heat(1)
	p.Diffusion = DiffusionFunc(func(t, x, dw expr.Value) expr.Value { return x.Mul(dw).Add(t.Mul(dw)) })
	tr, err := p.Transition()
	if err != nil {
		t.Fatal(err)
	}
	next := make([]float64, 1)
	if err := tr.Step(2, 0.1, 1, []float64{3}, []float64{0.5}, nil, next); err != nil || next[0] != 3+5*0.5 {
		t.Errorf("Euler step gives %g, %v, want 5.5", next[0], err)
	}
}
