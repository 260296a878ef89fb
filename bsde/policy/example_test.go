package policy_test

import (
	"context"
	"fmt"
	"log"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/policy"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde"
)

// A state that is to be steered to 0 by bounded actions, in the presence of noise.
func ExampleMethod() {
	p := control.Problem{
		Name: "steer", StateDim: 2, ActionDim: 2, Horizon: 1, Start: []float64{1, 0},
		Drift:        func(_, x, a expr.Value) expr.Value { return a.Sub(x) },
		Diffusion:    pde.Scalar(0.3),
		RunningCost:  func(_, x, a expr.Value) expr.Value { return x.NormSq().Add(a.NormSq().Scale(0.1)) },
		TerminalCost: func(x expr.Value) expr.Value { return x.NormSq() },
		Actions:      control.Box{Lower: []float64{-1, -1}, Upper: []float64{1, 1}},
	}
	r, err := bsde.Solve(context.Background(), p, policy.Method{}, &bsde.Settings{Iterations: 300})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("cost %.2f on the grid, first action %.1f for the first state\n", r.OnGrid().Value, r.Control.Action[0])
	// Output: cost 0.34 on the grid, first action -1.0 for the first state
}
