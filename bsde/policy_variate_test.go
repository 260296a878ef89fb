package bsde

import (
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/problems"
)

// TestAdjointVariate: for a linear-quadratic problem the variate takes so much noise
// out of the gradient that the same training ends several times nearer to the optimum:
// 0.48 % against 2.15 % when the bound was set.
func TestAdjointVariate(t *testing.T) {
	if testing.Short() {
		t.Skip("a few seconds of training")
	}
	f, err := problems.Find("lqr")
	if err != nil {
		t.Fatal(err)
	}
	c, err := f.MakeControl(30, nil)
	if err != nil {
		t.Fatal(err)
	}
	d, err := c.Problem.Discretise(20)
	if err != nil {
		t.Fatal(err)
	}
	optimal, err := c.Optimal(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	distance := func(m Policy) float64 {
		r, err := SolveControl(t.Context(), c.Problem, m, &Settings{Iterations: 3000, LearningRate: 1e-2, EstimatePaths: 64})
		if err != nil {
			t.Fatal(err)
		}
		apart, err := control.Distance(t.Context(), d, r.Policy, optimal, control.Simulation{Seed: 9})
		if err != nil {
			t.Fatal(err)
		}
		return apart
	}
	with, without := distance(Policy{}), distance(Policy{NoVariate: true})
	t.Logf("error of the actions %.2f %%, without the variate %.2f %%", 100*with, 100*without)
	if with > without/3 {
		t.Errorf("error of the actions %.2f %%, without the variate %.2f %%; want a third or less", 100*with, 100*without)
	}
}

// TestAdditive: which noise is additive is found out from the values.
func TestAdditive(t *testing.T) {
	p := chain(2)
	for _, c := range []struct {
		name  string
		noise func(t, x, a, dw expr.Value) expr.Value
		want  bool
	}{
		{"constant", func(_, _, _, dw expr.Value) expr.Value { return dw.Scale(0.2) }, true},
		{"of time", func(t, _, _, dw expr.Value) expr.Value { return dw.Mul(t.AddConst(1)) }, true},
		{"of the state", func(_, x, _, dw expr.Value) expr.Value { return dw.Mul(x) }, false},
		{"of the action", func(_, _, a, dw expr.Value) expr.Value { return dw.Mul(a.AddConst(1)) }, false},
	} {
		p.Diffusion, p.Noise = nil, c.noise
		d, err := p.Discretise(4)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := additive(d); err != nil || got != c.want {
			t.Errorf("noise %s: additive %t, %v", c.name, got, err)
		}
	}
	p.Diffusion, p.Noise = pde.Geometric(0.2), nil
	d, err := p.Discretise(4)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := additive(d); err != nil || got {
		t.Errorf("geometric: additive %t, %v", got, err)
	}
}
