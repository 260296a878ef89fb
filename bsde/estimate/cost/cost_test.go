package cost_test

import (
	"math"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/bsde/estimate/cost"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/control/reference/linearquadratic"
	"github.com/deepbsde/deepbsde/control/reference/riccati"
	"github.com/deepbsde/deepbsde/pde"
)

// walk is dX = a dt + dW with the cost ∫ X² + a² dt + X_T² from x0 = 1.
func walk() control.Problem {
	return control.Problem{
		Name: "walk", StateDim: 1, ActionDim: 1, Horizon: 1, Start: []float64{1}, Diffusion: pde.Scalar(1),
		Drift:        func(_, _, a expr.Value) expr.Value { return a },
		RunningCost:  func(_, x, a expr.Value) expr.Value { return x.Square().Add(a.Square()) },
		TerminalCost: func(x expr.Value) expr.Value { return x.Square() },
	}
}

// gain is the policy a = −k x.
func gain(k float64) control.Policy {
	return control.PolicyFunc(func(_ int, _ float64, x, a []float64) { a[0] = -k * x[0] })
}

func costOf(t *testing.T, p control.Problem, policy control.Policy, steps, paths int, seed uint64) *estimate.Estimate {
	t.Helper()
	d, err := p.Discretise(steps)
	if err != nil {
		t.Fatal(err)
	}
	e, _, err := cost.Of(t.Context(), &estimate.Policy{Policy: policy, Problem: d, Seed: seed, Workers: 2}, paths, nil)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestCostInContinuousTime: under a = −x the second moment is ½ + ½e^{−2t}, and the cost
// ∫ 2m dt + m(1) = 1 + ½(1 − e^{−2}) + ½ + ½e^{−2} = 2, which is the optimum too. On 10 steps it
// is another one. The value holds 2 within its error for 20 seeds, and that is far less than what the
// grid does.
func TestCostInContinuousTime(t *testing.T) {
	const want = 2.0
	inside := 0
	for seed := range uint64(20) {
		e := costOf(t, walk(), gain(1), 10, 4096, seed)
		if math.Abs(e.Value-want) <= e.Error && e.Lower <= want && want <= e.Upper {
			inside++
		}
		if e.Grid == nil || len(e.Reasons) > 0 {
			t.Fatalf("seed %d: on the grid %v, %v", seed, e.Grid, e.Reasons)
		}
		shift, half := e.Grid.Value-e.Value, estimate.Normal95*e.StdErr
		if e.DiscretizationError > 0.1*shift || half > 1.1*estimate.Normal95*e.Grid.StdErr || e.Error > half+0.1*shift+math.Abs(e.Value-want) {
			t.Errorf("seed %d: %g ± %g, of it the time step %g, on the grid %g ± %g", seed, e.Value, e.Error, e.DiscretizationError, e.Grid.Value, e.Grid.StdErr)
		}
	}
	if inside < 17 { // of 20 with 95 %: 17 or more with 98 %
		t.Errorf("the interval in continuous time holds the cost for %d seeds of 20", inside)
	}
}

// TestNotAsymptotic: a running cost that counts how often the sign of the state has been looked at,
// as it were, grows with the number of steps, and no level tells the limit: the levels are refused.
func TestNotAsymptotic(t *testing.T) {
	p := walk()
	p.RunningCost = func(time, _, a expr.Value) expr.Value {
		return a.Square().Add(time.Scale(400 * math.Pi).Cos().Scale(20)) // whole periods on all levels but the last
	}
	e := costOf(t, p, gain(1), 10, 2048, 1)
	if len(e.Reasons) == 0 || e.Trusted() {
		t.Errorf("%g ± %g is trusted: on the grid %+v", e.Value, e.Error, e.Grid)
	}
}

// TestCostReasons: what speaks against a policy's cost, and where nothing does.
func TestCostReasons(t *testing.T) {
	ceiling := func(at float64) []control.Constraint {
		return []control.Constraint{{Name: "ceiling", Weight: 1, Violation: func(_, x, _ expr.Value) expr.Value { return x.AddConst(-at) }}}
	}
	for name, c := range map[string]struct {
		k      float64
		change func(p *control.Problem)
		want   estimate.Kind // "" for none
	}{
		"near the optimum": {1, func(*control.Problem) {}, ""},
		"far from it":      {3, func(*control.Problem) {}, estimate.NotOptimal},
		"violated":         {1, func(p *control.Problem) { p.Constraints = ceiling(1.5) }, estimate.Violated},
		"kept":             {1, func(p *control.Problem) { p.Constraints = ceiling(9) }, ""},
		"jump": {1, func(p *control.Problem) {
			p.TerminalCost = func(x expr.Value) expr.Value { return x.Greater(expr.Const(0)).Add(x.Square()) }
		}, estimate.Jumps},
		"heavy": {1, func(p *control.Problem) {
			p.TerminalCost = func(x expr.Value) expr.Value { return x.Scale(5).Exp() }
		}, estimate.HeavyTails},
	} {
		p := walk()
		c.change(&p)
		e := costOf(t, p, gain(c.k), 10, 4096, 1)
		var kinds []string
		for _, r := range e.Reasons {
			kinds = append(kinds, string(r.Kind))
		}
		if got := strings.Join(kinds, "; "); got != string(c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if c.want == estimate.Violated && !math.IsNaN(e.Upper) || c.want == estimate.HeavyTails && !(math.IsNaN(e.Error) && math.IsNaN(e.Upper)) {
			t.Errorf("%s: error %g, upper %g, want what is not known", name, e.Error, e.Upper)
		}
	}
}

// TestCostBrackets: for 20 seeds the Riccati optimum is the lower end and the policy's cost with its
// error above it; a reward has the ends the other way round.
func TestCostBrackets(t *testing.T) {
	own := walk()
	l, err := linearquadratic.Find(&own)
	if err != nil {
		t.Fatal(err)
	}
	optimum, err := riccati.Discrete(l, 10)
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(20) {
		e := costOf(t, walk(), gain(1), 10, 4096, seed).OnGrid()
		if !(e.Lower <= optimum.Value && optimum.Value <= e.Upper) || e.Lower < optimum.Value-1e-9 {
			t.Errorf("seed %d: between %g and %g, the optimum is %g", seed, e.Lower, e.Upper, optimum.Value)
		}
	}
	p := walk()
	p.Maximize = true
	p.RunningCost = func(_, x, a expr.Value) expr.Value { return x.Square().Add(a.Square()).Neg() }
	p.TerminalCost = func(x expr.Value) expr.Value { return x.Square().Neg() }
	if e := costOf(t, p, gain(1), 10, 2048, 1); !(e.Lower < e.Value) || !(e.Lower <= -2 && -2 <= e.Upper) || e.Upper > -2+1e-6 {
		t.Errorf("reward between %g and %g, %q", e.Lower, e.Upper, e.NoBounds)
	}
}

// pits has two pits of the cost of an action, the deeper one behind a ridge: gradients along paths end in the
// nearer one.
func pits() control.Problem {
	return control.Problem{
		Name: "pits", StateDim: 1, ActionDim: 1, Stages: 6, Start: []float64{1}, Actions: control.Box{Lower: []float64{-1}, Upper: []float64{3}},
		Transition: func(_, x, a, w expr.Value) expr.Value { return x.Scale(0.5).Add(w.Scale(0.2)) },
		RunningCost: func(_, x, a expr.Value) expr.Value {
			near, deep := a.Square(), a.AddConst(-2).Square().AddConst(-0.2)
			return near.Min(deep).AddConst(1).Add(x)
		},
	}
}

// TestDeviations: a policy in the nearer pit is told to be far from the optimum, 0.2 of some 1.25 a step;
// one in the deeper pit is not, for any of 20 seeds, nor where rewards are asked for.
func TestDeviations(t *testing.T) {
	always := func(a float64) control.Policy {
		return control.PolicyFunc(func(_ int, _ float64, _, to []float64) { to[0] = a })
	}
	reward := pits()
	cost := reward.RunningCost
	reward.RunningCost, reward.Maximize = func(t, x, a expr.Value) expr.Value { return cost(t, x, a).Neg() }, true
	for name, p := range map[string]control.Problem{"cost": pits(), "reward": reward} {
		for seed := range uint64(20) {
			if e := costOf(t, p, always(2), 6, 512, seed); !e.Trusted() {
				t.Fatalf("%s, seed %d: %v of the best policy", name, seed, e.Reasons)
			}
			e := costOf(t, p, always(0), 6, 512, seed)
			if len(e.Reasons) != 1 || e.Reasons[0].Kind != estimate.NotOptimal {
				t.Fatalf("%s, seed %d: %v of a policy in the wrong pit", name, seed, e.Reasons)
			}
		}
	}
}
