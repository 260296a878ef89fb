package autodiff

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/diff/fd"
)

// CheckGradient compares the gradient of a program in float64 with central
// differences of its cost, for the inputs as they are, and returns the largest
// distance relative to the largest entry of the gradient. Differences with step
// ε^⅓ are good to about 1e-9 for smooth functions of order 1; kinks within a
// step of a point show as large distances.
func CheckGradient(p *Program[float64], cost Node, pool *Pool) (float64, error) {
	if p.Grads == nil {
		return 0, fmt.Errorf("autodiff: the program has no cost to differentiate")
	}
	p.Run(pool)
	got := append([]float64(nil), p.Grads...)
	start := append([]float64(nil), p.Params...)
	want := fd.Gradient(nil, func(x []float64) float64 {
		copy(p.Params, x)
		p.Run(pool)
		return p.Value(cost)[0]
	}, start, &fd.Settings{Formula: fd.Central})
	copy(p.Params, start)
	worst, scale := 0.0, 0.0
	for i := range want {
		worst, scale = math.Max(worst, math.Abs(got[i]-want[i])), math.Max(scale, math.Abs(want[i]))
	}
	if scale == 0 {
		return worst, nil
	}
	return worst / scale, nil
}
