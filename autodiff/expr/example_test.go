package expr_test

import (
	"fmt"

	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// A function of a batch of rows: written once, evaluated for any number of them.
func Example() {
	x := expr.Input("x", 3)
	f, err := expr.Compile(x.NormSq().AddConst(1).Log(), x)
	if err != nil {
		fmt.Println(err)
		return
	}
	out := make([]float64, 2)
	if err := f.Eval(2, out, []float64{0, 0, 0, 1, 2, 3}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.4f\n", out)
	// Output: [0.0000 2.7081]
}

// Errors stick to values and are read once, at the end.
func ExampleValue_Err() {
	x, y := expr.Input("x", 3), expr.Input("y", 2)
	fmt.Println(x.Add(y).Exp().Sum().Err())
	// Output: expr: add of widths 3 and 2; widths must be equal or 1
}

// Value, slope and curvature of ‖x‖² along the direction (1, 1).
func ExampleFunc_Jet() {
	x := expr.Input("x", 2)
	f, err := expr.Compile(x.NormSq(), x)
	if err != nil {
		fmt.Println(err)
		return
	}
	u, du, d2u, err := f.Jet(1, [][]float64{{3, 4}}, [][]float64{{1, 1}})
	fmt.Println(u, du, d2u, err)
	// Output: [25] [14] [4] <nil>
}
