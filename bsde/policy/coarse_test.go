package policy

import (
	"math"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/internal/race"
	"github.com/deepbsde/deepbsde/control/reference/linearquadratic"
	"github.com/deepbsde/deepbsde/control/reference/riccati"
)

// TestAnswerInContinuousTime: a linear-quadratic problem whose formulas do not show it. On 8 steps the
// cost is several parts in a hundred off; the answer holds Riccati's optimum in continuous time within
// its error, which is smaller, and knows that a policy for twice the step would lose more. A linear
// feedback is as good as the network, a constant action is not.
func TestAnswerInContinuousTime(t *testing.T) {
	race.Skip(t)
	plain := chain(1)
	l, err := linearquadratic.Find(&plain)
	if err != nil {
		t.Fatal(err)
	}
	want, err := riccati.Continuous(l)
	if err != nil {
		t.Fatal(err)
	}
	p := plain
	p.Diffusion, p.Noise = nil, func(_, _, _, dw expr.Value) expr.Value { return dw.Scale(0.5) }
	p.TerminalCost = func(x expr.Value) expr.Value { return x.Abs().Square().Sum() }
	for seed := range uint64(3) {
		r, err := bsde.Solve(t.Context(), p, Method{}, &bsde.Settings{Iterations: 500, Steps: 8, Paths: 4096, Seed: seed + 1})
		if err != nil {
			t.Fatal(err)
		}
		off := math.Abs(r.Grid.Value - want.Value)
		if math.Abs(r.Value-want.Value) > r.Error || r.Error > off/2 || !(r.GridLoss > 0) || off < 0.03*want.Value {
			t.Errorf("seed %d: %g ± %g, of it %g for long steps, on the grid %g, want %g", seed, r.Value, r.Error, r.GridLoss, r.Grid.Value, want.Value)
		}
		if len(r.Baselines) != 2 {
			t.Fatalf("seed %d: baselines %v", seed, r.Baselines)
		}
		constant, linear := r.Baselines[0], r.Baselines[1]
		if !(constant.Worse > 0.1*want.Value) || math.Abs(linear.Worse) > 2e-3*want.Value+3*linear.StdErr {
			t.Errorf("seed %d: baselines are worse by %g and %g", seed, constant.Worse, linear.Worse)
		}
	}
}
