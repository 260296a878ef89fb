package policy

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/bsde/network"
	"github.com/deepbsde/deepbsde/control/reference/linearquadratic"
	"github.com/deepbsde/deepbsde/control/reference/riccati"
)

// TestCostate compares the gradient of a policy's cost with central differences of the
// cost, which sees the same noise: 1e-6 relative, at a random policy of both kinds.
func TestCostate(t *testing.T) {
	for _, maximize := range []bool{false, true} {
		for _, network := range []network.Network{network.Shared{Hidden: []int{5}}, network.PerStep{Hidden: []int{5}}} {
			p := everyDependence()
			p.Maximize = maximize
			tr := policyTrainer(t, p, Method{Network: network}, bsde.Settings{Steps: 4, Batch: 6, Precision: "float64"})
			e := tr.Training().(*engine[float64])
			for i := range e.params {
				e.params[i] += 0.1 * math.Sin(float64(i))
			}
			const paths, step = 100, 1e-5
			at := func(t0 float64, x []float64) *estimate.PolicyEstimate {
				out, err := tr.Policy().At(context.Background(), t0, x, paths)
				if err != nil {
					t.Fatal(err)
				}
				return out
			}
			for _, t0 := range []float64{0, 0.5, 1} {
				x := []float64{0.2, 0.4, -0.1}
				got := at(t0, x)
				for j := range x {
					up, down := slices.Clone(x), slices.Clone(x)
					up[j] += step
					down[j] -= step
					want := (at(t0, up).Value - at(t0, down).Value) / (2 * step)
					if math.Abs(got.Gradient[j]-want) > 1e-6*(1+math.Abs(want)) {
						t.Errorf("maximize %t, %s, t = %g: ∂/∂x%d is %.9g, central difference %.9g", maximize, network.Name(), t0, j, got.Gradient[j], want)
					}
				}
				if (got.Action == nil) != (t0 == 1) {
					t.Errorf("t = %g: action %v", t0, got.Action)
				}
			}
		}
	}
}

// TestPolicyAnywhere compares cost and costate of a trained policy with the Riccati
// recursion at a point in the middle. The cost is second order in the error of the
// policy, 0.5 % as in TestPolicyFindsTheGain; the costate first order, 3 %.
func TestPolicyAnywhere(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds of training")
	}
	tr := policyTrainer(t, chain(1), Method{}, bsde.Settings{Iterations: 1500, Steps: 10})
	for tr.Step(t.Context()) {
	}
	l := &linearquadratic.Form{
		A: [][]float64{{-1}}, B: [][]float64{{1}}, Q: [][]float64{{1}}, R: [][]float64{{0.3}}, G: [][]float64{{1}}, S: [][]float64{{0.5}}, Horizon: 1, Start: []float64{1},
	}
	want, err := riccati.Discrete(l, 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []float64{0.2, -0.3} {
		got, err := tr.Policy().At(t.Context(), 0.4, []float64{x}, 20000)
		if err != nil {
			t.Fatal(err)
		}
		value, eps := want.ValueAt(4, []float64{x}), 1e-4
		slope := (want.ValueAt(4, []float64{x + eps}) - want.ValueAt(4, []float64{x - eps})) / (2 * eps)
		if got.Value < value-5*got.StdErr || got.Value > value*1.005+5*got.StdErr {
			t.Errorf("cost at %g: %g ± %g, optimal %g", x, got.Value, got.StdErr, value)
		}
		if math.Abs(got.Gradient[0]-slope) > 5*got.GradientStdErr[0]+0.03*math.Abs(slope) {
			t.Errorf("costate at %g: %g ± %g, optimal %g", x, got.Gradient[0], got.GradientStdErr[0], slope)
		}
	}
}

// TestPolicyPointIsTheResults: at (0, x0) and with as many paths, the value is that of
// the result.
func TestPolicyPointIsTheResults(t *testing.T) {
	tr := policyTrainer(t, chain(2), Method{Network: network.Shared{Hidden: []int{4}}}, bsde.Settings{Iterations: 5, Steps: 4, Paths: 1000})
	for tr.Step(t.Context()) {
	}
	r, err := tr.Result(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Policy.At(t.Context(), 0, []float64{1, 1}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(got.Value-r.OnGrid().Value) > 5*got.StdErr || !slices.Equal(got.Action, r.Control.Action) {
		t.Errorf("%v, the result %v ± %v %v", got, r.Value, r.StdErr, r.Control.Action)
	}
	for _, c := range []struct {
		t     float64
		x     []float64
		paths int
		want  string
	}{
		{0.3, []float64{0, 0}, 0, "t: is 0.3, want a time of the grid, such as 0.25 or 0.5, from 0 to 1"},
		{-1, []float64{0, 0}, 0, "such as 0 or 0.25"},
		{math.NaN(), []float64{0, 0}, 0, "t: is NaN"},
		{0, []float64{0}, 0, "has 1 components, want 2"},
		{0, []float64{0, 0}, 3, "paths: is 3"},
	} {
		if _, err := r.Policy.At(t.Context(), c.t, c.x, c.paths); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("At(%g, %g, %d): %v, want %q", c.t, c.x, c.paths, err, c.want)
		}
	}
}
