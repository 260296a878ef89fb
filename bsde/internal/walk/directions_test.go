package walk

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff"
)

// two are two orthonormal directions in three dimensions.
var two = Directions{D: [][]float64{{0.6, 0, 0.8}, {0, 1, 0}}, High: true}

// growthOf is ½ Σ Γ (ΔW² − h) of a row of Γ.
func growthOf(d Directions, gamma, dw []float64, h float64) float64 {
	sum, terms := 0.0, make([]float64, d.Terms())
	for i, v := range dw {
		sum += gamma[i] * (v*v - h) / 2
	}
	d.Along(terms, dw, h)
	for i, v := range terms {
		sum += gamma[len(dw)+i] * v / 2
	}
	return sum
}

// TestDirections: what Γ adds has mean 0 within 5 standard errors, its derivative in ΔW is the twist, and in a
// graph it is the same.
func TestDirections(t *testing.T) {
	const h, paths, rows = 0.3, 100000, 2
	r := rand.New(rand.NewPCG(1, 2))
	draw := func() []float64 {
		return []float64{r.NormFloat64() * math.Sqrt(h), r.NormFloat64() * math.Sqrt(h), r.NormFloat64() * math.Sqrt(h)}
	}
	gamma := []float64{0.5, -1, 2, 3, -0.7, 1.5, 1.1, -0.4, -0.8, 0.6}
	sum, square := 0.0, 0.0
	for range paths {
		v := growthOf(two, gamma, draw(), h)
		sum, square = sum+v, square+v*v
	}
	if mean, se := sum/paths, math.Sqrt(square)/paths; math.Abs(mean) > 5*se {
		t.Errorf("mean %g ± %g, want 0", mean, se)
	}

	dw, twist := draw(), make([]float64, 3)
	two.Twist(twist, gamma, dw, h)
	for i := range dw {
		at := func(by float64) float64 {
			moved := append([]float64(nil), dw...)
			moved[i] += by
			return growthOf(two, gamma, moved, h)
		}
		if want := (at(1e-4) - at(-1e-4)) / 2e-4; math.Abs(twist[i]-want) > 1e-7*(1+math.Abs(want)) {
			t.Errorf("the twist of component %d is %g, the derivative %g", i, twist[i], want)
		}
	}

	g := autodiff.NewGraph[float64](&autodiff.Layout{}, false)
	noise := g.Input("noise", rows, 3)
	out := g.Scale(0.5, g.RowDot(g.Constant(rows, 10, append(append([]float64(nil), gamma...), gamma...)), two.Squares(g, noise, g.Constant(1, 1, []float64{h}))))
	p, err := autodiff.Compile[float64](g, autodiff.Target{Outputs: []autodiff.Node{out}}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	other := draw()
	copy(p.Input("noise"), append(append([]float64(nil), dw...), other...))
	p.Run(autodiff.NewPool(1))
	for i, of := range [][]float64{dw, other} {
		if got, want := p.Value(out)[i], growthOf(two, gamma, of, h); math.Abs(got-want) > 1e-12 {
			t.Errorf("row %d of the graph: %g, want %g", i, got, want)
		}
	}
}
