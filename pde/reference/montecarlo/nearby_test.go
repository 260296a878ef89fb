package montecarlo

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/finitedifference"
	"github.com/deepbsde/deepbsde/pde/reference/internal/known"
)

// basket is a call on the mean of d correlated stocks, arithmetic without a closed form
// or geometric, which is lognormal: with the covariance LLᵀ of the log-returns the mean
// of the logarithms has the variance ‖Lᵀ1‖²/d².
func basket(d int, geometric bool) pde.Problem {
	const rate, vol, correlation, strike, horizon = 0.05, 0.3, 0.4, 100.0, 1.0
	l := make([][]float64, d) // Cholesky, all pairs with the same correlation
	for i := range l {
		l[i] = make([]float64, d)
		for j := 0; j <= i; j++ {
			c := vol * vol * correlation
			if i == j {
				c = vol * vol
			}
			for k := range j {
				c -= l[i][k] * l[j][k]
			}
			if i == j {
				l[i][i] = math.Sqrt(c)
			} else {
				l[i][j] = c / l[j][j]
			}
		}
	}
	p := pde.Problem{
		Name: "arithmetic", Dim: d, Horizon: horizon, Start: known.Start(d, 100), Drift: pde.LinearDrift(rate), Diffusion: pde.CorrelatedGeometric(l),
		Generator: func(_, _, y, _ expr.Value) expr.Value { return y.Scale(-rate) },
		Terminal:  func(x expr.Value) expr.Value { return x.Mean().AddConst(-strike).Relu() },
	}
	if geometric {
		p.Name = "geometric"
		p.Terminal = func(x expr.Value) expr.Value { return x.Log().Mean().Exp().AddConst(-strike).Relu() }
		n := float64(d)
		s := vol * math.Sqrt((1+(n-1)*correlation)/n)
		// Its drift is rate − ½vol² + ½s²: Black and Scholes with a dividend.
		dividend := (vol*vol - s*s) / 2
		p.Reference = &pde.Reference{Value: known.BlackScholes(100*math.Exp(-dividend*horizon), strike, rate, s, horizon), Method: "closed form"}
	}
	return p
}

// TestNearbyBasket: the error is a seventh or less of that without the geometric
// mean (9.6 times smaller here), and the value agrees with one without it.
func TestNearbyBasket(t *testing.T) {
	s := pde.Sampling{Paths: 1 << 16, Seed: 1}
	plain, err := Solve(t.Context(), basket(10, false), pde.Sampling{Paths: 1 << 19, Seed: 2})
	if err != nil {
		t.Fatal(err)
	}
	ref, err := Nearby(t.Context(), basket(10, false), basket(10, true), s)
	known.Sampled(t, ref, err, plain.Value, 0.005)
	alone, err := Solve(t.Context(), basket(10, false), s)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s: %.3g times smaller an error", ref.Source, alone.StdErr/ref.StdErr)
	if !(ref.StdErr < alone.StdErr/7) || ref.Cost != 2*alone.Cost {
		t.Errorf("%+v, without the nearby problem %+v", ref, alone)
	}
	itself, err := Nearby(t.Context(), basket(3, true), basket(3, true), s)
	if want := basket(3, true).Reference.Value; err != nil || math.Abs(itself.Value-want) > 1e-9*want {
		t.Errorf("a problem as its own neighbour: %+v, %v, want %g", itself, err, want)
	}
	s.Workers = 3
	if again, err := Nearby(t.Context(), basket(10, false), basket(10, true), s); err != nil || *again != *ref {
		t.Errorf("%+v, %v with 3 workers, %+v", again, err, ref)
	}
}

// TestNearbyCoverage: the 95 % interval holds the value in 92 to 98 % of 400
// repetitions, with few pairs too, where a coefficient from the same pairs would be
// biased: for calls of two strikes, both with closed forms, and for the basket, whose
// value is known from far more paths.
func TestNearbyCoverage(t *testing.T) {
	const rate, vol = 0.05, 0.2
	near, value := known.Call()
	near.Reference = &pde.Reference{Value: value}
	target := near
	target.Terminal = func(x expr.Value) expr.Value { return x.AddConst(-110).Relu() }
	long, err := Nearby(t.Context(), basket(5, false), basket(5, true), pde.Sampling{Paths: 1 << 18, Seed: 1 << 40})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		p, near pde.Problem
		paths   int
		want    float64
	}{
		{target, near, 400, known.BlackScholes(95, 110, rate, vol, 1)},
		{basket(5, false), basket(5, true), 1000, long.Value},
	} {
		known.Coverage(t, 400, c.want, func(seed uint64) (*pde.Reference, error) {
			return Nearby(context.Background(), c.p, c.near, pde.Sampling{Paths: c.paths, Seed: seed})
		})
	}
}

// TestNearbySteps: an option on a bond exp(−aX_T) of Vasicek's model has a
// discount that depends on the path; the bond itself is the neighbour, with the value
// E exp(−∫X dt − aX_T) = exp(−m + ½v), the exponent being normal. The option's value is
// from finite differences.
func TestNearbySteps(t *testing.T) {
	const k, mean, s, x0, T, a = 0.8, 0.05, 0.1, 0.02, 2.0, 1.5
	bond := pde.Problem{
		Name: "bond", Dim: 1, Horizon: T, Start: []float64{x0}, Drift: pde.MeanReverting{Rate: k, Mean: mean}, Diffusion: pde.Scalar(s),
		Generator: func(_, x, y, _ expr.Value) expr.Value { return x.Mul(y).Neg() },
		Terminal:  func(x expr.Value) expr.Value { return x.Scale(-a).Exp() },
	}
	b := -math.Expm1(-k*T) / k
	m := mean*T + (x0-mean)*b + a*(mean+(x0-mean)*math.Exp(-k*T))
	v := s * s * ((T-2*b-math.Expm1(-2*k*T)/(2*k))/(k*k) + a*b*b - a*a*math.Expm1(-2*k*T)/(2*k))
	bond.Reference = &pde.Reference{Value: math.Exp(-m + v/2), Method: "closed form"}
	option := bond
	option.Name, option.Terminal = "option", func(x expr.Value) expr.Value { return x.Scale(-a).Exp().AddConst(-0.7).Relu() }
	want, err := finitedifference.Solve(option)
	if err != nil {
		t.Fatal(err)
	}
	set := pde.Sampling{Paths: 1 << 14, Steps: 20, Seed: 1}
	ref, err := Nearby(t.Context(), option, bond, set)
	known.Sampled(t, ref, err, want.Value, 0.01)
	alone, err := Solve(t.Context(), option, set)
	if err != nil || !(ref.StdErr < alone.StdErr/2) {
		t.Errorf("%+v, without the nearby problem %+v, %v", ref, alone, err)
	}
	// An error of the known value is one of the result, times β.
	bond.Reference = &pde.Reference{Value: bond.Reference.Value, StdErr: 0.1}
	rough, err := Nearby(t.Context(), option, bond, set)
	if err != nil || rough.Value != ref.Value || !(rough.StdErr > 0.05) {
		t.Errorf("%+v, %v with a rough reference", rough, err)
	}
}

func TestNearbyRefusesByName(t *testing.T) {
	change := func(f func(p *pde.Problem)) pde.Problem {
		p := basket(3, true)
		f(&p)
		return p
	}
	other := pde.CorrelatedGeometric{{0.3, 0, 0}, {0, 0.3, 0}, {0, 0.1, 0.3}}
	for _, c := range []struct {
		near pde.Problem
		want string
	}{
		{basket(2, true), "the same Dim"},
		{change(func(p *pde.Problem) { p.Horizon = 2 }), "the same Horizon"},
		{change(func(p *pde.Problem) { p.Start = known.Start(3, 99) }), "the same Start"},
		{change(func(p *pde.Problem) { p.Drift = pde.LinearDrift(0.051) }), "the same Drift"},
		{change(func(p *pde.Problem) { p.Drift = nil }), "the same Drift"},
		{change(func(p *pde.Problem) { p.Diffusion = other }), "the same Diffusion"},
		{change(func(p *pde.Problem) { p.Reference = nil }), "needs the value of the nearby problem"},
		{change(func(p *pde.Problem) { p.Reference = &pde.Reference{Value: 1, Bound: pde.Upper} }), "needs the value of the nearby problem"},
		{change(func(p *pde.Problem) { p.Reference = &pde.Reference{Value: math.NaN()} }), "needs the value of the nearby problem"},
		{change(func(p *pde.Problem) { p.Terminal = nil }), "Terminal: is missing"},
		{change(func(p *pde.Problem) { p.Generator = func(_, _, y, _ expr.Value) expr.Value { return y.Square() } }), "needs a generator linear in y and z"},
	} {
		if _, err := Nearby(t.Context(), basket(3, false), c.near, pde.Sampling{Paths: 100}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one containing %q", err, c.want)
		}
	}
	// The same process in other words is the same.
	words := change(func(p *pde.Problem) {
		p.Drift, p.Diffusion = pde.DriftFunc(pde.LinearDrift(0.05).At), pde.DiffusionFunc(p.Diffusion.Mul)
	})
	if _, err := Nearby(t.Context(), basket(3, false), words, pde.Sampling{Paths: 100}); err != nil {
		t.Error(err)
	}
}
