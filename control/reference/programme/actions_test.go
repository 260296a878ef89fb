package programme

import (
	"context"
	"math"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/colehopf"
	"gonum.org/v1/gonum/stat"
)

// TestAgainstHJB: on finer time grids the optimal cost tends to the
// solution of the Hamilton–Jacobi–Bellman equation, here that of the Cole–Hopf formula,
// with order 1 in the step: slope ± 0.2 over four levels (DESIGN.md, section 7).
func TestAgainstHJB(t *testing.T) {
	p := control.Problem{
		Name: "lqg", StateDim: 1, ActionDim: 1, Horizon: 1, Start: []float64{0},
		Drift:        func(_, _, a expr.Value) expr.Value { return a.Scale(4) },
		Diffusion:    pde.Scalar(math.Sqrt2),
		RunningCost:  func(_, _, a expr.Value) expr.Value { return a.NormSq() },
		TerminalCost: func(x expr.Value) expr.Value { return x.NormSq().AddConst(1).Scale(0.5).Log() },
	}
	h, err := p.HJB()
	if err != nil {
		t.Fatal(err)
	}
	exact, err := colehopf.Quadrature(h.Problem, 4)
	if err != nil {
		t.Fatal(err)
	}
	// The interpolation adds (0.04)²/12 V″ a step, below a tenth of the step's error.
	g := Grid{Lower: []float64{-8}, Upper: []float64{8}, Points: []int{401}, ActionLower: []float64{-4}, ActionUpper: []float64{4}, Actions: []int{9}, Zoom: 8, Nodes: 15}
	var lx, ly []float64
	for steps := 2; steps <= 16; steps *= 2 {
		s, err := Solve(context.Background(), discretise(t, p, steps), g, 2)
		if err != nil {
			t.Fatal(err)
		}
		v, e, err := s.Value([]float64{0})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("N=%2d: %.6f ± %.1g, equation %.6f", steps, v, e, exact.Value)
		if v+e < exact.Value {
			t.Errorf("N=%d: %g ± %g is below the optimum %g of continuous time", steps, v, e, exact.Value)
		}
		lx, ly = append(lx, -math.Log(float64(steps))), append(ly, math.Log(v-exact.Value))
	}
	if _, slope := stat.LinearRegression(lx, ly, nil, false); math.Abs(slope-1) > 0.2 {
		t.Errorf("order %.3f in the step, want 1 ± 0.2", slope)
	}
}

// TestActions: the search finds the best action, inside and on the edge,
// of every kind of set. The last round of zoom is 1/256 of a box; other sets are divided
// less evenly: 0.02. The edge of a budget needs a range and more actions, as the search
// moves by one of their distances only.
func TestActions(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		name    string
		actions control.Actions
		best    []float64
		reach   float64 // ActionUpper and −ActionLower; 0: none
	}{
		{"box", control.Box{Lower: []float64{-1, 0}, Upper: []float64{1, 2}}, []float64{0.3, 2}, 0},
		{"half-infinite", control.Box{Lower: []float64{0, -inf}, Upper: []float64{inf, 1}}, []float64{0.7, 0.4}, 0},
		{"simplex", control.Simplex{}, []float64{0.37, 0.63}, 0},
		{"simplex, corner", control.Simplex{}, []float64{0, 1}, 0},
		{"budget", control.Budget(2), []float64{0.5, 0.9}, 0},
		{"budget, all of it", control.Budget(2), []float64{0.5, 1.5}, 8},
		{"state box", control.StateBox{
			Lower: func(_, x expr.Value) expr.Value { return expr.Concat(x, x.Neg()) },
			Upper: func(_, x expr.Value) expr.Value { return x.AddConst(2).Broadcast(2) },
		}, []float64{1.1, -0.6}, 0},
	} {
		p := control.Problem{
			StateDim: 1, ActionDim: 2, Stages: 1, Start: []float64{1}, Actions: c.actions,
			Transition:  func(_, x, _, _ expr.Value) expr.Value { return x },
			RunningCost: func(_, _, a expr.Value) expr.Value { return a.Sub(expr.Vector(c.best)).NormSq() },
		}
		if _, box := c.actions.(control.Box); !box {
			p.ActionScale = []float64{10, 0.1}
		}
		g := Grid{Lower: []float64{0}, Upper: []float64{2}, Points: []int{3}}
		if c.reach > 0 {
			g.Actions = []int{33, 33}
			g.ActionLower, g.ActionUpper = []float64{-c.reach, -c.reach}, []float64{c.reach, c.reach}
		}
		s, err := Solve(context.Background(), discretise(t, p, 0), g, 1)
		if err != nil {
			t.Fatal(c.name, err)
		}
		a := make([]float64, 2)
		if err := s.Act(0, 0, 1, []float64{1}, a); err != nil {
			t.Fatal(err)
		}
		for i, want := range c.best {
			if math.Abs(a[i]-want) > 0.02 {
				t.Errorf("%s: action %v, want %v", c.name, a, c.best)
				break
			}
		}
	}
}
