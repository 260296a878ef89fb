package pde

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// TestLoading: whatever structure is seen in σ, L·dw is what the diffusion's own expression says at
// x = 1, Lᵀ its adjoint, and the variances those of its rows. Rounding alone, 1e-14.
func TestLoading(t *testing.T) {
	const d = 5
	columns, full, skew := make([][]float64, d), make([][]float64, d), make([][]float64, d)
	for i := range d {
		columns[i], full[i], skew[i] = make([]float64, d), make([]float64, d), make([]float64, d)
		for j := range d {
			full[i][j] = math.Sin(float64(1 + i*d + j))
			if j < i {
				columns[i][j] = 0.1 * float64(j+1)
			}
		}
		columns[i][i] = 1 + 0.1*float64(i)
		copy(skew[i], columns[i])
	}
	skew[0][d-1] = 0.3 // above the diagonal
	for name, s := range map[string]Diffusion{
		"scalar": Scalar(0.3), "diagonal": Diagonal{1, 2, 3, 4, 5}, "geometric": Geometric(0.2), "columns": CorrelatedGeometric(columns),
		"columns of X": Dense(columns), "full": Dense(full), "above the diagonal": CorrelatedGeometric(skew), "identity": Dense([][]float64{{1, 0, 0, 0, 0}, {0, 1, 0, 0, 0}, {0, 0, 1, 0, 0}, {0, 0, 0, 1, 0}, {0, 0, 0, 0, 1}}),
	} {
		l, ok := LoadingOf(s, d)
		if !ok {
			t.Fatalf("%s has no loading", name)
		}
		x, dw := expr.Input("x", d), expr.Input("dw", d)
		f, err := expr.Compile(s.Mul(expr.Const(0), x, dw), x, dw)
		if err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(1, 2))
		w, v, want, got, back := make([]float64, d), make([]float64, d), make([]float64, d), make([]float64, d), make([]float64, d)
		for i := range d {
			w[i], v[i] = rng.NormFloat64(), rng.NormFloat64()
		}
		if err := f.Eval(1, want, []float64{1, 1, 1, 1, 1}, w); err != nil {
			t.Fatal(err)
		}
		l.Apply(w, got)
		l.Transposed(v, back)
		left, right := 0.0, 0.0
		for i := range d {
			if math.Abs(got[i]-want[i]) > 1e-14 {
				t.Errorf("%s: component %d is %v, want %v", name, i, got[i], want[i])
			}
			left += v[i] * got[i]
			right += back[i] * w[i]
		}
		if math.Abs(left-right) > 1e-14 {
			t.Errorf("%s: v·Lw = %v and Lᵀv·w = %v", name, left, right)
		}
		variances, unit, column := l.Variances(), make([]float64, d), make([]float64, d)
		for j := range d {
			clear(unit)
			unit[j] = 1
			l.Apply(unit, column)
			for i, c := range column {
				variances[i] -= c * c
			}
		}
		for i, rest := range variances {
			if math.Abs(rest) > 1e-14*25 {
				t.Errorf("%s: the variance of component %d is off by %g", name, i, rest)
			}
		}
	}
	if _, ok := LoadingOf(DiffusionFunc(func(_, x, dw expr.Value) expr.Value { return x.Mul(dw) }), d); ok {
		t.Error("a function has a loading")
	}
}
