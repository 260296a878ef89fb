package file_test

import (
	"fmt"

	"github.com/deepbsde/deepbsde/problems/file"
)

// An equation of one's own as a text, and what is wrong with it.
func ExampleParse() {
	const text = `
dim: 10
horizon: 1
parameters: {lambda: 2}
diffusion: 1
generator: -lamda*normsq(z)
terminal: normsq(x)
`
	_, err := file.Parse("mine.yaml", []byte(text))
	fmt.Println(err)
	// Output:
	// mine.yaml:6:13: unknown name "lamda" in generator, did you mean "lambda"?
	// generator: -lamda*normsq(z)
	//             ^
}
