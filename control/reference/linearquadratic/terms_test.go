package linearquadratic

import (
	"math"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// TestTermsOfEveryStructure: scalar, diagonal, full and zero matrices give the plain sums,
// to rounding.
func TestTermsOfEveryStructure(t *testing.T) {
	v, w := []float64{0.5, -2, 3}, []float64{1.5, 0.3, -0.7}
	full := [][]float64{{1, 2, 0}, {0, -1, 3}, {4, 0, 0.5}}
	eval := func(e expr.Value) []float64 {
		f, err := expr.Compile(e)
		if err != nil {
			t.Fatal(err)
		}
		out := make([]float64, f.Width())
		if err := f.Eval(1, out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	near := func(what string, m [][]float64, got, want float64) {
		if math.Abs(got-want) > 1e-14*(1+math.Abs(want)) {
			t.Errorf("%s of %v is %g, want %g", what, m, got, want)
		}
	}
	for _, m := range [][][]float64{full, multipleOf(3, 1), multipleOf(3, -2), {{1, 0, 0}, {0, 0, 0}, {0, 0, 3}}, multipleOf(3, 0), nil} {
		product := make([]float64, 3)
		form, twice := 0.0, 0.0
		for i, row := range m {
			for j, x := range row {
				product[i] += x * v[j]
				form += v[i] * x * v[j]
				twice += 2 * w[i] * x * v[j]
			}
		}
		for i, got := range eval(sum(3, linear(expr.Vector(v), m))) {
			near("linear", m, got, product[i])
		}
		near("quadratic", m, eval(sum(1, quadratic(expr.Vector(v), m)))[0], form)
		near("cross", m, eval(sum(1, cross(expr.Vector(w), expr.Vector(v), m)))[0], twice)
	}
	column := [][]float64{{1}, {2}, {-1}}
	for _, c := range []struct {
		v []float64
		m [][][]float64
	}{{v, [][][]float64{full, multipleOf(3, 2), nil}}, {v[:1], [][][]float64{column, nil, column}}, {v, nil}} {
		want := make([]float64, 3)
		for k, m := range c.m {
			for i, row := range m {
				for j, x := range row {
					want[i] += w[k] * x * c.v[j]
				}
			}
		}
		for i, got := range eval(sum(3, bilinear(expr.Vector(c.v), expr.Vector(w), c.m))) {
			near("bilinear", nil, got, want[i])
		}
	}
}
