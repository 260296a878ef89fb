// Package widening finds the error that the outer boundary of a grid makes.
package widening

import (
	"fmt"
	"math"
)

// Factor is by how much a domain is wider than the one before.
const Factor = 1.4

// Estimate is a value, and how far the mesh and the domain move it.
type Estimate struct{ Value, Grid, Domain float64 }

// Error is that of mesh and domain together.
func (e Estimate) Error() float64 { return e.Grid + e.Domain }

// Settled is the value on the domain, among up to most ever wider ones, that has the
// least error. The domain's is the distance from the domain before: what a still wider
// one would add is less where the distances shrink, which they must at least by half.
//
// The function at solves on a domain so many times as wide as the first, which is given,
// with meshes as fine. size is that of g near the start, next to which a value and its
// changes may be 0 but for rounding; beyond says in words where the first domain ends.
func Settled(first Estimate, most int, size float64, beyond string, at func(wide float64) (Estimate, error)) (Estimate, error) {
	best := first
	best.Domain = math.Inf(1)
	start, last, change := first.Value, first.Value, math.Inf(1)
	for k := range most {
		e, err := at(math.Pow(Factor, float64(k+1)))
		if err != nil {
			if k > 0 { // as where g overflows: what there is has its error
				break
			}
			return e, err
		}
		e.Domain = math.Abs(e.Value - last)
		rounding := 1e-9 * math.Max(math.Abs(e.Value), size)
		if k > 0 && e.Domain > change/2 && e.Domain > rounding {
			return e, unsettled(beyond, fmt.Sprintf("wider domains give %.6g, %.6g and %.6g: the change does not shrink", start, last, e.Value))
		}
		if e.Error() < best.Error() {
			best = e
		}
		small := 1e-3 * math.Max(math.Abs(e.Value), size)
		if e.Domain <= e.Grid+rounding && (k > 0 || e.Grid <= small) || k > 0 && e.Error() <= small {
			break
		}
		start, last, change = last, e.Value, e.Domain
	}
	if most := math.Max(math.Abs(best.Value), size); best.Domain > 1e-3*most && best.Error() > most/4 {
		return best, unsettled(beyond, fmt.Sprintf("the best domain leaves %.4g ± %.2g", best.Value, best.Error()))
	}
	return best, nil
}

// unsettled is the error of a value that no domain settles.
func unsettled(beyond, what string) error {
	return fmt.Errorf("the value depends on how far the grid reaches; %s. The solution grows so fast that its mean hangs on %s, or is infinite", what, beyond)
}
