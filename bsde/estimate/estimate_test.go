package estimate

import (
	"math"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/grid"
	"gonum.org/v1/gonum/stat"
)

// wave is an equation whose generator has all its inputs, with the curvature 2c in z, and
// the solution u = t + sin(Σx/√d) with σᵀ∇u = cos(Σx/√d)/√d in every component.
func wave(d int, c float64) (p pde.Problem, z func(t, x expr.Value) expr.Value) {
	phase := func(x expr.Value) expr.Value { return x.Sum().Scale(1 / math.Sqrt(float64(d))) }
	exact := func(t, x expr.Value) expr.Value { return phase(x).Sin().Add(t) }
	start := make([]float64, d)
	for i := range start {
		start[i] = 0.3 * float64(i+1) / float64(d)
	}
	return pde.Problem{
		Name: "wave", Dim: d, Horizon: 0.5, Start: start, Diffusion: pde.Scalar(1), Exact: exact,
		Generator: func(t, x, y, z expr.Value) expr.Value {
			s := phase(x)
			f := s.Sin().Scale(0.5).AddConst(-1).Add(exact(t, x).Sub(y).Scale(0.8))
			return f.Add(z.NormSq().Sub(s.Cos().Square()).Scale(c)).Add(z.Mean().Sub(s.Cos().Scale(1 / math.Sqrt(float64(d)))).Scale(0.3))
		},
		Terminal: func(x expr.Value) expr.Value { return exact(expr.Const(0.5), x) },
	}, func(_, x expr.Value) expr.Value { return phase(x).Cos().Scale(1 / math.Sqrt(float64(d))) }
}

// solution is a new one with 2 workers.
func solution(t *testing.T, p pde.Problem, f Field, g *grid.Grid) *Solution {
	t.Helper()
	s, err := New(t.Context(), p, f, Config{Grid: g, Scales: 1024, Seed: 3, Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestAnyField: from the exact Z and from Z = 0, on a uniform grid and a graded one, at x0
// and elsewhere, the value and the gradient are the solution's within 5 standard errors
// and the other errors that are stated. The exact Z leaves a third of the spread at most.
// Z = 0 is tried where f is linear in z: what its error does to the gradient elsewhere is
// known for fields near the solution alone.
func TestAnyField(t *testing.T) {
	if testing.Short() {
		t.Skip("slow, and others of its kind are quick")
	}
	p, z := wave(4, 0.4)
	flat, _ := wave(4, 0)
	points := []struct {
		t float64
		x []float64
	}{{0, p.Start}, {0, []float64{-0.4, 0.2, 0.1, 0}}, {0.2, []float64{1, 0.5, -0.5, 0.2}}, {0.5, p.Start}}
	for _, kind := range grid.Names {
		g, err := grid.Named(kind, p.Horizon, 16)
		if err != nil {
			t.Fatal(err)
		}
		exact, zero := solution(t, p, Formula{g, z}, g), solution(t, flat, Zero{}, g)
		for _, at := range points {
			sum := 0.0
			for _, v := range at.x {
				sum += v / 2
			}
			want, slope := at.t+math.Sin(sum), math.Cos(sum)/2
			for name, s := range map[string]*Solution{"exact Z": exact, "Z = 0": zero} {
				e, err := s.At(t.Context(), at.t, at.x, 16384)
				if err != nil {
					t.Fatal(err)
				}
				if tol := 5*e.StdErr + e.DiscretizationError + 1e-12; !(math.Abs(e.Value-want) <= tol) {
					t.Errorf("%s, %s, t = %g: %g ± %g (step %g, bias %g), want %g", kind, name, at.t, e.Value, e.StdErr, e.DiscretizationError, e.NetworkBias, want)
				}
				for j, got := range e.Gradient {
					if tol := 5*e.GradientStdErr[j] + e.GradientDiscretization + e.GradientNetworkBias + 1e-12; !(math.Abs(got-slope) <= tol) {
						t.Errorf("%s, %s, t = %g: ∂u/∂x%d = %g ± %g, want %g", kind, name, at.t, j, got, e.GradientStdErr[j], slope)
					}
				}
				if len(e.Gradient) != p.Dim {
					t.Errorf("%s, %s, t = %g: %d components of the gradient", kind, name, at.t, len(e.Gradient))
				}
				if at.t == 0 && (name == "exact Z") != (e.ResidualRatio < 1./3) {
					t.Errorf("%s, %s: residual ratio %g", kind, name, e.ResidualRatio)
				}
			}
		}
	}
}

// TestSecondOrder: for f of t and y alone the recursion has the order 2. u = tan(t + ¼) + 1 solves
// u' = 1 + (u − 1)², so that f = −1 − (y − 1)²; Z = 0 is exact.
func TestSecondOrder(t *testing.T) {
	exact := func(t float64) float64 { return math.Tan(t+0.25) + 1 }
	p := pde.Problem{
		Name: "tangent", Dim: 1, Horizon: 0.5, Start: []float64{0}, Diffusion: pde.Scalar(1),
		Generator: func(_, _, y, _ expr.Value) expr.Value { return y.AddConst(-1).Square().AddConst(1).Neg() },
		Terminal:  func(x expr.Value) expr.Value { return x.Scale(0).AddConst(exact(0.5)).Sum() },
	}
	var steps, errs []float64
	for _, n := range []int{16, 32, 64, 128} {
		g := grid.Uniform(p.Horizon, n)
		s := solution(t, p, Formula{g, func(_, x expr.Value) expr.Value { return x.Scale(0) }}, g)
		t.Cleanup(s.core.borrow())
		e := s.core.(*engine[float64])
		at, err := e.pilot(t.Context(), e.Origin, 32)
		if err != nil {
			t.Fatal(err)
		}
		steps, errs = append(steps, math.Log(p.Horizon/float64(n))), append(errs, math.Log(math.Abs(at.r.y0-at.r.mean()-exact(0))))
	}
	if _, order := stat.LinearRegression(steps, errs, nil, false); math.Abs(order-2) > 0.2 {
		t.Errorf("order %g from %v", order, errs)
	}
}

// TestZeroIsPlainMonteCarlo: without a generator Z = 0 gives the mean of g, with its
// standard error, and explains nothing.
func TestZeroIsPlainMonteCarlo(t *testing.T) {
	p := pde.Problem{
		Name: "heat", Dim: 2, Horizon: 1, Start: []float64{0.5, 0.5}, Diffusion: pde.Scalar(1),
		Terminal: func(x expr.Value) expr.Value { return x.NormSq() },
	}
	s := solution(t, p, Zero{}, nil)
	e, err := s.At(t.Context(), 0, p.Start, 20000)
	if err != nil {
		t.Fatal(err)
	}
	// ‖x0 + W₁‖² has the mean 2.5 and the variance 2d + 4‖x0‖² = 6.
	if math.Abs(e.Value-2.5) > 5*e.StdErr || math.Abs(e.StdErr/math.Sqrt(6./20000)-1) > 0.05 || math.Abs(e.ResidualRatio-1) > 0.1 {
		t.Errorf("%g ± %g, residual ratio %g, want 2.5 ± %g and 1", e.Value, e.StdErr, e.ResidualRatio, math.Sqrt(6./20000))
	}
	if e.DiscretizationError != 0 || e.NetworkBias != 0 {
		t.Errorf("a time step error of %g and a bias of %g in a problem without either", e.DiscretizationError, e.NetworkBias)
	}
	if v := s.Trained([]float64{1, 1}); !math.IsNaN(v) {
		t.Errorf("u(0, ·) is %g, though nothing has learnt it", v)
	}
}

// TestBitsOfAnyField: the same bits for any number of workers.
func TestBitsOfAnyField(t *testing.T) {
	p, z := wave(3, 0.4)
	var first *Estimate
	for _, workers := range []int{1, 2, 5} {
		s, err := New(t.Context(), p, Formula{grid.Uniform(p.Horizon, 20), z}, Config{Workers: workers, Scales: 100})
		if err != nil {
			t.Fatal(err)
		}
		e, err := s.At(t.Context(), 0.1, p.Start, 1000)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = e
		}
		if e.Value != first.Value || e.StdErr != first.StdErr || e.Gradient[1] != first.Gradient[1] || e.DiscretizationError != first.DiscretizationError {
			t.Errorf("%d workers: %v, want %v", workers, e, first)
		}
	}
}

// TestFieldMistakes: a formula of the wrong width and a grid of another horizon are errors.
func TestFieldMistakes(t *testing.T) {
	p, _ := wave(3, 0.4)
	wide := Formula{grid.Uniform(p.Horizon, 20), func(_, x expr.Value) expr.Value { return x.Slice(0, 2) }}
	if _, err := New(t.Context(), p, wide, Config{}); err == nil {
		t.Error("two components of Z in three dimensions are no error")
	}
	if _, err := New(t.Context(), p, Zero{}, Config{Grid: grid.Uniform(1, 4)}); err == nil {
		t.Error("a grid to T = 1 of a problem with T = 0.5 is no error")
	}
}
