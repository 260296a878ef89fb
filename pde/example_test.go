package pde_test

import (
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
)

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
