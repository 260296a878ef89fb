package programme_test

import (
	"context"
	"fmt"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/control/reference/programme"
)

// A stock of one unit is sold over five stages at a random price, with a cost of selling
// fast.
func ExampleSolve() {
	p := control.Problem{
		StateDim: 2, ActionDim: 1, NoiseDim: 1, Stages: 5, Start: []float64{1, 0}, Maximize: true,
		Transition: func(_, x, a, w expr.Value) expr.Value {
			return expr.Concat(x.At(0).Sub(a), x.At(1).Add(w.Scale(0.2)))
		},
		RunningCost: func(_, x, a expr.Value) expr.Value {
			return x.At(1).AddConst(1).Mul(a).Sub(a.Square())
		},
		Actions: control.StateBox{
			Lower: func(_, _ expr.Value) expr.Value { return expr.Const(0) },
			Upper: func(_, x expr.Value) expr.Value { return x.At(0) },
		},
	}
	d, err := p.Discretise(0)
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := programme.Solve(context.Background(), d, programme.Grid{
		Lower: []float64{0, -2}, Upper: []float64{1, 2}, Points: []int{41, 41},
	}, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := s.Reference()
	if err != nil {
		fmt.Println(err)
		return
	}
	a := make([]float64, 1)
	if err := s.Act(0, 0, 1, p.Start, a); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("earns %.2f, error below 0.01: %t, sells %.1f first\n", r.Value, r.StdErr < 0.01, a[0])
	// Output: earns 0.80, error below 0.01: true, sells 0.2 first
}
