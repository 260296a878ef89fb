package pde_test

import (
	"context"
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
)

// The price of a call by simulation, which Black and Scholes put at 10.4506.
func Example() {
	call := pde.Problem{
		Name: "call", Dim: 1, Horizon: 1, Start: []float64{100},
		Drift: pde.LinearDrift(0.05), Diffusion: pde.Geometric(0.2),
		Generator: func(_, _, y, _ expr.Value) expr.Value { return y.Scale(-0.05) },
		Terminal:  func(x expr.Value) expr.Value { return x.AddConst(-100).Relu() },
	}
	r, err := pde.FiniteDifference(call)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.3f by %s\n", r.Value, r.Method)
	if r, err = pde.MonteCarlo(context.Background(), call, pde.Sampling{Seed: 1}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.2f ± %.2f by %s\n", r.Value, r.StdErr, r.Method)
	// Output:
	// 10.451 by finite differences
	// 10.43 ± 0.03 by Monte Carlo
}

// A closed form is put into its equation, here ∂u/∂t + ½Δu + z·z = 0. With ∇u in place of
// z = σᵀ∇u in the generator it would not hold.
func ExampleResidual() {
	p := pde.Problem{
		Dim: 2, Horizon: 1, Start: []float64{0, 0}, Diffusion: pde.Scalar(2),
		Generator: func(_, _, _, z expr.Value) expr.Value { return z.NormSq() },
		Terminal:  func(x expr.Value) expr.Value { return x.Sum() },
	}
	for _, slope := range []float64{8, 2} { // ‖σᵀ∇u‖² and ‖∇u‖² of u = Σx + slope·(T − t)
		u := func(t, x expr.Value) expr.Value { return x.Sum().Add(t.Neg().AddConst(1).Scale(slope)) }
		r, size, err := pde.Residual(p, u, []float64{0.5}, []float64{1, -2})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("slope %g solves it: %t\n", slope, math.Abs(r[0]) < 1e-12*size[0])
	}
	// Output:
	// slope 8 solves it: true
	// slope 2 solves it: false
}
