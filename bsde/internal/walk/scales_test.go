package walk

import (
	"math"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/grid"
)

// TestScales compares the pilot's moments with the law of X and g, 5 standard
// errors.
func TestScales(t *testing.T) {
	p := pde.Problem{
		Name: "heat", Dim: 2, Horizon: 1, Start: []float64{0.5, 0.5}, Diffusion: pde.Scalar(1),
		Terminal: func(x expr.Value) expr.Value { return x.NormSq() },
	}
	const paths = 20000
	eq, err := equation.New(p)
	if err != nil {
		t.Fatal(err)
	}
	pool := autodiff.NewPool(2)
	defer pool.Close()
	sc, err := (&Pilot{Eq: eq, Grid: grid.Uniform(1, 4), Paths: paths, Pool: pool}).Scales(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	n := float64(paths)
	// g = ‖x0 + W₁‖² with x0 = (½, ½): mean 2.5, variance 2d + 4‖x0‖² = 6.
	if math.Abs(sc.Y0-2.5) > 5*math.Sqrt(6/n) || math.Abs(sc.G*sc.G-6) > 5*6*math.Sqrt(8/n) {
		t.Errorf("g: mean %g, variance %g, want 2.5 and 6", sc.Y0, sc.G*sc.G)
	}
	for k := 1; k < 4; k++ {
		std := math.Sqrt(float64(k) / 4)
		if math.Abs(sc.Mean[k][1]-0.5) > 5*std/math.Sqrt(n) || math.Abs(1/sc.InvStd[k][1]-std) > 5*std/math.Sqrt(2*n) {
			t.Errorf("X at step %d: mean %g, deviation %g, want 0.5 and %g", k, sc.Mean[k][1], 1/sc.InvStd[k][1], std)
		}
	}
	if sc.InvStd[0][0] != 0 {
		t.Error("X at time 0 varies")
	}
}

// TestStreamsAreApart: neighbouring seeds, purposes, batches, paths and steps give
// numbers without visible correlation, 5 standard errors.
func TestStreamsAreApart(t *testing.T) {
	const size = 2000
	draw := func(seed uint64, p Purpose, k, i int) []float64 {
		w, dw := NewNoise(seed, p, k, i, 1, size), make([]float64, size)
		w.Increments(0, 1, dw)
		return dw
	}
	next, extra, w := make([]float64, size), make([]float64, size), NewNoise(1, ForTraining, 0, 0, 1, size)
	w.Increments(1, 1, next)
	w.Extra(0, extra)
	base := draw(1, ForTraining, 0, 0)
	for _, other := range [][]float64{
		draw(2, ForTraining, 0, 0), draw(1, ForEstimate, 0, 0), draw(1, ForTraining, 1, 0), draw(1, ForTraining, 0, 1), next, extra,
	} {
		s := 0.0
		for i := range base {
			s += base[i] * other[i]
		}
		if math.Abs(s)/math.Sqrt(size) > 5 {
			t.Errorf("correlation %g between streams", s/size)
		}
	}
}

// TestFewer: as many paths up to d = 1000 and a little beyond, and never fewer than an eighth.
func TestFewer(t *testing.T) {
	for dim, want := range map[int]int{1: 4096, 1000: 4096, 1999: 4096, 2000: 2048, 4000: 1024, 10_000: 512, 1_000_000: 512} {
		if got := Fewer(4096, dim); got != want {
			t.Errorf("%d paths for d = %d, want %d", got, dim, want)
		}
	}
}
