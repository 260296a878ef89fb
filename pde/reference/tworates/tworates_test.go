package tworates

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/internal/known"
)

// spread100 is a claim on the dearest of d stocks under two rates.
func spread100(d int, m Claim) pde.Problem {
	start := make([]float64, d)
	for i := range start {
		start[i] = 100
	}
	return pde.Problem{
		Name: "two-rates", Dim: d, Horizon: 0.5, Start: start, Drift: pde.LinearDrift(0.06), Diffusion: pde.Geometric(m.Sigma),
		Generator: func(_, _, y, z expr.Value) expr.Value {
			invested := z.Sum().Scale(1 / m.Sigma)
			return y.Scale(-m.Lend).Sub(invested.Scale(0.06 - m.Lend)).Add(invested.Sub(y).Relu().Scale(m.Borrow - m.Lend))
		},
		Terminal: func(x expr.Value) expr.Value {
			sum := expr.Const(0)
			for k, strike := range m.Strikes {
				sum = sum.Add(x.MaxComponent().AddConst(-strike).Relu().Scale(m.Slopes[k]))
			}
			return sum
		},
	}
}

// TestAtOneRate: without a choice both bounds are the price of the claim, for
// one stock that of Black and Scholes (1973); 4 standard errors.
func TestAtOneRate(t *testing.T) {
	m := Claim{Sigma: 0.2, Lend: 0.05, Borrow: 0.05, Strikes: []float64{95, 130}, Slopes: []float64{1, -2}}
	call := func(k float64) float64 {
		d1 := (math.Log(100/k) + (0.05+0.02)*0.5) / (0.2 * math.Sqrt(0.5))
		cdf := func(x float64) float64 { return 0.5 * math.Erfc(-x/math.Sqrt2) }
		return 100*cdf(d1) - k*math.Exp(-0.025)*cdf(d1-0.2*math.Sqrt(0.5))
	}
	want := call(95) - 2*call(130)
	for name, bound := range bounds(m) {
		r, err := bound(t, spread100(1, m), pde.Sampling{Paths: 4096, Steps: 30})
		if err != nil || !(math.Abs(r.Value-want) <= 4*r.StdErr) || r.StdErr > 0.01*want {
			t.Errorf("%s: %+v, %v, want %g", name, r, err, want)
		}
	}
}

// TestCoverage: at one rate both bounds are unbiased for the price, and the 95 %
// interval holds it in 92 to 98 % of 400 repetitions.
func TestCoverage(t *testing.T) {
	m := Claim{Sigma: 0.2, Lend: 0.05, Borrow: 0.05, Strikes: []float64{95}, Slopes: []float64{1}}
	want := known.BlackScholes(100, 95, 0.05, 0.2, 0.5)
	for name, bound := range bounds(m) {
		t.Run(name, func(t *testing.T) {
			known.Coverage(t, 1000, want, func(seed uint64) (*pde.Reference, error) {
				return bound(t, spread100(1, m), pde.Sampling{Paths: 200, Steps: 4, Seed: seed})
			})
		})
	}
}

func bounds(m Claim) map[string]func(*testing.T, pde.Problem, pde.Sampling) (*pde.Reference, error) {
	return map[string]func(*testing.T, pde.Problem, pde.Sampling) (*pde.Reference, error){
		"policy": func(t *testing.T, p pde.Problem, s pde.Sampling) (*pde.Reference, error) {
			return m.Policy(t.Context(), p, s)
		},
		"dual": func(t *testing.T, p pde.Problem, s pde.Sampling) (*pde.Reference, error) {
			return m.Dual(t.Context(), p, s)
		},
	}
}

// TestBracket: the bounds are in order and the same for any number of workers,
// the lower one is above the claim's worth at either rate, and they are closer to one
// another than to that: the choice of the rate matters more than what is left open.
func TestBracket(t *testing.T) {
	m := Claim{Sigma: 0.2, Lend: 0.02, Borrow: 0.08, Strikes: []float64{110, 125}, Slopes: []float64{1, -2}}
	p := spread100(5, m)
	value := map[string]*pde.Reference{}
	for name, bound := range bounds(m) {
		for _, workers := range []int{1, 3} {
			r, err := bound(t, p, pde.Sampling{Paths: 4096, Steps: 40, Workers: workers})
			if err != nil {
				t.Fatal(err)
			}
			if old := value[name]; old != nil && *old != *r {
				t.Errorf("%s: %+v with 1 worker, %+v with 3", name, old, r)
			}
			value[name] = r
		}
	}
	lower, upper := value["policy"], value["dual"]
	noise := math.Hypot(lower.StdErr, upper.StdErr)
	gap := upper.Value - lower.Value
	if !(gap >= -4*noise) {
		t.Errorf("lower bound %g ± %g, upper bound %g ± %g", lower.Value, lower.StdErr, upper.Value, upper.StdErr)
	}
	if lower.Bound != pde.Lower || upper.Bound != pde.Upper {
		t.Error("a bound is on the wrong side")
	}
	for _, rate := range []float64{m.Lend, m.Borrow} {
		one := m
		one.Lend, one.Borrow = rate, rate
		r, err := one.Policy(t.Context(), spread100(5, one), pde.Sampling{Paths: 4096, Steps: 40})
		if err != nil || !(lower.Value-r.Value > gap) {
			t.Errorf("always the rate %g: %+v, %v; bounds %g and %g", rate, r, err, lower.Value, upper.Value)
		}
	}
}

// TestLargest: what largest returns is at least the maximum over a fine grid of
// rates, for negative rates too, and not much more.
func TestLargest(t *testing.T) {
	for _, lend := range []float64{-4, 0.04} {
		m := Claim{Sigma: 0.2, Lend: lend, Borrow: lend + 4, Strikes: []float64{50, 90}, Slopes: []float64{1, -0.5}}
		r := &path{Claim: m, horizon: 0.5, steps: 1}
		for _, level := range []float64{60, 90, 400, 2000} {
			// In the middle of one of the parts of [0, 2], the slope of the payoff is γ.
			at := func(s float64) float64 { return math.Exp(-lend*0.5-s) * m.payoff(math.Exp(lend*0.5+s)*level) }
			gamma := (at(0.15001) - at(0.14999)) / 2e-5
			best := math.Inf(-1)
			for i := range 200001 {
				s := float64(i) * 1e-5
				best = math.Max(best, at(s)-s*gamma)
			}
			if got := r.largest(math.Log(level), []float64{gamma}, 2); !(got >= best) || got > best+2.5*math.Exp(-lend*0.5) {
				t.Errorf("lending at %g, stock %g: %g, on a fine grid %g", lend, level, got, best)
			}
		}
	}
}

// TestRefuseSettings: from Go any number may come.
func TestRefuseSettings(t *testing.T) {
	m := Claim{Sigma: 0.2, Lend: 0.04, Borrow: 0.06, Strikes: []float64{120}, Slopes: []float64{1}}
	for _, s := range []pde.Sampling{{Paths: 1}, {Paths: -5}, {Steps: -1}, {Workers: -1}} {
		if _, err := m.Dual(t.Context(), spread100(2, m), s); err == nil || !strings.Contains(err.Error(), "want at least 2 paths") {
			t.Errorf("%+v: error %v", s, err)
		}
	}
}

func TestStop(t *testing.T) {
	m := Claim{Sigma: 0.2, Lend: 0.04, Borrow: 0.06, Strikes: []float64{120}, Slopes: []float64{1}}
	known.Stops(t, func(ctx context.Context) error {
		_, err := m.Policy(ctx, spread100(2, m), pde.Sampling{Paths: 100, Steps: 1 << 20})
		return err
	})
}

func TestRefuseByName(t *testing.T) {
	m := Claim{Sigma: 0.2, Lend: 0.04, Borrow: 0.06, Strikes: []float64{120}, Slopes: []float64{1}}
	other, claim := spread100(3, m), spread100(3, m)
	other.Generator = func(_, _, y, _ expr.Value) expr.Value { return y.Neg() }
	claim.Terminal = func(x expr.Value) expr.Value { return x.MinComponent() }
	reversed := m
	reversed.Lend = 0.07
	unsorted, negative := m, m
	unsorted.Strikes, unsorted.Slopes = []float64{120, 90}, []float64{1, 1}
	negative.Strikes = []float64{-1}
	for _, c := range []struct {
		m    Claim
		p    pde.Problem
		want string
	}{
		{m, other, "generator of two rates"}, {m, claim, "needs g ="}, {m, known.Heat(3), "needs the diffusion Geometric(0.2)"}, {reversed, spread100(3, m), "want at most the borrowing rate"},
		{unsorted, spread100(3, unsorted), "want them increasing"}, {negative, spread100(3, negative), "want them increasing"},
	} {
		if _, err := c.m.Policy(t.Context(), c.p, pde.Sampling{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
}
