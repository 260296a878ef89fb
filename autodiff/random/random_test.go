package random_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/random"
)

func ExampleStream() {
	s := random.Stream{Key: random.Key(1, 0), Path: 7}
	x := make([]float64, 3)
	s.Normals(x, 1)
	first := x[0]
	s.Normals(x[:1], 1)
	fmt.Println(x[0] == first)
	// Output: true
}

// TestStreamsDiffer: streams that differ in one word, or in the seed or purpose of
// the key, have correlations within 5 standard errors of 0.
func TestStreamsDiffer(t *testing.T) {
	const n = 2000
	draw := func(s random.Stream) []float64 {
		x := make([]float64, n)
		s.Normals(x, 1)
		return x
	}
	base := random.Stream{Key: random.Key(3, 1), Batch: 5, Path: 6, Step: 7}
	streams := []random.Stream{base, base, base, base, base, base, base}
	streams[1].Batch++
	streams[2].Path++
	streams[3].Step++
	streams[4].Key = random.Key(4, 1)
	streams[5].Key = random.Key(3, 2)
	streams[6].Key = random.Key(1, 3)
	for i := range streams {
		for j := range i {
			sum, other := 0.0, draw(streams[j])
			for k, v := range draw(streams[i]) {
				sum += v * other[k]
			}
			if math.Abs(sum) > 5*math.Sqrt(n) {
				t.Errorf("streams %+v and %+v have correlation %g", streams[i], streams[j], sum/n)
			}
		}
	}
}

// TestKeysDiffer: no two of many seeds and purposes share a key.
func TestKeysDiffer(t *testing.T) {
	seen := map[uint64]bool{}
	for seed := range uint64(1000) {
		for purpose := range uint64(20) {
			k := random.Key(seed, purpose)
			if seen[k] {
				t.Fatalf("seed %d, purpose %d: key %x again", seed, purpose, k)
			}
			seen[k] = true
		}
	}
}
