package control

import (
	"context"
	"math"
)

// Distance is how far the actions of a policy are from those of another, in the states
// that the first visits, relative to the size of the second's,
//
//	(E Σ ‖π(X_n) − π*(X_n)‖² / E Σ ‖π*(X_n)‖²)^½
//
// over 256 paths and all steps; NaN where π* is 0 throughout.
func Distance(ctx context.Context, d *Discrete, policy, other Policy, s Simulation) (float64, error) {
	const paths = 256
	s.Paths, s.Record = 2*paths, paths
	o, err := Simulate(ctx, d, policy, s)
	if err != nil {
		return math.NaN(), err
	}
	var apart, size float64
	a := make([]float64, d.ActionDim)
	for _, r := range o.Records {
		for n, had := range r.Actions {
			if err := other.Act(n, d.Time(n), 1, r.States[n], a); err != nil {
				return math.NaN(), err
			}
			for j, v := range a {
				apart += (v - had[j]) * (v - had[j])
				size += v * v
			}
		}
	}
	if size == 0 {
		return math.NaN(), nil
	}
	return math.Sqrt(apart / size), nil
}
