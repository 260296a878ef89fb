package pde

import (
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// TestStarts: ξ = 0 is the middle, a far ξ a corner of the box.
func TestStarts(t *testing.T) {
	lo, hi := []float64{-1, 2}, []float64{3, 2.5}
	for _, c := range []struct {
		start func(expr.Value) expr.Value
		xi    []float64
		want  [2]float64
	}{
		{UniformStart(lo, hi), []float64{0, 0}, [2]float64{1, 2.25}},
		{UniformStart(lo, hi), []float64{-40, 40}, [2]float64{-1, 2.5}},
		{NormalStart(lo, hi), []float64{0, 0}, [2]float64{-1, 2}},
		{NormalStart(lo, hi), []float64{1, -2}, [2]float64{2, -3}},
	} {
		xi := expr.Input("xi", 2)
		f, err := expr.Compile(c.start(xi), xi)
		if err != nil {
			t.Fatal(err)
		}
		var got [2]float64
		if err := f.Eval(1, got[:], c.xi); err != nil || got != c.want {
			t.Errorf("ξ = %g: %g, want %g (%v)", c.xi, got, c.want, err)
		}
	}
	p := Problem{Name: "x", Dim: 2, Horizon: 1, Start: lo, Diffusion: Scalar(1), Terminal: func(x expr.Value) expr.Value { return x.Sum() }}
	p.RandomStart = UniformStart([]float64{0, 0, 0}, []float64{1})
	if err := p.Validate(); err == nil {
		t.Error("corners of three components are accepted for d = 2")
	}
}
