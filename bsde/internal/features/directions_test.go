package features

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/floats"
)

// TestDirections: rows that are combinations of two vectors and a little noise give directions that span
// these; rows without a preferred direction give none.
func TestDirections(t *testing.T) {
	const d, rows = 30, 1000
	r := rand.New(rand.NewPCG(1, 2))
	random := func() []float64 {
		v := make([]float64, d)
		for i := range v {
			v[i] = r.NormFloat64()
		}
		return v
	}
	a, b := random(), random()
	var few, many []float64
	for range rows {
		noise := random()
		many = append(many, noise...)
		row := make([]float64, d)
		floats.AddScaled(row, r.NormFloat64(), a)
		floats.AddScaled(row, r.NormFloat64(), b)
		floats.AddScaled(row, 0.01, noise)
		few = append(few, row...)
	}
	found := directions(few, d, 1)
	if len(found) != 2 {
		t.Fatalf("%d directions, want 2", len(found))
	}
	for _, v := range [][]float64{a, b} {
		left := append([]float64(nil), v...)
		for _, to := range found {
			floats.AddScaled(left, -floats.Dot(to, left), to)
		}
		// The noise turns a direction by about 0.01·√(d/rows).
		if part := floats.Norm(left, 2) / floats.Norm(v, 2); part > 0.01 {
			t.Errorf("%g of a vector is outside the directions", part)
		}
	}
	if dot := floats.Dot(found[0], found[1]); math.Abs(dot) > 1e-12 || math.Abs(floats.Norm(found[0], 2)-1) > 1e-12 {
		t.Errorf("directions of length %g, with %g of each other", floats.Norm(found[0], 2), dot)
	}
	if found := directions(many, d, 1); found != nil {
		t.Errorf("%d directions of noise", len(found))
	}
}

// TestBeyond: 1 gives no axis, and the others are orthogonal to it.
func TestBeyond(t *testing.T) {
	flat, other := []float64{0.5, 0.5, 0.5, 0.5}, []float64{0.8, 0, 0.6, 0}
	axes := beyond([][]float64{flat, other}, 4)
	if len(axes) != 1 {
		t.Fatalf("%d axes, want 1", len(axes))
	}
	if dot := floats.Dot(axes[0], flat); math.Abs(dot) > 1e-12 {
		t.Errorf("the axis has %g of 1", dot)
	}
}
