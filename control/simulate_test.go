package control

import (
	"context"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
)

// walk is dX = a dt + dW with cost ∫a²dt + X_T² from x0 = 1.
func walk() Problem {
	return Problem{
		Name: "walk", StateDim: 1, ActionDim: 1, Horizon: 1, Start: []float64{1},
		Drift:        func(_, _, a expr.Value) expr.Value { return a },
		Diffusion:    pde.Scalar(1),
		RunningCost:  func(_, _, a expr.Value) expr.Value { return a.Square() },
		TerminalCost: func(x expr.Value) expr.Value { return x.Square() },
	}
}

// steady always acts by −½, so that X_1 is normal with mean ½ and variance 1.
var steady = PolicyFunc(func(_ int, _ float64, _, a []float64) { a[0] = -0.5 })

func simulated(t *testing.T, p Problem, policy Policy, s Simulation) *Outcome {
	t.Helper()
	d, err := p.Discretise(4)
	if err != nil {
		t.Fatal(err)
	}
	o, err := Simulate(t.Context(), d, policy, s)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestCostOfAPolicy(t *testing.T) {
	o := simulated(t, walk(), steady, Simulation{Seed: 3})
	if want := 0.25 + 0.25 + 1; math.Abs(o.Cost-want) > 5*o.StdErr || o.StdErr > 0.02 {
		t.Errorf("cost %g ± %g, want %g", o.Cost, o.StdErr, want)
	}
	if ci := o.CI95(); !(ci[0] < o.Cost && o.Cost < ci[1]) {
		t.Errorf("interval %v", ci)
	}
	// A random start, uniform on [0, 2]: the mean square is ⅓ more.
	p := walk()
	p.RandomStart = func(xi expr.Value) expr.Value { return xi.NormCDF().Scale(2) }
	o = simulated(t, p, steady, Simulation{Seed: 3})
	if want := 0.25 + 0.25 + 1 + 1.0/3; math.Abs(o.Cost-want) > 5*o.StdErr {
		t.Errorf("random start: cost %g ± %g, want %g", o.Cost, o.StdErr, want)
	}
}

// TestSimulationCoverage: the 95 % interval holds the true cost 92 to 98 times of 100.
func TestSimulationCoverage(t *testing.T) {
	const repetitions, want = 600, 1.5
	covered := 0
	for seed := range uint64(repetitions) {
		ci := simulated(t, walk(), steady, Simulation{Seed: seed, Paths: 256}).CI95()
		if ci[0] <= want && want <= ci[1] {
			covered++
		}
	}
	if share := float64(covered) / repetitions; share < 0.92 || share > 0.98 {
		t.Errorf("%.1f %% of the intervals hold the cost", 100*share)
	}
}

func TestSimulationDoesNotDependOnWorkers(t *testing.T) {
	p := walk()
	p.Constraints = []Constraint{{Name: "x ≤ 1", Weight: 1, Violation: func(_, x, _ expr.Value) expr.Value { return x.AddConst(-1) }}}
	one := simulated(t, p, steady, Simulation{Paths: 999, Workers: 1, Record: 5})
	three := simulated(t, p, steady, Simulation{Paths: 999, Workers: 3, Record: 5})
	if !reflect.DeepEqual(one, three) {
		t.Error("one worker and three differ")
	}
	if one.Paths != 1000 || len(one.Costs) != 1000 || len(one.Records) != 5 {
		t.Errorf("%d paths, %d costs, %d records", one.Paths, len(one.Costs), len(one.Records))
	}
	for i, r := range one.Records {
		if len(r.States) != 5 || len(r.Actions) != 4 || len(r.Costs) != 6 || r.Costs[5] != one.Costs[i] {
			t.Errorf("record %d: %d states, %d actions, costs %v of %v", i, len(r.States), len(r.Actions), r.Costs, one.Costs[i])
		}
	}
	if !(one.Violation[0] > one.ViolationMean[0] && one.ViolationMean[0] > 0) {
		t.Errorf("violation %v, mean %v", one.Violation, one.ViolationMean)
	}
}

func TestSimulationCancelled(t *testing.T) {
	d, err := walk().Discretise(4)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	o, err := Simulate(ctx, d, steady, Simulation{Paths: 1 << 20, Progress: func(int) { cancel() }})
	if err != nil || o.Paths == 0 || o.Paths >= 1<<20 || len(o.Costs) != o.Paths {
		t.Errorf("%v, %d paths", err, o.Paths)
	}
	if _, err := Simulate(ctx, d, steady, Simulation{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestWrongProblems(t *testing.T) {
	for _, c := range []struct {
		field, reason string
		change        func(p *Problem)
	}{
		{"StateDim", "is 0", func(p *Problem) { p.StateDim = 0 }},
		{"ActionDim", "is -1", func(p *Problem) { p.ActionDim = -1 }},
		{"Horizon", "is 0", func(p *Problem) { p.Horizon = 0 }},
		{"Start", "has 2 components, want 1", func(p *Problem) { p.Start = []float64{1, 2} }},
		{"Start", "component 0 is NaN", func(p *Problem) { p.Start[0] = math.NaN() }},
		{"RunningCost", "both missing", func(p *Problem) { p.RunningCost, p.TerminalCost = nil, nil }},
		{"Transition", "missing", func(p *Problem) { p.Stages = 3; p.Horizon, p.Drift, p.Diffusion = 0, nil, nil }},
		{"Stages", "belong to continuous time", func(p *Problem) {
			p.Stages = 3
			p.Transition = func(_, x, _, _ expr.Value) expr.Value { return x }
		}},
		{"Noise", "beside Diffusion", func(p *Problem) { p.Noise = func(_, _, _, dw expr.Value) expr.Value { return dw } }},
		{"Drift", "returned width 2, want 1", func(p *Problem) {
			p.Drift = func(_, x, a expr.Value) expr.Value { return expr.Concat(x, a) }
		}},
		{"Drift", "the function panicked", func(p *Problem) { p.Drift = func(_, _, _ expr.Value) expr.Value { panic("no") } }},
		{"TerminalCost", "want a finite number", func(p *Problem) { p.TerminalCost = func(x expr.Value) expr.Value { return x.AddConst(-1).Log() } }},
		{"Actions", "lower < upper", func(p *Problem) { p.Actions = Box{[]float64{1}, []float64{1}} }},
		{"ActionScale", "has no effect", func(p *Problem) { p.Actions, p.ActionScale = Box{[]float64{0}, []float64{1}}, []float64{2} }},
		{"ActionScale", "component 0 is 0", func(p *Problem) { p.ActionScale = []float64{0} }},
		{"Constraints[0]", "positive finite Weight", func(p *Problem) { p.Constraints = []Constraint{{Name: "none"}} }},
	} {
		p := walk()
		c.change(&p)
		err := p.Validate()
		var wrong *pde.Error
		if !errors.As(err, &wrong) || wrong.Field != c.field || !strings.Contains(err.Error(), c.reason) {
			t.Errorf("%s: %v, want %q", c.field, err, c.reason)
		}
	}
}

// TestAdditiveNoise: what the form of the dynamics shows about their noise.
func TestAdditiveNoise(t *testing.T) {
	for _, c := range []struct {
		name  string
		noise func(t, x, a, dw expr.Value) expr.Value
		want  bool
	}{
		{"constant", func(_, _, _, dw expr.Value) expr.Value { return dw.Scale(0.2) }, true},
		{"of time", func(t, _, _, dw expr.Value) expr.Value { return dw.Mul(t.AddConst(1)) }, true},
		{"a function of it", func(_, _, _, dw expr.Value) expr.Value { return dw.Sin() }, true},
		{"of the state", func(_, x, _, dw expr.Value) expr.Value { return dw.Mul(x) }, false},
		{"of the action", func(_, _, a, dw expr.Value) expr.Value { return dw.Mul(a.AddConst(1)) }, false},
		{"of far states", func(_, x, _, dw expr.Value) expr.Value { return dw.Mul(x.AddConst(-1e3).Relu().AddConst(1)) }, false},
		{"of the state at some times", func(t, x, _, dw expr.Value) expr.Value {
			return dw.Mul(expr.Select(t.Greater(expr.Const(0.7)), x, expr.Const(1)))
		}, false},
	} {
		p := walk()
		p.Diffusion, p.Noise = nil, c.noise
		d, err := p.Discretise(4)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := d.AdditiveNoise(); err != nil || got != c.want {
			t.Errorf("noise %s: additive %t, %v", c.name, got, err)
		}
	}
	for _, c := range []struct {
		diffusion pde.Diffusion
		want      bool
	}{{pde.Scalar(2), true}, {pde.Dense{{2}}, true}, {pde.Geometric(0.2), false}} {
		p := walk()
		p.Diffusion = c.diffusion
		d, err := p.Discretise(4)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := d.AdditiveNoise(); err != nil || got != c.want {
			t.Errorf("%T: additive %t, %v", c.diffusion, got, err)
		}
	}
	// Noise that never meets what the action does: a price beside a stock.
	p := Problem{
		Name: "stock", StateDim: 2, ActionDim: 1, NoiseDim: 1, Stages: 3, Start: []float64{1, 1},
		Transition: func(_, x, a, w expr.Value) expr.Value {
			return expr.Concat(x.At(0).Sub(a), x.At(1).Mul(w.Scale(0.1).Exp()))
		},
		RunningCost: func(_, x, a expr.Value) expr.Value { return a.Mul(x.At(1)).Add(a.Square()) },
	}
	d, err := p.Discretise(0)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := d.AdditiveNoise(); err != nil || !got {
		t.Errorf("price and stock: additive %t, %v", got, err)
	}
}

// TestConstraintOfTheLastState: x_n = n a without noise, wanted ≤ 2.5 with a = 1 in three stages: only
// the last state breaks it, by ½; with the action in its formula it is not looked at there.
func TestConstraintOfTheLastState(t *testing.T) {
	p := Problem{
		Name: "steps", StateDim: 1, ActionDim: 1, Stages: 3, Start: []float64{0}, Maximize: true,
		Transition:  func(_, x, a, w expr.Value) expr.Value { return x.Add(a).Add(w.Scale(0)) },
		RunningCost: func(_, _, a expr.Value) expr.Value { return a },
		Constraints: []Constraint{
			{"ceiling", func(_, x, _ expr.Value) expr.Value { return x.AddConst(-2.5) }, 8},
			{"with action", func(_, x, a expr.Value) expr.Value { return x.AddConst(-2.5).Add(a.Scale(0)) }, 8},
			{"early", func(t, x, _ expr.Value) expr.Value { return x.AddConst(-0.5).Sub(t) }, 1}, // breaks from x = t = 1 on
		},
	}
	d, err := p.Discretise(0)
	if err != nil {
		t.Fatal(err)
	}
	one := PolicyFunc(func(_ int, _ float64, _, a []float64) { a[0] = 1 })
	o, err := Simulate(t.Context(), d, one, Simulation{Paths: 8})
	if err != nil {
		t.Fatal(err)
	}
	if want := []float64{0.5, 0, 0}; !reflect.DeepEqual(o.Violation, want) || !reflect.DeepEqual(o.Violating, []float64{1, 0, 0}) {
		t.Errorf("violations %v on shares %v, want %v on all paths", o.Violation, o.Violating, want)
	}
	if want := 3 - 8*0.25; o.Cost != 3 || o.Penalised != want {
		t.Errorf("reward %g, penalised %g, want 3 and %g", o.Cost, o.Penalised, want)
	}
}

// TestOneSidedBox: the map is onto the set beyond one bound, in units of the scale, and the raw number 0
// is one unit away from it.
func TestOneSidedBox(t *testing.T) {
	inf := math.Inf(1)
	p := walk()
	p.ActionDim, p.ActionScale = 4, []float64{500, 500, 3, 7}
	p.Drift = func(_, x, a expr.Value) expr.Value { return a.Sum() }
	p.RunningCost = func(_, _, a expr.Value) expr.Value { return a.NormSq() }
	p.Actions = Box{[]float64{10, -inf, -inf, 0}, []float64{inf, 10, inf, 1}}
	d, err := p.Discretise(4)
	if err != nil {
		t.Fatal(err)
	}
	for raw, want := range map[float64][]float64{0: {510, -490, 0, 0.5}, 40: {10 + 500*40.5413248546, 10, 120, 1}} {
		f, err := expr.Compile(d.Admit(expr.Const(0), expr.Const(0), expr.Const(raw).Broadcast(4)))
		if err != nil {
			t.Fatal(err)
		}
		got := make([]float64, 4)
		if err := f.Eval(1, got); err != nil {
			t.Fatal(err)
		}
		for i, v := range got {
			if math.Abs(v-want[i]) > 1e-9*math.Abs(want[i]) {
				t.Errorf("raw %g: component %d is %g, want %g", raw, i, v, want[i])
			}
		}
	}
}
