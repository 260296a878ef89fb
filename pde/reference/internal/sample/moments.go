// Package sample holds the moments of samples.
package sample

import "math"

// Moments are the number, mean and sum of squared deviations of a sample (Chan, Golub,
// LeVeque 1979: updates without cancellation).
type Moments struct{ N, Mean, M2 float64 }

// Add adds one number.
func (m *Moments) Add(v float64) { m.Merge(Moments{1, v, 0}) }

// Merge adds another sample.
func (m *Moments) Merge(o Moments) {
	if n := m.N + o.N; n > 0 {
		delta := o.Mean - m.Mean
		m.Mean += delta * o.N / n
		m.M2 += o.M2 + delta*delta*m.N*o.N/n
		m.N = n
	}
}

// StdErr is the standard error of the mean.
func (m *Moments) StdErr() float64 { return math.Sqrt(m.M2 / (m.N - 1) / m.N) }

// Merged are the moments of all the parts, in order.
func Merged(parts []Moments) (m Moments) {
	for _, p := range parts {
		m.Merge(p)
	}
	return m
}
