package deep

import (
	"math"
	"sync"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/network"
	"github.com/deepbsde/deepbsde/pde"
)

// TestRegionErrorOddSteps: with an odd number of steps the last coarse one is shorter,
// which the extrapolation must know. f = 3t, of which the sums have an error proportional
// to Σh², and u = x + 3(1 − t²)/2; within 5 standard errors of the mean square.
func TestRegionErrorOddSteps(t *testing.T) {
	p := pde.Problem{
		Name: "odd", Dim: 1, Horizon: 1, Start: []float64{0}, Diffusion: pde.Scalar(0.1),
		Generator: func(s, _, _, _ expr.Value) expr.Value { return s.Scale(3) },
		Terminal:  func(x expr.Value) expr.Value { return x.Sum() },
	}
	r := solve(t, box(p, 0.1), Method{Network: network.Shared{Hidden: []int{4}}}, bsde.Settings{Steps: 3, Iterations: 1, Precision: "float64"})
	want, n := 0.0, 1000
	for i := range n {
		x := 0.1 * (2*(float64(i)+0.5)/float64(n) - 1)
		want += math.Pow(r.Solution.Trained([]float64{x})-x-1.5, 2) / float64(n)
	}
	got := math.Pow(r.RegionError, 2)
	if noise := (math.Pow(r.RegionErrorBound, 2) - got) / oneSided; !(math.Abs(got-want) <= 5*noise) {
		t.Errorf("mean square error %g ± %g, want %g", got, noise, want)
	}
}

// TestSolutionsTogether: the solutions of one trainer share its networks. For -race.
func TestSolutionsTogether(t *testing.T) {
	tr, err := bsde.Init(t.Context(), heat(2), Method{Network: network.Shared{Hidden: []int{4}}}, &small)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			s := tr.Solution()
			if _, err := s.At(t.Context(), 0.3, []float64{0.1, 0.2}, 64); err != nil {
				t.Error(err)
			}
			s.Trained([]float64{0, 0})
		})
	}
	all.Wait()
}
