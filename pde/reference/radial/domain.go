package radial

import (
	"fmt"
	"math"
)

// Widening is by this factor, so many times at most.
const (
	widening      = 1.4
	mostWidenings = 3
)

// estimate is v(0, r0) and how far the grid and the domain move it.
type estimate struct{ value, grid, domain float64 }

// outer is where the outer boundary lies: eight standard deviations beyond ‖X_T‖.
func (r solver) outer(horizon float64) float64 {
	outer := r.R0 + math.Abs(r.S)*math.Sqrt(horizon)*(math.Sqrt(float64(r.D))+8)
	if outer == 0 { // without noise nothing leaves 0
		return 1
	}
	return outer
}

// settled is the value on a domain that is wide enough. That of a domain of the first
// width is enough where a wider one makes no difference on the coarsest grid. Otherwise
// it is that of the width with the least error; the domain's error is the distance from
// the width before.
func (r solver) settled(horizon float64) (estimate, error) {
	best, err := r.extrapolated(horizon, 1)
	if err != nil {
		return best, err
	}
	if best.domain, err = r.moved(horizon); err != nil || best.domain <= best.grid/10+1e-12*math.Abs(best.value) {
		return best, err
	}
	start, last, change := best.value, best, math.Inf(1)
	best.domain = math.Inf(1)
	for k := range mostWidenings {
		e, err := r.extrapolated(horizon, math.Pow(widening, float64(k+1)))
		if err != nil {
			if k > 0 { // as where g overflows: what there is has its error
				break
			}
			return e, err
		}
		e.domain = math.Abs(e.value - last.value)
		if k > 0 && e.domain > change/2 && e.domain > 1e-9*math.Abs(e.value) {
			return e, r.unsettled(horizon, fmt.Sprintf("wider domains give %.6g, %.6g and %.6g: the change does not shrink", start, last.value, e.value))
		}
		if e.grid+e.domain < best.grid+best.domain {
			best = e
		}
		if e.domain <= e.grid && (k > 0 || e.grid <= 1e-3*math.Abs(e.value)) {
			break
		}
		start, last, change = last.value, e, e.domain
	}
	if best.grid+best.domain > math.Abs(best.value)/4 {
		return best, r.unsettled(horizon, fmt.Sprintf("the best domain leaves %.4g ± %.2g", best.value, best.grid+best.domain))
	}
	return best, nil
}

// unsettled is the error of a value that no domain settles.
func (r solver) unsettled(horizon float64, what string) error {
	return fmt.Errorf("the value depends on how far the grid reaches; %s. g grows so fast that its mean hangs on ‖x‖ beyond %.3g, or is infinite", what, r.outer(horizon))
}

// moved is what a wider domain changes on the coarsest grid, with the same meshes.
func (r solver) moved(horizon float64) (float64, error) {
	n := 400.0
	near, err := r.finiteDifference(horizon, r.outer(horizon), int(n), 100)
	if err != nil {
		return 0, err
	}
	far, err := r.finiteDifference(horizon, widening*r.outer(horizon), int(math.Round(widening*n)), 100)
	return math.Abs(far - near), err
}

// extrapolated is the value of three grids on a domain so many times as wide as the
// first. What happens far out, where g may be large, reaches the start by fast modes,
// which a step in t that is long for them carries too far: a domain of twice the width
// has four times the steps.
func (r solver) extrapolated(horizon, wide float64) (e estimate, err error) {
	n, m := int(math.Round(400*wide)), int(math.Round(100*wide*wide))
	var v [3]float64
	for level := range v {
		if v[level], err = r.finiteDifference(horizon, wide*r.outer(horizon), n<<level, m<<level); err != nil {
			return e, err
		}
	}
	coarse, fine := v[1]+(v[1]-v[0])/3, v[2]+(v[2]-v[1])/3
	return estimate{value: fine, grid: math.Abs(fine - coarse)}, nil
}
