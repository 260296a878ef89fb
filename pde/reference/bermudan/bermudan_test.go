package bermudan

import (
	"math"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
)

// put is a put on one stock with equal dates.
func put(spot, strike, rate, sigma, horizon float64, dates int) pde.Problem {
	pay := func(x expr.Value) expr.Value { return x.Neg().AddConst(strike).Max(expr.Const(0)) }
	return pde.Problem{
		Name: "put", Dim: 1, Horizon: horizon, Start: []float64{spot}, Drift: pde.LinearDrift(rate), Diffusion: pde.Geometric(sigma),
		Generator: func(_, _, y, _ expr.Value) expr.Value { return y.Scale(-rate) },
		Terminal:  pay, Obstacle: func(_, x expr.Value) expr.Value { return pay(x) }, Exercise: pde.EqualDates(horizon, dates),
	}
}

// TestPuts: the puts of Longstaff and Schwartz (2001) with 50 dates a year, and geometric puts by
// their reduction to one stock, known in seven digits by a binomial tree and another convolution: half a
// unit of the last.
func TestPuts(t *testing.T) {
	for _, c := range []struct {
		p    pde.Problem
		want float64
	}{
		{put(36, 40, 0.06, 0.2, 1, 50), 4.477811}, {put(36, 40, 0.06, 0.4, 1, 50), 7.101265},
		{put(40, 40, 0.06, 0.2, 1, 50), 2.314068}, {put(40, 40, 0.06, 0.4, 2, 100), 6.917071}, {put(100, 100, 0.05, 0.2, 1, 10), 6.033639},
	} {
		r, err := Solve(c.p)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(r.Value-c.want) > 2e-6*c.want+r.StdErr || !(r.StdErr <= 2e-6*c.want) {
			t.Errorf("start %g: %.7f ± %.1e, want %.6f", c.p.Start[0], r.Value, r.StdErr, c.want)
		}
	}
}

// TestEuropean: a single date at T is a European claim, exact by Black and Scholes, and time 0 as a date
// gives the larger of value and payoff. 1e-6 is the accuracy that Solve stops at.
func TestEuropean(t *testing.T) {
	p := put(100, 100, 0.05, 0.2, 1, 1)
	r, err := Solve(p)
	want := 5.573526022 // N(−d2) K e^{−rT} − N(−d1) S
	if err != nil || math.Abs(r.Value-want) > 2e-6*want {
		t.Errorf("European put %v, %v, want %v", r, err, want)
	}
	p = put(60, 100, 0.05, 0.2, 1, 1)
	p.Exercise = []float64{0, 1}
	if r, err = Solve(p); err != nil || r.Value != 40 {
		t.Errorf("exercise at once: %v, %v, want 40", r, err)
	}
}

// TestRefuses names what is wrong.
func TestRefuses(t *testing.T) {
	for want, change := range map[string]func(*pde.Problem){
		"dimension is 2": func(p *pde.Problem) {
			p.Dim, p.Start = 2, []float64{1, 1}
			p.Terminal, p.Obstacle = func(x expr.Value) expr.Value { return x.Sum() }, func(_, x expr.Value) expr.Value { return x.Sum() }
		},
		"no dates":  func(p *pde.Problem) { p.Exercise = nil },
		"not −c y":  func(p *pde.Problem) { p.Generator = func(_, _, y, _ expr.Value) expr.Value { return y.Square() } },
		"for y = 0": func(p *pde.Problem) { p.Generator = func(_, _, y, _ expr.Value) expr.Value { return y.AddConst(1) } },
		"normal":    func(p *pde.Problem) { p.Drift = pde.MeanReverting{Rate: 1, Mean: 2} },
	} {
		p := put(36, 40, 0.06, 0.2, 1, 5)
		change(&p)
		if _, err := Solve(p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want an error with %q", err, want)
		}
	}
}
