package kernel

import (
	"math"
	"slices"
	"testing"
)

// The numbers are always the same, so that a test here passes always or never.
// A perfect generator would miss a bound of five standard errors once in 1.7
// million times.
const standardErrors = 5

// sample is a million numbers: a thousand of each of a thousand streams, which
// differ in c1 by one.
func sample(s stream) []float64 {
	const n = 1000
	x := make([]float64, n*n)
	for i := range n {
		s.fill(x[i*n:][:n], 1)
		s.c1++
	}
	return x
}

// testMean wants the mean of f to be that over the normal distribution; dev is
// the standard deviation of f there.
func testMean(t *testing.T, what string, x []float64, f func(i int) float64, mean, dev float64) {
	t.Helper()
	sum := 0.0
	for i := range x {
		sum += f(i)
	}
	n := float64(len(x))
	if z := (sum/n - mean) / dev * math.Sqrt(n); !(math.Abs(z) <= standardErrors) {
		t.Errorf("%s is %v, %.1f standard errors from %v", what, sum/n, z, mean)
	}
}

// TestNormalsMoments has the first moments μₖ of the normal distribution, 0, 1,
// 0 and 3; the variance of xᵏ is μ₂ₖ - μₖ².
func TestNormalsMoments(t *testing.T) {
	for _, s := range streams(5) {
		x := sample(s)
		testMean(t, "the mean", x, func(i int) float64 { return x[i] }, 0, 1)
		testMean(t, "the variance", x, func(i int) float64 { return x[i] * x[i] }, 1, math.Sqrt(2))
		testMean(t, "the skewness", x, func(i int) float64 { return x[i] * x[i] * x[i] }, 0, math.Sqrt(15))
		testMean(t, "the kurtosis", x, func(i int) float64 { return x[i] * x[i] * x[i] * x[i] }, 3, math.Sqrt(105-9))
	}
}

// TestNormalsDistribution is the test of Kolmogorov and Smirnov: that √n times
// the largest distance of the distribution functions is above c has the
// probability 2·exp(-2c²), which is that of five standard errors for c = 2.74.
func TestNormalsDistribution(t *testing.T) {
	for _, s := range streams(2) {
		x := sample(s)
		slices.Sort(x)
		n := float64(len(x))
		distance := 0.0
		for i, v := range x {
			p := math.Erfc(-v/math.Sqrt2) / 2
			distance = max(distance, p-float64(i)/n, float64(i+1)/n-p)
		}
		if d := distance * math.Sqrt(n); d > 2.74 {
			t.Errorf("√n times the distance from the normal distribution is %v", d)
		}
	}
}

// TestNormalsIndependent correlates the numbers, and their squares, with those
// of streams next to theirs and with their neighbours in the same stream. Lag 8
// is the other number that the same words make, lag 16 the next block.
func TestNormalsIndependent(t *testing.T) {
	s := streams(5)[4]
	x := sample(s)
	for _, c := range []struct {
		what string
		y    []float64
	}{
		{"c1", sample(stream{s.key, s.c1 + 1, s.c2, s.c3})},
		{"c1 by a bit", sample(stream{s.key, s.c1 ^ 1<<31, s.c2, s.c3})},
		{"c2", sample(stream{s.key, s.c1, s.c2 + 1, s.c3})},
		{"c3", sample(stream{s.key, s.c1, s.c2, s.c3 + 1})},
		{"c1 and c2 exchanged", sample(stream{s.key, s.c2, s.c1, s.c3})},
		{"key", sample(stream{s.key + 1, s.c1, s.c2, s.c3})},
		{"high key", sample(stream{s.key + 1<<32, s.c1, s.c2, s.c3})},
		{"lag 1", x[1:]}, {"lag 2", x[2:]}, {"lag 7", x[7:]}, {"lag 8", x[8:]}, {"lag 9", x[9:]}, {"lag 16", x[16:]},
	} {
		x := x[:len(c.y)]
		testMean(t, "the correlation over "+c.what, x, func(i int) float64 { return x[i] * c.y[i] }, 0, 1)
		testMean(t, "the correlation of squares over "+c.what, x,
			func(i int) float64 { return (x[i]*x[i] - 1) * (c.y[i]*c.y[i] - 1) / 2 }, 0, 1)
	}
}
