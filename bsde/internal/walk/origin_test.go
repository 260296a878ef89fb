package walk

import (
	"math"
	"testing"

	"github.com/deepbsde/deepbsde/pde/grid"
)

// TestOriginAt: the steps from any t fill the time to T without a gap, at least four of
// them, none of which uses the network of another time or that of step 0, which knows x0
// alone; a first step at most half a grid step longer than the others. The times of the
// grid are taken for what they are, whatever the rounding.
func TestOriginAt(t *testing.T) {
	for _, steps := range []int{1, 2, 3, 7, 10, 49} {
		for _, horizon := range []float64{1, 0.3, 1. / 3, 7.1} {
			g := grid.Uniform(horizon, steps)
			h := horizon / float64(steps)
			times := []float64{math.SmallestNonzeroFloat64, 1e-12 * horizon, horizon * (1 - 1e-12), math.Nextafter(horizon, 0)}
			for k := range 4 * steps {
				times = append(times, horizon*float64(k)/float64(4*steps), float64(k)*h/4)
			}
			for _, at := range times {
				o := From(g, at, nil, true)
				next := at
				for i, begin := range o.Times {
					if math.Abs(begin-next) > 1e-12*horizon || !(o.Lengths[i] > 0 && o.Lengths[i] < 1.5*h*(1+1e-9)) {
						t.Errorf("N = %d, T = %g, t = %g: step %d at %g of length %g, want it at %g", steps, horizon, at, i, begin, o.Lengths[i], next)
					}
					if off := math.Abs(begin - float64(o.Nets[i])*h); off > h*(1+1e-9) || o.Nets[i] == 0 && steps > 1 {
						t.Errorf("N = %d, T = %g, t = %g: network %d at %g", steps, horizon, at, o.Nets[i], begin)
					}
					next += o.Lengths[i]
				}
				if math.Abs(next-horizon) > 1e-12*horizon || o.Steps() < fewest {
					t.Errorf("N = %d, T = %g, t = %g: %d steps to %g", steps, horizon, at, o.Steps(), next)
				}
			}
		}
	}
}
