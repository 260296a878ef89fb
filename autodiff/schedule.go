package autodiff

import "math"

// Schedule is the learning rate at a step, counted from 0, of a run of n steps.
type Schedule func(step, n int) float64

// ConstantRate is the same rate throughout.
func ConstantRate(rate float64) Schedule { return func(int, int) float64 { return rate } }

// CosineRate falls from rate to a hundredth of it along half a cosine.
//
// Source: Loshchilov, Hutter (2017), arXiv:1608.03983, equation 5.
func CosineRate(rate float64) Schedule {
	return func(step, n int) float64 {
		s := float64(step) / float64(max(n-1, 1))
		return rate * (0.01 + 0.99*0.5*(1+math.Cos(math.Pi*math.Min(s, 1))))
	}
}

// PiecewiseRate is rates[i] before step boundaries[i], the last of the rates
// after the last boundary.
func PiecewiseRate(boundaries []int, rates []float64) Schedule {
	return func(step, _ int) float64 {
		for i, b := range boundaries {
			if step < b {
				return rates[i]
			}
		}
		return rates[len(boundaries)]
	}
}
