package radial

import (
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/pde/reference/internal/widening"
)

// outer is where the outer boundary lies: eight standard deviations beyond ‖X_T‖.
func (r solver) outer(horizon float64) float64 {
	outer := r.R0 + math.Abs(r.S)*math.Sqrt(horizon)*(math.Sqrt(float64(r.D))+8)
	if outer == 0 { // without noise nothing leaves 0
		return 1
	}
	return outer
}

// settled is the value on a domain that is wide enough: the first where a wider one makes
// no difference on the coarsest grid.
func (r solver) settled(horizon float64) (widening.Estimate, error) {
	first, err := r.extrapolated(horizon, 1)
	if err != nil {
		return first, err
	}
	if first.Domain, err = r.moved(horizon); err != nil || first.Domain <= first.Grid/10+1e-12*math.Abs(first.Value) {
		return first, err
	}
	size, typical := 0.0, r.R0+math.Abs(r.S)*math.Sqrt(horizon*float64(r.D))
	for i := range 11 {
		g, err := r.Terminal(typical * float64(i) / 10)
		if err != nil {
			return first, err
		}
		size = math.Max(size, math.Abs(g))
	}
	return widening.Settled(first, 3, size, fmt.Sprintf("‖x‖ beyond %.3g", r.outer(horizon)),
		func(wide float64) (widening.Estimate, error) { return r.extrapolated(horizon, wide) })
}

// moved is what a wider domain changes on the coarsest grid, with the same meshes.
func (r solver) moved(horizon float64) (float64, error) {
	n := 400.0
	near, err := r.finiteDifference(horizon, r.outer(horizon), int(n), 100)
	if err != nil {
		return 0, err
	}
	far, err := r.finiteDifference(horizon, widening.Factor*r.outer(horizon), int(math.Round(widening.Factor*n)), 100)
	return math.Abs(far - near), err
}

// extrapolated is the value of three grids on a domain so many times as wide as the
// first. What happens far out, where g may be large, reaches the start by fast modes,
// which a step in t that is long for them carries too far: a domain of twice the width
// has four times the steps.
func (r solver) extrapolated(horizon, wide float64) (e widening.Estimate, err error) {
	n, m := int(math.Round(400*wide)), int(math.Round(100*wide*wide))
	var v [3]float64
	for level := range v {
		if v[level], err = r.finiteDifference(horizon, wide*r.outer(horizon), n<<level, m<<level); err != nil {
			return e, err
		}
	}
	coarse, fine := v[1]+(v[1]-v[0])/3, v[2]+(v[2]-v[1])/3
	return widening.Estimate{Value: fine, Grid: math.Abs(fine - coarse)}, nil
}
