package features

import (
	"math"
	"reflect"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/grid"
)

// stocks is a pilot of 20 stocks with a terminal function, with the set before anything is chosen.
func stocks(t *testing.T, workers int, g func(x expr.Value) expr.Value) (*walk.Pilot, *walk.Scales, *Set) {
	t.Helper()
	p := pde.Problem{Name: "stocks", Dim: 20, Horizon: 1, Start: make([]float64, 20), Drift: pde.LinearDrift(0.02), Diffusion: pde.Geometric(0.3), Terminal: g}
	for i := range p.Start {
		p.Start[i] = 100
	}
	eq, err := equation.New(p)
	if err != nil {
		t.Fatal(err)
	}
	pool := autodiff.NewPool(workers)
	t.Cleanup(pool.Close)
	pilot := &walk.Pilot{Eq: eq, Grid: grid.Uniform(1, 10), Paths: 1024, Seed: 1, Pool: pool}
	sc, err := pilot.Scales(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s, err := newSet(eq, pilot.Grid, sc, pilot.Seed)
	if err != nil {
		t.Fatal(err)
	}
	return pilot, sc, s
}

// TestChoice: softmaxes are kept for claims on the largest or the smallest component, each for
// its own, and left out for one on the mean. The set does not depend on the number of workers.
func TestChoice(t *testing.T) {
	for _, c := range []struct {
		name  string
		g     func(x expr.Value) expr.Value
		heads []float64
	}{
		{"largest", func(x expr.Value) expr.Value { return x.MaxComponent().AddConst(-120).Relu() }, []float64{1, 2.5}},
		{"smallest", func(x expr.Value) expr.Value { return x.MinComponent() }, []float64{-1, -2.5}},
		{"mean", func(x expr.Value) expr.Value { return x.Mean().AddConst(-100).Relu() }, nil},
	} {
		var sets [2]*Set
		for i, workers := range []int{1, 3} {
			pilot, sc, _ := stocks(t, workers, c.g)
			var err error
			if sets[i], err = New(t.Context(), pilot, sc); err != nil {
				t.Fatal(err)
			}
		}
		if !reflect.DeepEqual(sets[0].heads, c.heads) {
			t.Errorf("%s: softmaxes %v, want %v", c.name, sets[0].heads, c.heads)
		}
		if !reflect.DeepEqual(sets[0], sets[1]) {
			t.Errorf("%s: with three workers %+v, with one %+v", c.name, sets[1], sets[0])
		}
	}
}

// TestDirection: ḡ is what the weights of a basket are, with x of one law for all stocks, and there is none
// where the weights are equal.
func TestDirection(t *testing.T) {
	weights := make([]float64, 20)
	for i := range weights {
		weights[i] = math.Exp(float64(i) / 5)
	}
	pilot, _, s := stocks(t, 1, func(x expr.Value) expr.Value { return x.Dot(expr.Vector(weights)) })
	if err := s.slopes(t.Context(), pilot); err != nil {
		t.Fatal(err)
	}
	for i, w := range weights[:19] { // E x is the same: 5 standard errors of two means of 2048 prices that vary by 30 %
		if got, want := s.mean[i]/s.mean[19], w/weights[19]; math.Abs(got/want-1) > 5*0.3*math.Sqrt(2./slopePaths) {
			t.Errorf("component %d: %g of the last, want %g", i, got, want)
		}
	}
	pilot, _, s = stocks(t, 1, func(x expr.Value) expr.Value { return x.Mean() })
	if err := s.slopes(t.Context(), pilot); err != nil || s.mean != nil {
		t.Errorf("equal weights: %v, %v", s.mean, err)
	}
}

// TestNormal: the least squares solution of a plane through points that lie in it, with all
// unknowns and with one left out, against the mean of the squares over the points.
func TestNormal(t *testing.T) {
	n, b := NewNormal(3), NewBlock[float64](8, 3)
	for i := range 8 {
		x, y := float64(i%4), float64(i/4)
		copy(b.J[3*i:], []float64{1, x, y})
		b.R = append(b.R, -(2 + 3*x - y))
	}
	b.Sum()
	Add(n, &b)
	w := n.Solve(0, nil)
	for i, want := range []float64{2, 3, -1} {
		if math.Abs(w[i]-want) > 1e-9 {
			t.Errorf("unknown %d: %g, want %g", i, w[i], want)
		}
	}
	without := n.Solve(0, []int{0, 1})
	if without[2] != 0 || math.Abs(n.Left(w)) > 1e-9 || math.Abs(n.Left(without)-0.25) > 1e-9 { // ±½ in y
		t.Errorf("%v leaves %g, %v %g", w, n.Left(w), without, n.Left(without))
	}
}
