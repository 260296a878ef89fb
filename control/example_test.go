package control_test

import (
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/colehopf"
)

// The control problem behind the named equation hjb, in 100 dimensions: its equation is
// solved by the Cole–Hopf formula.
func ExampleProblem_HJB() {
	p := control.Problem{
		StateDim: 100, ActionDim: 100, Horizon: 1, Start: make([]float64, 100),
		Drift:        func(_, _, a expr.Value) expr.Value { return a.Scale(2) },
		Diffusion:    pde.Scalar(math.Sqrt2),
		RunningCost:  func(_, _, a expr.Value) expr.Value { return a.NormSq() },
		TerminalCost: func(x expr.Value) expr.Value { return x.NormSq().AddConst(1).Scale(0.5).Log() },
	}
	h, err := p.HJB()
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := colehopf.Quadrature(h.Problem, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.4f\n", r.Value)
	// Output: 4.5902
}
