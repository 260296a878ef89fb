package problems_test

import (
	"context"
	"fmt"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/problems"
	"github.com/deepbsde/deepbsde/problems/file"
)

// A named problem with another dimension and parameter than the default, and its reference.
func ExampleFind() {
	family, err := problems.Find("hjb")
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := family.Make(50, map[string]float64{"lambda": 5})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("d = %d, u(0, x0) = %.4f\n", p.Dim, p.Reference.Value)
	// Output: d = 50, u(0, x0) = 3.7952
}

// A family of one's own: u_t + Δu/2 − r·u = 0 with the parameter r.
func ExampleDefinition() {
	family := &problems.Family{
		Name: "decay", Dim: 4,
		Params: []problems.Param{problems.Horizon(1), {Name: "r", Default: 0.5, Max: 2}},
		Definition: problems.Definition{
			Equation: func(dim int, v problems.Values) (pde.Problem, error) {
				return pde.Problem{
					Start:     make([]float64, dim),
					Diffusion: pde.Scalar(1),
					Generator: func(_, _, y, _ expr.Value) expr.Value { return y.Scale(-v["r"]) },
					Terminal:  func(x expr.Value) expr.Value { return x.NormSq() },
				}, nil
			},
		},
	}
	p, err := family.Make(10, map[string]float64{"r": 1})
	fmt.Println(p.Name, p.Dim, p.Horizon, err)
	_, err = family.Make(10, map[string]float64{"r": 3})
	fmt.Println(err)
	// Output:
	// decay 10 1 <nil>
	// parameter r is 3, want a number from 0 to 2
}

// The exact solution of a problem file is put into its equation: ‖x‖² + d·(T−t) belongs to
// the diffusion 1.
func ExampleFamily_Check() {
	const text = "{dim: 4, horizon: 1, diffusion: 1, terminal: normsq(x), exact: normsq(x) + d*(horizon - t)}"
	family, err := file.Parse("heat.yaml", []byte(text))
	if err != nil {
		fmt.Println(err)
		return
	}
	checked, err := family.Check(context.Background(), 0, nil)
	fmt.Println(len(checked), "checks,", err)
	// Output: 4 checks, <nil>
}
