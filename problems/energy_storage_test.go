package problems

import (
	"context"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde"
)

func energyCase(t *testing.T, set map[string]float64) (*Control, *control.Discrete) {
	t.Helper()
	c, err := energyStorage.MakeControl(0, set)
	if err != nil {
		t.Fatal(err)
	}
	d, err := c.Problem.Discretise(0)
	if err != nil {
		t.Fatal(err)
	}
	return c, d
}

// sellAtOnce is the policy of the best reward of each hour alone: it stores nothing,
// and empties the storage.
var sellAtOnce = control.PolicyFunc(func(_ int, _ float64, x, a []float64) {
	a[0], a[1] = 0, math.Min(x[0], 4)
})

// TestEnergyStorageOptimum: the stated error of the optimum is at most 0.2 %, its policy
// earns the value within 5 standard errors, and selling at once earns more than 10 %
// less, on the same noise.
func TestEnergyStorageOptimum(t *testing.T) {
	set, least, most := map[string]float64(nil), 0.1, 0.002
	if os.Getenv("DEEPBSDE_ACCURACY") == "" { // in the hours of the night the storage only fills, on a grid too coarse for so little
		set, least, most = map[string]float64{"stages": 4}, 0, 0.005
	}
	c, d := energyCase(t, set)
	r, err := c.References[0].Run(context.Background(), d, pde.Sampling{})
	if err != nil {
		t.Fatal(err)
	}
	if r.StdErr > most*r.Value {
		t.Errorf("value %g ± %g, want at most %g of it", r.Value, r.StdErr, most)
	}
	// 3663.3 on 31×21×21 points, 20 s; about 3664.1 extrapolated in each axis from five grids.
	if os.Getenv("DEEPBSDE_ACCURACY") != "" && math.Abs(r.Value-3664.1) > r.StdErr {
		t.Errorf("value %g ± %g, want 3664.1", r.Value, r.StdErr)
	}
	policy, err := c.Optimal(context.Background(), d)
	if err != nil {
		t.Fatal(err)
	}
	settings := control.Simulation{Paths: 2048, Seed: 1}
	best, err := control.Simulate(context.Background(), d, policy, settings)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(best.Cost-r.Value) > 5*best.StdErr+r.StdErr {
		t.Errorf("policy earns %g ± %g, value %g ± %g", best.Cost, best.StdErr, r.Value, r.StdErr)
	}
	naive, err := control.Simulate(context.Background(), d, sellAtOnce, settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("optimum %.1f ± %.1f, its policy %.1f ± %.1f, selling at once %.1f ± %.1f", r.Value, r.StdErr, best.Cost, best.StdErr, naive.Cost, naive.StdErr)
	if best.Cost < (1+least)*naive.Cost {
		t.Errorf("the best policy earns %g, selling at once %g: storage hardly matters", best.Cost, naive.Cost)
	}
}

// TestEnergyStorageConstraints: whatever a network puts out, every flow and the level
// stay within their limits, exactly, and the energy is conserved.
func TestEnergyStorageConstraints(t *testing.T) {
	for _, rate := range []float64{4, 100} { // with and without a limit on the flows
		_, d := energyCase(t, map[string]float64{"rate": rate})
		ti, x, raw := expr.Input("t", 1), expr.Input("x", 3), expr.Input("raw", 2)
		admit, err := expr.Compile(d.Admit(ti, x, raw), ti, x, raw)
		if err != nil {
			t.Fatal(err)
		}
		wild := control.PolicyFunc(func(n int, time float64, x, a []float64) {
			rng := rand.New(rand.NewPCG(uint64(n), math.Float64bits(x[2])))
			raw := []float64{20 * rng.NormFloat64(), 20 * rng.NormFloat64()} // mostly at the limits
			if err := admit.Eval(1, a, []float64{time}, x, raw); err != nil {
				t.Error(err)
			}
		})
		o, err := control.Simulate(context.Background(), d, wild, control.Simulation{Paths: 512, Seed: 2, Record: 256})
		if err != nil {
			t.Fatal(err)
		}
		full := 0
		for _, p := range o.Records {
			for n, a := range p.Actions {
				level, wind, next := p.States[n][0], p.States[n][1], p.States[n+1][0]
				room := (10 - level) * (1 / 0.9)
				if a[0] < 0 || a[0] > wind || a[0] > rate || a[0] > room || a[1] < 0 || a[1] > level || a[1] > rate || next < 0 || next > 10 {
					t.Fatalf("flows %v in state %v, level %g then", a, p.States[n], next)
				}
				if want := level + 0.9*a[0] - a[1]; math.Abs(next-want) > 1e-14 {
					t.Fatalf("level %.17g, want %.17g", next, want)
				}
				if a[0] == room || a[1] == level && level > 0 {
					full++
				}
			}
		}
		if full == 0 {
			t.Error("no flow was ever at its limit")
		}
	}
}

func TestEnergyStorageRefuses(t *testing.T) {
	if _, err := energyStorage.MakeControl(4, nil); err == nil || !strings.Contains(err.Error(), "want 3: storage, wind and price") {
		t.Errorf("dimension 4: %v", err)
	}
	if _, err := energyStorage.MakeControl(0, map[string]float64{"stages": 2.5}); err == nil || !strings.Contains(err.Error(), "whole number") {
		t.Errorf("2.5 stages: %v", err)
	}
}
