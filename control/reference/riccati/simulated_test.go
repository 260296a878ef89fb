package riccati

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/control/reference/internal/cases"
	"github.com/deepbsde/deepbsde/control/reference/internal/matrix"
	"github.com/deepbsde/deepbsde/control/reference/linearquadratic"
	"github.com/deepbsde/deepbsde/pde/grid"
	"gonum.org/v1/gonum/mat"
)

// inStages is the problem in discrete time that Euler's scheme makes of l.
func inStages(t *testing.T, l *linearquadratic.Form, steps int) *linearquadratic.Form {
	t.Helper()
	all, err := stages(l, grid.Uniform(max(l.Horizon, 1), steps))
	if err != nil {
		t.Fatal(err)
	}
	s, d := all[0], *l
	d.Horizon, d.Stages, d.A, d.B, d.S, d.Q, d.R, d.N = 0, steps, matrix.Rows(s.a), matrix.Rows(s.b), nil, matrix.Rows(s.q), matrix.Rows(s.r), matrix.Rows(s.n)
	if s.s != nil {
		d.S = matrix.Rows(s.s)
	}
	d.C, d.D = make([][][]float64, len(s.c)), make([][][]float64, len(s.d))
	for k := range s.c {
		if s.c[k] != nil {
			d.C[k] = matrix.Rows(s.c[k])
		}
		if s.d[k] != nil {
			d.D[k] = matrix.Rows(s.d[k])
		}
	}
	return &d
}

// TestSimulatedCost: under the optimal policy the simulated cost is the value within 5
// standard errors; the policy is of both forms of time.
func TestSimulatedCost(t *testing.T) {
	for name, l := range map[string]*linearquadratic.Form{
		"multiplicative": cases.Multiplicative(10), "skew": cases.Skew(), "skew in stages": inStages(t, cases.Skew(), 20),
	} {
		r, err := Discrete(l, 20)
		if err != nil {
			t.Fatal(err)
		}
		p, err := l.Problem()
		if err != nil {
			t.Fatal(err)
		}
		d, err := p.Discretise(20)
		if err != nil {
			t.Fatal(err)
		}
		s := control.Simulation{Paths: 1 << 14, Seed: 3}
		best, err := control.Simulate(t.Context(), d, r.Policy, s)
		if err != nil || math.Abs(best.Cost-r.Value) > 5*best.StdErr || best.StdErr > 0.02*r.Value {
			t.Errorf("%s: simulated %g ± %g, %v, want %g", name, best.Cost, best.StdErr, err, r.Value)
		}
		if exact, err := Cost(l, r.Policy); err != nil || math.Abs(exact-r.Value) > 10*r.Error {
			t.Errorf("%s: cost of the optimal policy %.15g, %v, want %.15g", name, exact, err, r.Value)
		}
		worse := perturbed(r.Policy, 0.3)
		cost, err := Cost(l, worse)
		if err != nil || !(cost > r.Value) {
			t.Errorf("%s: perturbed gains cost %g, %v, not more than %g", name, cost, err, r.Value)
		}
		other, err := control.Simulate(t.Context(), d, worse, s)
		if err != nil {
			t.Fatal(err)
		}
		// On the same noise the difference is seen clearly: over 5 of its standard errors.
		mean, stdErr := difference(other, best)
		if !(mean > 5*stdErr) || math.Abs(mean-(cost-r.Value)) > 5*stdErr {
			t.Errorf("%s: perturbed gains cost %g ± %g more on the same noise, want %g", name, mean, stdErr, cost-r.Value)
		}
	}
}

// perturbed changes every gain by a random factor in [1−size, 1+size].
func perturbed(f *control.Feedback, size float64) *control.Feedback {
	rng := rand.New(rand.NewPCG(1, 2))
	out := &control.Feedback{}
	for _, k := range f.Gains {
		k = mat.DenseCopyOf(k)
		k.Apply(func(_, _ int, v float64) float64 { return v * (1 + size*(2*rng.Float64()-1)) }, k)
		out.Gains = append(out.Gains, k)
	}
	return out
}

// difference is the mean of a − b over the paths of two simulations with the same
// noise. Its error takes the paths for independent, which the halves of a pair are not;
// an even part of the cost makes it up to √2 too small.
func difference(a, b *control.Outcome) (mean, stdErr float64) {
	sum, squares, n := 0.0, 0.0, float64(len(a.Costs))
	for i, c := range a.Costs {
		v := c - b.Costs[i]
		sum, squares = sum+v, squares+v*v
	}
	mean = sum / n
	return mean, math.Sqrt(2 * (squares/n - mean*mean) / n)
}

// TestFirstOrderCondition: no small change of a single gain lowers the exact cost. The
// change is 1e-3, its effect 1e-6 times a curvature, far above rounding.
func TestFirstOrderCondition(t *testing.T) {
	l := cases.Skew()
	r, err := Discrete(l, 8)
	if err != nil {
		t.Fatal(err)
	}
	for n, k := range r.Policy.Gains {
		for i := range 2 {
			for j := range 3 {
				old := k.At(i, j)
				for _, v := range []float64{-1e-3, 1e-3} {
					k.Set(i, j, old+v)
					if cost, err := Cost(l, r.Policy); err != nil || !(cost > r.Value) {
						t.Errorf("step %d, gain %d,%d changed by %g: %.15g, %v, not above %.15g", n, i, j, v, cost, err, r.Value)
					}
				}
				k.Set(i, j, old)
			}
		}
	}
}

func TestCostRefusesOtherShapes(t *testing.T) {
	if _, err := Cost(cases.Skew(), &control.Feedback{Gains: []*mat.Dense{mat.NewDense(3, 3, nil)}}); err == nil || !strings.Contains(err.Error(), "gain 0 of the policy is 3×3, want 2×3") {
		t.Errorf("error %v", err)
	}
}
