package autodiff_test

import (
	"fmt"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// A layer of eight tanh learns sin(3x) on the interval from −1 to 1.
func Example() {
	var layout autodiff.Layout
	g := autodiff.NewGraph[float64](&layout, true)
	const rows = 41
	x, want := g.Input("x", rows, 1), g.Input("want", rows, 1)
	h := g.Unary(expr.Unary{Fn: expr.Tanh}, g.Dense("hidden", x, 8, true, autodiff.Glorot))
	y := g.Dense("output", h, 1, true, autodiff.Glorot)
	loss := g.Loss(g.Sub(y, want), 0)

	params := layout.Initial(1)
	program, err := autodiff.Compile(g, autodiff.Target{Cost: loss}, params, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	sine := expr.Unary{Fn: expr.Sin}
	for i := range rows {
		v := 2*float64(i)/(rows-1) - 1
		program.Input("x")[i], program.Input("want")[i] = v, sine.F(3*v)
	}
	pool, adam := autodiff.NewPool(1), autodiff.NewAdam[float64](&layout)
	defer pool.Close()
	rate := autodiff.CosineRate(0.05)
	for k := range 1000 {
		program.Run(pool)
		adam.Step(pool, params, program.Grads, rate(k, 1000), 0)
	}
	fmt.Printf("%d parameters, mean square error below 0.001: %t\n", layout.Size(), program.Value(loss)[0] < 1e-3)
	// Output: 25 parameters, mean square error below 0.001: true
}

// The gradient that gorgonia derives and the program computes, against differences.
func ExampleCheckGradient() {
	var layout autodiff.Layout
	g := autodiff.NewGraph[float64](&layout, true)
	y := g.Dense("layer", g.Input("x", 2, 2), 1, true, autodiff.Glorot)
	cost := g.Loss(g.Unary(expr.Unary{Fn: expr.Exp}, y), 0)
	program, err := autodiff.Compile(g, autodiff.Target{Cost: cost}, layout.Initial(1), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	copy(program.Input("x"), []float64{1, 2, 3, 4})
	pool := autodiff.NewPool(1)
	defer pool.Close()
	distance, err := autodiff.CheckGradient(program, cost, pool)
	fmt.Println(distance < 1e-6, err)
	// Output: true <nil>
}
