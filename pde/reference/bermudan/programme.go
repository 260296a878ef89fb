package bermudan

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// value is u(0, x0) on a mesh of 2·points + 1 states with the start in the middle.
func (s *solver) value(points int) (float64, error) {
	horizon := s.p.Horizon
	reach := width*s.spread*math.Sqrt(horizon) + math.Abs(s.trend)*horizon
	step := reach / float64(points)
	n := 2*points + 1
	x := make([]float64, n)
	for i := range x {
		x[i] = s.start + step*float64(i-points)
		if s.log {
			x[i] = math.Exp(x[i])
		}
	}
	x[points] = s.p.Start[0]
	v, next, pay := make([]float64, n), make([]float64, n), make([]float64, n)
	if err := s.terminal.Eval(n, v, x); err != nil {
		return 0, err
	}
	for k := len(s.dates) - 1; k >= 0; k-- {
		before := 0.0
		if k > 0 {
			before = s.dates[k-1]
		}
		h := s.dates[k] - before
		s.mean(h, step, v, next)
		floats.Scale(math.Exp(-s.discount*h), next)
		v, next = next, v
		if k == 0 && !s.now {
			break
		}
		if err := s.payoff.Eval(n, pay, []float64{before}, x); err != nil {
			return 0, err
		}
		for i, p := range pay {
			v[i] = math.Max(v[i], p)
		}
	}
	return v[points], nil
}

// mean fills out with the mean of v after a time h, by the trapezoidal rule with weights of sum 1.
// Beyond the mesh v is what it is at its ends.
func (s *solver) mean(h, step float64, v, out []float64) {
	deviation, trend := s.spread*math.Sqrt(h), s.trend*h
	middle := int(math.Round(trend / step))
	half := int(math.Ceil(width*deviation/step)) + 1
	weights := make([]float64, 2*half+1)
	for i := range weights {
		u := (step*float64(middle+i-half) - trend) / deviation
		weights[i] = math.Exp(-u * u / 2)
	}
	floats.Scale(1/floats.Sum(weights), weights)
	n := len(v)
	for i := range out {
		first := i + middle - half
		if first >= 0 && first+len(weights) <= n {
			out[i] = floats.Dot(weights, v[first:first+len(weights)])
			continue
		}
		sum := 0.0
		for k, w := range weights {
			sum += w * v[min(max(first+k, 0), n-1)]
		}
		out[i] = sum
	}
}
