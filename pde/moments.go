package pde

import "math"

// moments are the number, mean and sum of squared deviations of a sample (Chan, Golub,
// LeVeque 1979: updates without cancellation).
type moments struct{ n, mean, m2 float64 }

func (m *moments) add(v float64) { m.merge(moments{1, v, 0}) }

func (m *moments) merge(o moments) {
	if n := m.n + o.n; n > 0 {
		delta := o.mean - m.mean
		m.mean += delta * o.n / n
		m.m2 += o.m2 + delta*delta*m.n*o.n/n
		m.n = n
	}
}

// stdErr is the standard error of the mean.
func (m *moments) stdErr() float64 { return math.Sqrt(m.m2 / (m.n - 1) / m.n) }

// merged are the moments of all the parts, in order.
func merged(parts []moments) (m moments) {
	for _, p := range parts {
		m.merge(p)
	}
	return m
}
