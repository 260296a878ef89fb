package parallel_test

import (
	"context"
	"fmt"

	"github.com/deepbsde/deepbsde/autodiff/parallel"
)

// A sum over chunks, added up in order: the same bits with any number of goroutines.
func ExampleChunks() {
	sums := make([]float64, 10)
	err := parallel.Chunks(context.Background(), 4, len(sums), func(c int) error {
		for i := range 100 {
			sums[c] += 1 / float64(1+100*c+i)
		}
		return nil
	})
	total := 0.0
	for _, s := range sums {
		total += s
	}
	fmt.Printf("%.6f %v\n", total, err)
	// Output: 7.485471 <nil>
}
