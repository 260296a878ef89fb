package pde

import (
	"math"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/random"
)

// TestTangent compares c(h)·E[φ(X)ΔW] with σᵀ∇E φ(X) for φ = ‖x‖², the latter from
// central differences in x along the columns of σ(x) on the same paths: 5 standard errors.
func TestTangent(t *testing.T) {
	l := [][]float64{{0.3, 0}, {0.2, 0.4}}
	for _, c := range []struct {
		drift     Drift
		diffusion Diffusion
		columns   func(x []float64, k int) []float64
	}{
		{VectorDrift{1, -1}, Dense(l), func(_ []float64, k int) []float64 { return []float64{l[0][k], l[1][k]} }},
		{MeanReverting{2, 0.5}, Dense(l), func(_ []float64, k int) []float64 { return []float64{l[0][k], l[1][k]} }},
		{LinearDrift(-1), Scalar(0.7), func(_ []float64, k int) []float64 { v := []float64{0, 0}; v[k] = 0.7; return v }},
		{LinearDrift(0.3), CorrelatedGeometric(l), func(x []float64, k int) []float64 { return []float64{x[0] * l[0][k], x[1] * l[1][k]} }},
	} {
		p := Problem{Dim: 2, Drift: c.drift, Diffusion: c.diffusion}
		tr, tangent, err := p.GradientWeight()
		if err != nil {
			t.Fatal(err)
		}
		const h, n, eps = 0.8, 40000, 1e-5
		key := random.Key(5, 1003)
		for k := range 2 {
			var sum, sq float64
			dw, extra, x, next := make([]float64, 2), make([]float64, 2*tr.Extra), []float64{1, 2}, make([]float64, 2)
			for i := range n {
				random.Stream{Key: key, Path: uint32(2 * i)}.Normals(dw, math.Sqrt(h))
				random.Stream{Key: key, Path: uint32(2*i + 1)}.Normals(extra, 1)
				phi := func(by float64) float64 {
					v := c.columns(x, k)
					if err := tr.Step(0, h, 1, []float64{x[0] + by*v[0], x[1] + by*v[1]}, dw, extra, next); err != nil {
						t.Fatal(err)
					}
					return next[0]*next[0] + next[1]*next[1]
				}
				v := tangent(h)*phi(0)*dw[k] - (phi(eps)-phi(-eps))/(2*eps)
				sum, sq = sum+v, sq+v*v
			}
			mean := sum / n
			if se := math.Sqrt((sq/n - mean*mean) / n); !(math.Abs(mean) <= 5*se) {
				t.Errorf("%T %T, component %d: the weight is off by %.3g ± %.2g", c.drift, c.diffusion, k, mean, se)
			}
		}
	}
}
