package bsde_test

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/deep"
	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/bsde/network"
	"github.com/deepbsde/deepbsde/pde"
)

// An equation of one's own: ∂u/∂t + Δu − ‖∇u‖² = 0 with u(1,x) = ln((1+‖x‖²)/2)
// in ten dimensions.
func ExampleSolve() {
	p := pde.Problem{
		Name: "my-hjb", Dim: 10, Horizon: 1, Start: make([]float64, 10),
		Diffusion: pde.Scalar(math.Sqrt2),
		Generator: func(t, x, y, z expr.Value) expr.Value { return z.NormSq().Scale(-0.5) },
		Terminal:  func(x expr.Value) expr.Value { return x.NormSq().AddConst(1).Scale(0.5).Log() },
	}
	res, err := bsde.Solve(context.Background(), p, deep.Method{}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("u(0, x0) = %.2f, trusted: %v\n", res.Value, res.Trusted())
	// Output: u(0, x0) = 2.16, trusted: true
}

// A result prints as the command solve prints it. This one stands in for that of Solve, whose
// last digits depend on the processor.
func ExampleResult_String() {
	res := &bsde.Result{Problem: "my-hjb", Dim: 2, Method: deep.Method{Network: network.Shared{}}, Iterations: 1000, Elapsed: 1600 * time.Millisecond, Settings: bsde.Settings{Seed: 1, Steps: 20}}
	res.Estimate = estimate.Estimate{
		Value: 2.16437, Error: 0.0021, StdErr: 0.0008, DiscretizationError: 0.0003, NetworkBias: 1e-7, NetworkError: 0.0001,
		Lower: 2.1612, Upper: 2.1665, Paths: 32768, ResidualRatio: 0.213, Trained: 2.1702,
		Gradient: []float64{0.01, -0.02}, GradientStdErr: []float64{0.0011, 0.0012},
	}
	res.RegionError = math.NaN()
	fmt.Println(res)
	// Output:
	// my-hjb, d = 2; deep-bsde with the network shared, 1000 iterations and 32768 paths in 1.6 s, seed 1
	//
	//   u(0, x0)         2.1644 ± 0.0021      all errors together, 95 %
	//   sampling         0.00080              standard error
	//   time step        ± 0.00030            discretisation error left by 20 steps
	//   network          ± 0.00010            estimated bias negligible, from an imperfect Z in a nonlinear f
	//   bounds           between 2.1612 and 2.1665  their own errors included
	//   trust            yes
	//   residual ratio   21 %                 of the spread that Z = 0 leaves
	//   trained Y0       2.1702               as the optimiser left it, for comparison
	//   reference        none at hand
	//   gradient         (0.0100, -0.0200)    standard error up to 0.0012
}
