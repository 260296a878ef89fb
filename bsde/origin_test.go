package bsde

import (
	"math"
	"sync"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
)

// TestOriginAt: the steps from any t fill the time to T without a gap, at least four of
// them, none of which uses the network of another time or that of step 0, which knows x0
// alone; a first step at most half a grid step longer than the others. The times of the
// grid are taken for what they are, whatever the rounding.
func TestOriginAt(t *testing.T) {
	for _, steps := range []int{1, 2, 3, 7, 10, 49} {
		for _, horizon := range []float64{1, 0.3, 1. / 3, 7.1} {
			m := &model[float64]{eq: &equation{Problem: pde.Problem{Horizon: horizon}}, set: &Settings{Steps: steps}}
			h := horizon / float64(steps)
			times := []float64{math.SmallestNonzeroFloat64, 1e-12 * horizon, horizon * (1 - 1e-12), math.Nextafter(horizon, 0)}
			for k := range 4 * steps {
				times = append(times, horizon*float64(k)/float64(4*steps), float64(k)*h/4)
			}
			for _, at := range times {
				o := m.originAt(at, nil)
				next := at
				for i, begin := range o.times {
					if math.Abs(begin-next) > 1e-12*horizon || !(o.lengths[i] > 0 && o.lengths[i] < 1.5*h*(1+1e-9)) {
						t.Errorf("N = %d, T = %g, t = %g: step %d at %g of length %g, want it at %g", steps, horizon, at, i, begin, o.lengths[i], next)
					}
					if off := math.Abs(begin - float64(o.nets[i])*h); off > h*(1+1e-9) || o.nets[i] == 0 && steps > 1 {
						t.Errorf("N = %d, T = %g, t = %g: network %d at %g", steps, horizon, at, o.nets[i], begin)
					}
					next += o.lengths[i]
				}
				if math.Abs(next-horizon) > 1e-12*horizon || o.steps() < fewest {
					t.Errorf("N = %d, T = %g, t = %g: %d steps to %g", steps, horizon, at, o.steps(), next)
				}
			}
		}
	}
}

// TestRegionErrorOddSteps: with an odd number of steps the last coarse one is shorter,
// which the extrapolation must know. f = 3t, of which the sums have an error proportional
// to Σh², and u = x + 3(1 − t²)/2; within 5 standard errors of the mean square.
func TestRegionErrorOddSteps(t *testing.T) {
	p := pde.Problem{
		Name: "odd", Dim: 1, Horizon: 1, Start: []float64{0}, Diffusion: pde.Scalar(0.1),
		Generator: func(s, _, _, _ expr.Value) expr.Value { return s.Scale(3) },
		Terminal:  func(x expr.Value) expr.Value { return x.Sum() },
	}
	r := solve(t, box(p, 0.1), DeepBSDE{Network: Shared{Hidden: []int{4}}}, Settings{Steps: 3, Iterations: 1, Precision: "float64"})
	want, n := 0.0, 1000
	for i := range n {
		x := 0.1 * (2*(float64(i)+0.5)/float64(n) - 1)
		want += math.Pow(r.Solution.Trained([]float64{x})-x-1.5, 2) / float64(n)
	}
	got := math.Pow(r.RegionError, 2)
	if noise := (math.Pow(r.RegionErrorBound, 2) - got) / oneSided95; !(math.Abs(got-want) <= 5*noise) {
		t.Errorf("mean square error %g ± %g, want %g", got, noise, want)
	}
}

// TestSolutionsTogether: the solutions of one trainer share its networks. For -race.
func TestSolutionsTogether(t *testing.T) {
	tr, err := Init(t.Context(), heat(2), DeepBSDE{Network: Shared{Hidden: []int{4}}}, &small)
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
