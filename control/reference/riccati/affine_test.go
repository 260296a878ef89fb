package riccati

import (
	"math"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/control/reference/linearquadratic"
	"github.com/deepbsde/deepbsde/pde"
)

// affineProblems have what a form with the problem's own states has no place for.
var affineProblems = map[string]control.Problem{
	"target": {
		StateDim: 2, ActionDim: 2, Start: []float64{0, 0.5}, Horizon: 1, Diffusion: pde.Scalar(0.5),
		Drift:        func(_, x, a expr.Value) expr.Value { return a.Sub(x).AddConst(0.3) },
		RunningCost:  func(_, x, a expr.Value) expr.Value { return x.AddConst(-1).NormSq().Add(a.NormSq()) },
		TerminalCost: func(x expr.Value) expr.Value { return x.AddConst(-1).NormSq().Add(x.Sum()) },
	},
	"in time, maximised, noise added and multiplied": {
		StateDim: 2, ActionDim: 1, NoiseDim: 2, Start: []float64{1, 0}, Horizon: 1, Maximize: true,
		Drift: func(t, x, a expr.Value) expr.Value {
			return expr.Concat(x.At(1).Mul(t.AddConst(1)), t.Scale(3).Sin().Mul(x.At(0)).Add(a).AddConst(0.2))
		},
		Noise: func(t, x, a, dw expr.Value) expr.Value {
			both := x.At(0).Scale(0.4).Add(a.Scale(0.3)).AddConst(0.3).Mul(dw.At(0)).Add(t.Mul(dw.At(1)).Scale(0.5))
			return expr.Concat(dw.At(0).Scale(0.1), both)
		},
		RunningCost: func(t, x, a expr.Value) expr.Value {
			return x.NormSq().Mul(t.AddConst(1)).Add(x.At(0).Mul(a).Scale(0.2)).Add(a.NormSq().Mul(t.AddConst(0.5))).Sub(x.At(1)).Neg()
		},
		TerminalCost: func(x expr.Value) expr.Value { return x.AddConst(-1).NormSq().Neg() },
	},
	"stages in time": {
		StateDim: 1, ActionDim: 1, Start: []float64{2}, Stages: 6,
		Transition: func(t, x, a, w expr.Value) expr.Value {
			return x.Mul(t.Scale(0.1).AddConst(0.8)).Add(a).AddConst(-0.5).Add(t.Mul(x).Scale(0.05).AddConst(0.3).Mul(w))
		},
		RunningCost: func(t, x, a expr.Value) expr.Value {
			return x.AddConst(-1).Square().Add(a.Square()).Add(t.Mul(a).Scale(0.1)).AddConst(1)
		},
	},
}

// TestAffineProblems: under the optimal policy the simulated cost is the value within 5 standard errors,
// its exact cost is the value, and changed gains do worse.
func TestAffineProblems(t *testing.T) {
	for name, p := range affineProblems {
		l, err := linearquadratic.Find(&p)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		d, err := p.Discretise(20)
		if err != nil {
			t.Fatal(err)
		}
		r, err := On(l, d.Grid)
		if err != nil {
			t.Fatal(err)
		}
		o, err := control.Simulate(t.Context(), d, r.Policy, control.Simulation{Paths: 1 << 16, Seed: 3})
		if err != nil || math.Abs(o.Cost-r.Value) > 5*o.StdErr || o.StdErr > 0.01*math.Abs(r.Value) || math.Abs(r.ValueAt(0, p.Start)-r.Value) > 10*r.Error {
			t.Errorf("%s: simulated %g ± %g, %v, want %g, which is %g at the start", name, o.Cost, o.StdErr, err, r.Value, r.ValueAt(0, p.Start))
		}
		if exact, err := Cost(l, r.Policy); err != nil || math.Abs(exact-r.Value) > 10*r.Error {
			t.Errorf("%s: cost of the optimal policy %.15g, %v, want %.15g", name, exact, err, r.Value)
		}
		for _, change := range []float64{-1e-3, 1e-3} {
			worse := *r.Policy
			worse.Offsets = append([][]float64{{worse.Offsets[0][0] + change}}, worse.Offsets[1:]...)
			if p.ActionDim > 1 {
				worse.Offsets[0] = append(worse.Offsets[0], r.Policy.Offsets[0][1])
			}
			cost, err := Cost(l, &worse)
			if err != nil || !((cost > r.Value) != p.Maximize) {
				t.Errorf("%s: another offset costs %.15g, %v, the optimum %.15g", name, cost, err, r.Value)
			}
		}
	}
}

// TestAffineInContinuousTime: on 200 and 400 steps the recursion tends to the equation like h; what
// extrapolation leaves is of the order h², 5e-5 of the value.
func TestAffineInContinuousTime(t *testing.T) {
	for name, p := range affineProblems {
		if p.Stages > 0 {
			continue
		}
		l, err := linearquadratic.Find(&p)
		if err != nil {
			t.Fatal(err)
		}
		exact, err := Continuous(l)
		if err != nil {
			t.Fatal(err)
		}
		var on [2]float64
		for i := range on {
			r, err := Discrete(l, 200<<i)
			if err != nil {
				t.Fatal(err)
			}
			on[i] = r.Value
		}
		if got := 2*on[1] - on[0]; math.Abs(got-exact.Value) > 5e-5*math.Abs(exact.Value) || math.Abs(on[1]-exact.Value) > 10*math.Abs(on[1]-on[0]) {
			t.Errorf("%s: %g and %g on the grids, extrapolated %.8g, want %.8g", name, on[0], on[1], got, exact.Value)
		}
	}
}

// TestVaryingFormIsNoProblem: the problem of the matrices at time 0 would be another one.
func TestVaryingFormIsNoProblem(t *testing.T) {
	p := affineProblems["stages in time"]
	l, err := linearquadratic.Find(&p)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Problem(); err == nil || !strings.Contains(err.Error(), "At: is given") {
		t.Errorf("error %v", err)
	}
}
