package vec_test

import (
	"fmt"

	"github.com/deepbsde/deepbsde/autodiff/vec"
)

func Example() {
	wide := make([]float64, 2)
	vec.Exp(wide, []float64{0, 1})
	narrow := make([]float32, 2)
	vec.Narrow(narrow, wide)
	vec.Widen(wide, narrow)
	fmt.Printf("%.6f\n", wide)

	dots := make([]float64, 2)
	vec.RowDots(dots, []float64{1, 2, 3, 4}, []float64{5, 6, 7, 8}, 2)
	fmt.Println(dots)
	// Output:
	// [1.000000 2.718282]
	// [17 53]
}
