package policy

import (
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/control"
)

// prize pays 2 where the last of four states is above 1, and takes a² a step: gradients along paths see the
// cost of the actions alone.
func prize() control.Problem {
	return control.Problem{
		Name: "prize", StateDim: 1, ActionDim: 1, Stages: 4, Start: []float64{0},
		Transition:  func(_, x, a, w expr.Value) expr.Value { return x.Add(a).Add(w.Scale(0.1)) },
		RunningCost: func(_, _, a expr.Value) expr.Value { return a.Square() },
		TerminalCost: func(x expr.Value) expr.Value {
			return expr.Select(x.Greater(expr.Const(1)), expr.Const(-2), expr.Const(0))
		},
	}
}

// TestJumpsAreFollowed: without a gradient of the jump the best is to do nothing, at the cost 0. Steps of
// 0.35, so that the last state is 1.4 ± 0.2, cost −2·0.977 + 0.49 < −1.4 whatever the noise; feedback
// costs less.
func TestJumpsAreFollowed(t *testing.T) {
	for seed := uint64(1); seed <= 3; seed++ {
		r, err := bsde.Solve(t.Context(), prize(), Method{}, &bsde.Settings{Iterations: 300, Paths: 4096, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("seed %d: %.4f ± %.4f", seed, r.Value, r.StdErr)
		if !(r.Value < -1.4) {
			t.Errorf("seed %d: the policy costs %g, want less than −1.4", seed, r.Value)
		}
		if r.Trusted() {
			t.Errorf("seed %d: trusted, though nothing tells that the best of the smooth problems leads to the best", seed)
		}
	}
}

// TestNoSmoothing: kinks, conditions of the time, and a branch that is not finite on the other side are left
// as they are.
func TestNoSmoothing(t *testing.T) {
	for name, cost := range map[string]func(t, x, a expr.Value) expr.Value{
		"kink":     func(_, x, a expr.Value) expr.Value { return a.Square().Add(x.Abs()) },
		"time":     func(t, x, a expr.Value) expr.Value { return expr.Select(t.Less(expr.Const(2)), a.Square(), x) },
		"infinite": func(_, x, a expr.Value) expr.Value { return expr.Select(x.Greater(expr.Const(0)), x.Log(), a.Square()) },
	} {
		p := prize()
		p.RunningCost, p.TerminalCost = cost, nil
		d, err := p.Discretise(0)
		if err != nil {
			t.Fatal(err)
		}
		s, err := newScales(t.Context(), d, nil, &bsde.Settings{Seed: 1, Workers: 2})
		if err != nil {
			t.Fatal(err)
		}
		if s.smooth != nil {
			t.Errorf("%s: smoothed, %+v", name, *s.smooth)
		}
	}
}
