package bsde_test

import (
	"context"
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/deep"
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
	fmt.Printf("u(0, x0) = %.2f, %s\n", res.Value, res.Status)
	// Output: u(0, x0) = 2.16, converged
}
