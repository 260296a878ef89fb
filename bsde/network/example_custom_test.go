package network_test

import (
	"context"
	"fmt"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/deep"
	"github.com/deepbsde/deepbsde/bsde/network"
	"github.com/deepbsde/deepbsde/pde"
)

// The solution ‖x‖² + d(T−t) has Z = 2x, which a network without hidden layers represents.
func ExampleCustom() {
	p := pde.Problem{
		Name: "heat", Dim: 5, Horizon: 1, Start: make([]float64, 5), Diffusion: pde.Scalar(1),
		Terminal: func(x expr.Value) expr.Value { return x.NormSq() },
	}
	linear := network.Custom{Label: "linear", Build: func(b *network.CustomBuilder) autodiff.Node { return b.Linear() }}
	r, err := bsde.Solve(context.Background(), p, deep.Method{Network: linear}, &bsde.Settings{Iterations: 300})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s: u(0, x0) = %.1f\n", r.Method.(deep.Method).Network.Name(), r.Value)
	// Output: linear: u(0, x0) = 5.0
}
