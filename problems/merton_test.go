package problems

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/problems/internal/matrix"
)

// mertonCase is a member of the family with its optimal policy and value.
func mertonCase(t *testing.T, dim, steps int, set map[string]float64) (*control.Discrete, control.Policy, *pde.Reference) {
	t.Helper()
	c, err := merton.MakeControl(dim, set)
	if err != nil {
		t.Fatal(err)
	}
	d, err := c.Problem.Discretise(steps)
	if err != nil {
		t.Fatal(err)
	}
	policy, err := c.Optimal(context.Background(), d)
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.References[0].Run(context.Background(), d, pde.Sampling{})
	if err != nil {
		t.Fatal(err)
	}
	return d, policy, r
}

func TestMertonClosedForm(t *testing.T) {
	_, policy, r := mertonCase(t, 0, 20, nil)
	if math.Abs(r.Value-(-0.96500210)) > 5e-9 { // PROBLEMS.md, eight digits
		t.Errorf("value %.10f, want −0.96500210", r.Value)
	}
	a := []float64{0}
	if err := policy.Act(0, 0, 1, []float64{0}, a); err != nil || math.Abs(a[0]-0.625) > 1e-15 {
		t.Errorf("share %v (%v), want 0.625", a, err)
	}
}

// TestMertonCovariance: LL' has the variances σ² and covariances ρσ² that the closed
// form is for, and π* solves Σπ = (μ − r)/γ.
func TestMertonCovariance(t *testing.T) {
	for _, n := range []int{1, 2, 7} {
		for _, rho := range []float64{-0.1, 0, 0.3, 0.9} {
			v, _, err := merton.values(map[string]float64{"rho": rho})
			if err != nil {
				t.Fatal(err)
			}
			m, err := newMertonMarket(n, v)
			if err != nil {
				t.Fatal(err)
			}
			unit := expr.Input("a", n)
			root, err := expr.Compile(m.root(unit), unit)
			if err != nil {
				t.Fatal(err)
			}
			l := make([]float64, n*n) // its row i is L'e_i
			if err := root.Eval(n, l, slices.Concat(matrix.Multiple(n, 1)...)); err != nil {
				t.Fatal(err)
			}
			for i := range n {
				row := 0.0
				for j := range n {
					c, want := 0.0, 0.04
					for k := range n {
						c += l[i*n+k] * l[j*n+k]
					}
					if i != j {
						want *= rho
					}
					if math.Abs(c-want) > 1e-15 {
						t.Errorf("n=%d ρ=%g: covariance %d,%d is %g, want %g", n, rho, i, j, c, want)
					}
					row += c * m.share()
				}
				if want := 0.05 / 2; math.Abs(row-want) > 1e-15 {
					t.Errorf("n=%d ρ=%g: (Σπ)_%d = %g, want %g", n, rho, i, row, want)
				}
			}
		}
	}
}

// TestMertonPolicy: the simulated utility of the optimal policy is the closed form on
// any grid, within 5 standard errors, and so is that of other shares; on the same noise
// they are worse.
func TestMertonPolicy(t *testing.T) {
	for _, c := range []struct {
		dim, steps int
		gamma      float64
	}{{1, 20, 2}, {1, 1, 2}, {5, 4, 2}, {3, 4, 1}, {2, 4, 0.5}} {
		d, policy, r := mertonCase(t, c.dim, c.steps, map[string]float64{"gamma": c.gamma})
		settings := control.Simulation{Paths: 16384, Seed: 3}
		best, err := control.Simulate(context.Background(), d, policy, settings)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(best.Cost-r.Value) > 5*best.StdErr+1e-12 { // γ = 1: pairs have no error but rounding
			t.Errorf("%+v: utility %g ± %g, closed form %g", c, best.Cost, best.StdErr, r.Value)
		}
		for _, factor := range []float64{0, 0.5, 1.5} {
			worse := control.PolicyFunc(func(n int, time float64, x, a []float64) {
				if err := policy.Act(n, time, 1, x, a); err != nil {
					t.Error(err)
				}
				for i := range a {
					a[i] *= factor
				}
			})
			o, err := control.Simulate(context.Background(), d, worse, settings)
			if err != nil {
				t.Fatal(err)
			}
			// Shares kπ* have the certain rate r + (k − k²/2) θ²/γ, θ² = (μ−r)'Σ⁻¹(μ−r).
			rate := 0.02 + (factor-factor*factor/2)*2*(certainRate(r.Value, c.gamma)-0.02)
			want := rate
			if c.gamma != 1 {
				want = math.Exp((1-c.gamma)*rate) / (1 - c.gamma)
			}
			if math.Abs(o.Cost-want) > 5*o.StdErr+1e-12 {
				t.Errorf("%+v: utility of %g of the best shares %g ± %g, want %g", c, factor, o.Cost, o.StdErr, want)
			}
			if o.Cost >= best.Cost {
				t.Errorf("%+v: %g of the best shares has the utility %g, the best %g", c, factor, o.Cost, best.Cost)
			}
		}
	}
}

// certainRate is the rate c for which e^c has the given utility.
func certainRate(utility, gamma float64) float64 {
	if gamma == 1 {
		return utility
	}
	return math.Log((1-gamma)*utility) / (1 - gamma)
}

func TestMertonRefuses(t *testing.T) {
	for _, c := range []struct {
		dim  int
		rho  float64
		want string
	}{{3, -0.5, "above -0.5 and below 1 for 3 assets"}, {2, 1, "below 1"}} {
		_, err := merton.MakeControl(c.dim, map[string]float64{"rho": c.rho})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("dim %d, ρ=%g: got %v, want %q", c.dim, c.rho, err, c.want)
		}
	}
	c, err := merton.MakeControl(1, map[string]float64{"rho": 1}) // one asset has no correlation
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Problem.HJB(); err == nil || !strings.Contains(err.Error(), "fully nonlinear") {
		t.Errorf("HJB: got %v, want that the equation is fully nonlinear", err)
	}
}
