package reference_test

import (
	"context"
	"fmt"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/finitedifference"
	"github.com/deepbsde/deepbsde/pde/reference/montecarlo"
)

// The price of a call by simulation, which Black and Scholes put at 10.4506.
func Example() {
	call := pde.Problem{
		Name: "call", Dim: 1, Horizon: 1, Start: []float64{100},
		Drift: pde.LinearDrift(0.05), Diffusion: pde.Geometric(0.2),
		Generator: func(_, _, y, _ expr.Value) expr.Value { return y.Scale(-0.05) },
		Terminal:  func(x expr.Value) expr.Value { return x.AddConst(-100).Relu() },
	}
	r, err := finitedifference.Solve(call)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.3f by %s\n", r.Value, r.Method)
	if r, err = montecarlo.Solve(context.Background(), call, pde.Sampling{Seed: 1}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.2f ± %.2f by %s\n", r.Value, r.StdErr, r.Method)
	// Output:
	// 10.451 by finite differences
	// 10.43 ± 0.03 by Monte Carlo
}
