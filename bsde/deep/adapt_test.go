package deep

import (
	"math"
	"slices"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/grid"
)

// TestEquidistributed: with a density of 3 on the first half and 1 on the second, three quarters of the
// steps lie in the first, but for the least density and the share that is kept.
func TestEquidistributed(t *testing.T) {
	g := grid.Uniform(2, 4)
	for _, c := range []struct{ share, first float64 }{{0, (3 + 2*leastDensity) / (4 + 4*leastDensity)}, {1, 0.5}} {
		out, err := equidistributed(g, []float64{3, 3, 1, 1}, c.share)
		if err != nil {
			t.Fatal(err)
		}
		fine, err := refined(out, 4000)
		if err != nil {
			t.Fatal(err)
		}
		within := 0
		for n := range fine.Steps() {
			if fine.Time(n+1) <= 1 {
				within++
			}
		}
		// One step of the coarse grid has both densities: its points lie on a line.
		if part := float64(within) / 4000; math.Abs(part-c.first) > 0.07 || fine.Horizon() != 2 {
			t.Errorf("%g of the grid kept: %.3f of the steps in the first half, want %.3f", c.share, part, c.first)
		}
	}
}

// TestEquidistributedOfNothing: where Z does not change the grid stays.
func TestEquidistributedOfNothing(t *testing.T) {
	g := grid.Graded(1, 4)
	if out, err := equidistributed(g, make([]float64, 4), 0); err != nil || !out.Equal(g) {
		t.Errorf("%v, %v", out, err)
	}
}

// TestRefined: a grid of the same number of steps is itself, and one of twice as many halves each.
func TestRefined(t *testing.T) {
	g := grid.Graded(1, 6)
	for _, times := range []int{1, 2} {
		out, err := refined(g, 6*times)
		if err != nil {
			t.Fatal(err)
		}
		for n := range g.Steps() + 1 {
			if math.Abs(out.Time(n*times)-g.Time(n)) > 1e-15 {
				t.Errorf("%d times the steps: t_%d = %g, want %g", times, n*times, out.Time(n*times), g.Time(n))
			}
		}
	}
}

// pulse is an equation whose noise comes in a short time: most of Z changes there.
func pulse(at float64) pde.Problem {
	return pde.Problem{
		Name: "pulse", Dim: 3, Horizon: 1, Start: []float64{0.5, 0.5, 0.5},
		Diffusion: pde.DiffusionFunc(func(t, _, w expr.Value) expr.Value {
			off := t.AddConst(-at).Scale(20)
			return w.Mul(off.Mul(off).Neg().Exp().Scale(2).AddConst(0.3))
		}),
		Generator: func(_, _, _, z expr.Value) expr.Value { return z.NormSq().Neg() },
		Terminal:  func(x expr.Value) expr.Value { return x.NormSq().AddConst(1).Log() },
	}
}

// TestTimesFollowZ: half of the steps are where the noise is, wherever that is, and the times are the
// same for any number of workers.
func TestTimesFollowZ(t *testing.T) {
	if testing.Short() {
		t.Skip("trains")
	}
	for _, at := range []float64{0.3, 0.6} {
		var before []float64
		for _, workers := range []int{1, 3} {
			pool := autodiff.NewPool(workers)
			env := bsde.Env{Settings: bsde.Settings{Steps: 32, Seed: 1, Workers: workers, Grid: grid.Adaptive}.WithDefaults(), Pool: pool}
			times, err := Method{}.Times(t.Context(), pulse(at), env)
			pool.Close()
			if err != nil {
				t.Fatal(err)
			}
			within := 0
			for _, s := range times {
				if math.Abs(s-at) < 0.1 {
					within++
				}
			}
			if len(times) != 33 || times[0] != 0 || times[32] != 1 || within < 16 {
				t.Errorf("pulse at %g: %d times, %d within 0.1 of it: %.3f", at, len(times), within, times)
			}
			if before != nil && !slices.Equal(before, times) {
				t.Errorf("pulse at %g: other times for %d workers", at, workers)
			}
			before = times
		}
	}
}

// TestAdaptiveGridIsKept: the run has the times in its settings, and a run with these does not search.
func TestAdaptiveGridIsKept(t *testing.T) {
	if testing.Short() {
		t.Skip("trains")
	}
	set := &bsde.Settings{Grid: grid.Adaptive, Steps: 16, Paths: 4096, Seed: 2}
	first, err := bsde.Solve(t.Context(), pulse(0.5), Method{}, set)
	if err != nil {
		t.Fatal(err)
	}
	uniform, err := bsde.Solve(t.Context(), pulse(0.5), Method{}, &bsde.Settings{Steps: 16, Paths: 4096, Seed: 2})
	if err != nil {
		t.Fatal(err)
	}
	if !(first.DiscretizationError < uniform.DiscretizationError/2) {
		t.Errorf("error of the time step %g, on a uniform grid %g", first.DiscretizationError, uniform.DiscretizationError)
	}
	again, err := bsde.Solve(t.Context(), pulse(0.5), Method{}, &first.Settings)
	if err != nil {
		t.Fatal(err)
	}
	if again.Value != first.Value || len(first.Settings.Times) != 17 {
		t.Errorf("%g with the times of a run, which has %g", again.Value, first.Value)
	}
}
