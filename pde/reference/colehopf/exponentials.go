package colehopf

import "math"

// exponentials are the moments of two samples of weights, each relative to the
// largest of it.
type exponentials struct {
	n    float64
	top  [2]float64    // logarithm of the largest weight
	mean [2]float64    // of weight/largest
	m2   [2][2]float64 // sums of products of deviations
}

// sumExponentials are the moments of exp(c·a) and exp(c·b).
func sumExponentials(c float64, a, b []float64) exponentials {
	var sum exponentials
	for i := range a {
		sum.merge(exponentials{n: 1, top: [2]float64{c * a[i], c * b[i]}, mean: [2]float64{1, 1}})
	}
	return sum
}

// merge adds another sample (Chan, Golub, LeVeque 1979).
func (e *exponentials) merge(o exponentials) {
	if e.n == 0 || o.n == 0 {
		if e.n == 0 {
			*e = o
		}
		return
	}
	n := e.n + o.n
	var se, so, delta [2]float64
	for i := range delta {
		top := math.Max(e.top[i], o.top[i])
		if !math.IsInf(top, -1) { // else all weights are 0
			se[i], so[i] = math.Exp(e.top[i]-top), math.Exp(o.top[i]-top)
		}
		e.top[i] = top
		delta[i] = so[i]*o.mean[i] - se[i]*e.mean[i]
		e.mean[i] = se[i]*e.mean[i] + delta[i]*o.n/n
	}
	for i := range delta {
		for j := range delta {
			e.m2[i][j] = se[i]*se[j]*e.m2[i][j] + so[i]*so[j]*o.m2[i][j] + delta[i]*delta[j]*e.n*o.n/n
		}
	}
	e.n = n
}

// relative is the covariance of the means of samples i and j, divided by both means.
func (e *exponentials) relative(i, j int) float64 {
	return e.m2[i][j] / (e.n * (e.n - 1) * e.mean[i] * e.mean[j])
}

// log is ln E w of sample i without the bias of the first order.
func (e *exponentials) log(i int) float64 {
	return e.top[i] + math.Log(e.mean[i]) + e.relative(i, i)/2
}

// effective is (Σw)²/Σw² of the first sample.
func (e *exponentials) effective() float64 {
	sum := e.n * e.mean[0]
	return sum * sum / (e.m2[0][0] + sum*e.mean[0])
}
