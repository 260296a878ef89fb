package minimizer

import (
	"math"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde"
)

// TestCheck: minimisers that are right pass, those that are not are told from them.
func TestCheck(t *testing.T) {
	type v = expr.Value
	box := control.Box{Lower: []float64{-0.5, -0.5}, Upper: []float64{0.5, 0.5}}
	for _, c := range []struct {
		name      string
		set       control.Actions
		minimizer func(t, x, p v) v
		maximize  bool
		want      string // "" for right
	}{
		{"free", nil, func(_, _, p v) v { return p.Scale(-0.5) }, false, ""},
		{"to maximise", nil, func(_, _, p v) v { return p.Scale(0.5) }, true, ""},
		{"in a box", box, func(_, _, p v) v { return p.Scale(-0.5).Max(expr.Const(-0.5)).Min(expr.Const(0.5)) }, false, ""},
		{"twice too large", nil, func(_, _, p v) v { return p.Neg() }, false, "the admissible action"},
		{"a little too large", nil, func(_, _, p v) v { return p.Scale(-0.51) }, false, "the admissible action"},
		{"of the other sign", nil, func(_, _, p v) v { return p.Scale(-0.5) }, true, "the admissible action"},
		{"half of the box", box, func(_, _, p v) v { return p.Scale(-0.5).Max(expr.Const(-0.4)).Min(expr.Const(0.4)) }, false, "the admissible action"},
		{"outside the box", box, func(_, _, p v) v { return p.Scale(-0.5) }, false, "outside its bounds"},
		{"not finite", nil, func(_, _, p v) v { return p.AddConst(1e-3).Log() }, false, "want a finite number"},
	} {
		sign := 1.0
		if c.maximize {
			sign = -1
		}
		p := control.Problem{
			Name: "mine", StateDim: 2, ActionDim: 2, Horizon: 1, Start: []float64{1, -1}, Diffusion: pde.Scalar(1), Maximize: c.maximize,
			Drift:        func(_, _, a v) v { return a },
			RunningCost:  func(_, x, a v) v { return x.NormSq().Add(a.NormSq()).Scale(sign) },
			TerminalCost: func(x v) v { return x.NormSq().Scale(sign) },
			Actions:      c.set, Minimizer: c.minimizer,
		}
		if err := tried(t, p); (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

// TestCutOff: a minimiser that is cut off for gradients that the value never has is right.
func TestCutOff(t *testing.T) {
	utility := func(c expr.Value) expr.Value { return c.Sqrt().Scale(2) }
	p := control.Problem{
		Name: "consumption", StateDim: 1, ActionDim: 1, Horizon: 1, Start: []float64{2}, Diffusion: pde.Geometric(0.2), Maximize: true,
		Drift:        func(_, x, c expr.Value) expr.Value { return x.Scale(0.05).Sub(c) },
		RunningCost:  func(_, _, c expr.Value) expr.Value { return utility(c) },
		TerminalCost: func(x expr.Value) expr.Value { return utility(x.Max(expr.Const(1e-6))) },
		Actions:      control.Box{Lower: []float64{0}, Upper: []float64{math.Inf(1)}},
		Minimizer:    func(_, _, p expr.Value) expr.Value { return p.Max(expr.Const(1e-3)).PowConst(-2) },
	}
	if err := tried(t, p); err != nil {
		t.Error(err)
	}
}

// tried checks the minimiser of a problem on paths under the action 0.1.
func tried(t *testing.T, p control.Problem) error {
	d, err := p.Discretise(4)
	if err != nil {
		t.Fatal(err)
	}
	small := control.PolicyFunc(func(_ int, _ float64, _, a []float64) {
		for i := range a {
			a[i] = 0.1
		}
	})
	o, err := control.Simulate(t.Context(), d, small, control.Simulation{Paths: 64, Record: 32})
	if err != nil {
		t.Fatal(err)
	}
	return Check(d, o.Records)
}
