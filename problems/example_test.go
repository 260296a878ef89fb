package problems_test

import (
	"context"
	"fmt"

	"github.com/deepbsde/deepbsde/problems"
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

// An equation of one's own as a text, and what is wrong with it.
func ExampleRead() {
	const text = `
dim: 10
horizon: 1
parameters: {lambda: 2}
diffusion: 1
generator: -lamda*normsq(z)
terminal: normsq(x)
`
	_, err := problems.Read("mine.yaml", []byte(text))
	fmt.Println(err)
	// Output:
	// mine.yaml:6:13: unknown name "lamda" in generator, did you mean "lambda"?
	// generator: -lamda*normsq(z)
	//             ^
}

// The exact solution of a problem file is put into its equation: ‖x‖² + d·(T−t) belongs to
// the diffusion 1.
func ExampleFamily_Check() {
	const text = "{dim: 4, horizon: 1, diffusion: 1, terminal: normsq(x), exact: normsq(x) + d*(horizon - t)}"
	family, err := problems.Read("heat.yaml", []byte(text))
	if err != nil {
		fmt.Println(err)
		return
	}
	checked, err := family.Check(context.Background(), 0, nil)
	fmt.Println(len(checked), "checks,", err)
	// Output: 4 checks, <nil>
}
