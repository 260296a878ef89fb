package safetensors_test

import (
	"bytes"
	"fmt"

	"github.com/deepbsde/deepbsde/autodiff/safetensors"
)

// A matrix is written and read back.
func Example() {
	var file bytes.Buffer
	err := safetensors.Write(&file, &safetensors.File{
		Metadata: map[string]string{"step": "100"},
		Tensors:  []safetensors.Tensor{{Name: "weights", Shape: []int{2, 2}, Data: []float32{1, 2, 3, 4}}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	f, err := safetensors.Read(file.Bytes())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(f.Tensors[0].Name, f.Tensors[0].Shape, f.Tensors[0].Data, f.Metadata["step"], f.Verified)
	// Output: weights [2 2] [1 2 3 4] 100 true
}
