package problems

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/control/reference/riccati"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/problems/internal/matrix"
)

// member is a member of a family on its default grid.
func member(t *testing.T, name string, dim int, set map[string]float64, steps int) (*Control, *control.Discrete) {
	t.Helper()
	f, err := Find(name)
	if err != nil {
		t.Fatal(err)
	}
	c, err := f.MakeControl(dim, set)
	if err != nil {
		t.Fatal(err)
	}
	d, err := c.Problem.Discretise(steps)
	if err != nil {
		t.Fatal(err)
	}
	return c, d
}

func TestControlFamiliesInEveryDimension(t *testing.T) {
	for _, f := range Controls() {
		dims := []int{1, 2, 10, 300}
		if f == energyStorage { // is what it is
			dims = []int{0, 3}
		}
		for _, dim := range dims {
			c, err := f.MakeControl(dim, nil)
			if err != nil || !f.IsControl() || c.Problem.Name != f.Name {
				t.Fatalf("%s d=%d: %v", f.Name, dim, err)
			}
		}
		if _, err := f.Make(0, nil); err == nil || !strings.Contains(err.Error(), f.Name+" is a control problem") {
			t.Errorf("%s: error %v", f.Name, err)
		}
	}
	if _, err := hjb.MakeControl(0, nil); err == nil || !strings.Contains(err.Error(), "hjb is an equation") {
		t.Errorf("error %v", err)
	}
	var unknown *UnknownError
	if _, err := Find("lqr-multiplicativ"); !errors.As(err, &unknown) || !strings.Contains(err.Error(), `did you mean "lqr-multiplicative"?`) {
		t.Errorf("error %v", err)
	}
}

func TestWrongControlParametersAreRefused(t *testing.T) {
	for _, c := range []struct {
		f    *Family
		dim  int
		set  map[string]float64
		want string
	}{
		{optimalExecution, 0, map[string]float64{"steps": 2.5}, "parameter steps is 2.5, want a whole number"},
		{optimalExecution, 0, map[string]float64{"rho": 1}, "parameter rho is 1, want a number from 0 to 0.99"},
		{optimalExecution, 5000, nil, "dimension 5000, want at most 3000"},
		{lqr, 5000, nil, "dimension 5000, want at most 3000"},
		{lqr, 0, map[string]float64{"r": 0}, "parameter r is 0, want a finite number above 0"},
	} {
		if _, err := c.f.MakeControl(c.dim, c.set); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one containing %q", err, c.want)
		}
	}
	// Permanent impact so strong that a sale and a purchase back earn without bound.
	c, d := member(t, "optimal-execution", 1, map[string]float64{"gamma": 50}, 0)
	if _, err := c.References[0].Run(t.Context(), d, pde.Sampling{}); err == nil || !strings.Contains(err.Error(), "not positive definite at step 19 of 20") {
		t.Errorf("error %v", err)
	}
}

// TestControlReferences has the values at the default parameters: the digits of
// PROBLEMS.md for lqr-multiplicative and hjb, for the others those of this program, which
// TestOptimalPoliciesAttainTheReference checks by simulation.
func TestControlReferences(t *testing.T) {
	for _, c := range []struct {
		problem, method string
		continuous      bool
		want, tol       float64
	}{
		{"lqr", "riccati-discrete", false, 67.64894229, 5e-9},
		{"lqr", "riccati", true, 61.27941221, 5e-9},
		{"lqr-multiplicative", "riccati-discrete", false, 54.276467, 5e-7},
		{"lqr-multiplicative", "riccati", true, 57.134434, 5e-7},
		{"optimal-execution", "dynamic-programme", false, 9.01022115, 5e-9},
		{"hjb-control", "cole-hopf", true, 4.590161725, 5e-10},
	} {
		made, d := member(t, c.problem, 0, nil, 0)
		found := false
		for i, r := range made.References {
			if found = found || r.Name == c.method; r.Name != c.method {
				continue
			}
			ref, err := r.Run(t.Context(), d, pde.Sampling{})
			if err != nil || !(math.Abs(ref.Value-c.want) <= c.tol) || !(ref.StdErr <= 1e-9*ref.Value) || r.Continuous != c.continuous {
				t.Errorf("%s %s: %+v, %v, continuous %v, want %.10g", c.problem, c.method, ref, err, r.Continuous, c.want)
			}
			if i == 0 && r.Continuous && len(made.References) > 1 {
				t.Errorf("%s: the first reference is not that of the grid", c.problem)
			}
		}
		if !found {
			t.Errorf("%s has no reference %s", c.problem, c.method)
		}
	}
}

// TestOptimalPoliciesAttainTheReference: within 5 standard errors, which are below 1 %
// of the value; and the scale of the actions is theirs within a factor of 3.
func TestOptimalPoliciesAttainTheReference(t *testing.T) {
	for _, c := range []struct {
		problem string
		dim     int
		paths   int
	}{{"lqr", 10, 1 << 14}, {"lqr", 100, 1 << 10}, {"lqr-multiplicative", 10, 1 << 14}, {"lqr-multiplicative", 100, 1 << 11}, {"optimal-execution", 10, 1 << 14}, {"optimal-execution", 1, 1 << 15}} {
		made, d := member(t, c.problem, c.dim, nil, 0)
		policy, err := made.Optimal(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		ref, err := made.References[0].Run(t.Context(), d, pde.Sampling{})
		if err != nil {
			t.Fatal(err)
		}
		o, err := control.Simulate(t.Context(), d, policy, control.Simulation{Paths: c.paths, Seed: 1, Record: 200})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s d=%d: simulated %g ± %g, exact %g", c.problem, c.dim, o.Cost, o.StdErr, ref.Value)
		if math.Abs(o.Cost-ref.Value) > 5*o.StdErr || o.StdErr > 0.01*ref.Value {
			t.Errorf("%s d=%d: simulated %g ± %g, want %g", c.problem, c.dim, o.Cost, o.StdErr, ref.Value)
		}
		sum, n := 0.0, 0.0
		for _, r := range o.Records {
			for _, a := range r.Actions {
				for i, v := range a {
					sum, n = sum+math.Pow(v/made.Problem.ActionScale[i], 2), n+1
				}
			}
		}
		if ratio := math.Sqrt(sum / n); !(ratio > 1./3 && ratio < 3) {
			t.Errorf("%s d=%d: actions are %g times their scale", c.problem, c.dim, ratio)
		}
	}
}

// TestEquicorrelated: L·Lᵀ is the matrix, to rounding.
func TestEquicorrelated(t *testing.T) {
	for _, rho := range []float64{0, 0.3, 0.99} {
		l := matrix.Equicorrelated(20, rho)
		for i := range l {
			for j := range l {
				want, got := rho, 0.0
				if i == j {
					want = 1
				}
				for k := range l {
					got += l[i][k] * l[j][k]
				}
				if math.Abs(got-want) > 1e-14 || j > i && l[i][j] != 0 {
					t.Errorf("ρ=%g: entry %d,%d is %g, want %g", rho, i, j, got, want)
				}
			}
		}
	}
}

// TestAlmgrenChriss: one stock without a signal has the optimal trajectory
// sinh(k(T−t))/sinh(kT) of Almgren and Chriss (2000), equations 17 to 20.
func TestAlmgrenChriss(t *testing.T) {
	v := defaults(optimalExecution)
	v["beta"], v["lambda"], v["gamma"] = 0, 2, 0.3
	const trades = 21
	l := execution(1, trades-1, v)
	r, err := riccati.Discrete(l, 0)
	if err != nil {
		t.Fatal(err)
	}
	h := 1. / trades
	eta := v["eta"] - v["gamma"]*h/2
	k := math.Acosh(1+v["lambda"]/eta*h*h/2) / h
	left := func(j int) float64 { return math.Sinh(k*(1-float64(j)*h)) / math.Sinh(k) }
	want := v["gamma"] / 2
	x, a := append([]float64(nil), l.Start...), []float64{0}
	for j := 1; j <= trades; j++ {
		sold := left(j-1) - left(j)
		want += eta/h*sold*sold + v["lambda"]*h*left(j)*left(j)
		if j == trades {
			break
		}
		if err := r.Policy.Act(j-1, 0, 1, x, a); err != nil || math.Abs(a[0]-sold) > 1e-12 {
			t.Errorf("trade %d: %g shares, %v, want %g", j, a[0], err, sold)
		}
		x[0], x[1] = x[0]-v["gamma"]*a[0], x[1]-a[0]
	}
	if math.Abs(r.Value-want) > 1e-12*want {
		t.Errorf("cost %.15g, want %.15g", r.Value, want)
	}
}

// TestHJBControlHasTheEquationsHamiltonian: min over a of b·p + L is f(σᵀp) of hjb, and
// other actions are worse.
func TestHJBControlHasTheEquationsHamiltonian(t *testing.T) {
	set := map[string]float64{"lambda": 7}
	made, _ := member(t, "hjb-control", 3, set, 0)
	equation, err := hjb.Make(3, set)
	if err != nil {
		t.Fatal(err)
	}
	at, x, p, out := expr.Const(0), expr.Vector([]float64{1, 2, 3}), expr.Vector([]float64{0.3, -1, 0.2}), []float64{0, 0, 0}
	hamiltonian := func(a expr.Value) expr.Value {
		return made.Problem.Drift(at, x, a).Dot(p).Add(made.Problem.RunningCost(at, x, a))
	}
	a := made.Problem.Minimizer(at, x, p)
	all, err := expr.Compile(expr.Concat(hamiltonian(a), equation.Generator(at, x, at, equation.Diffusion.Mul(at, x, p)), hamiltonian(a.AddConst(0.01))))
	if err == nil {
		err = all.Eval(1, out)
	}
	if err != nil || math.Abs(out[0]-out[1]) > 1e-14*math.Abs(out[1]) || !(out[2] > out[0]) {
		t.Errorf("%v, %v", out, err)
	}
}

// TestHJBControlSimulated: in one dimension u′ is a quadrature, and the cost of
// a = −√λ u′ tends to the Cole–Hopf value like h: the value extrapolated from 20 and 40
// steps is within 5 standard errors, and a = 0 is far off.
func TestHJBControlSimulated(t *testing.T) {
	const lambda = 5
	set := map[string]float64{"lambda": lambda}
	gradient := func(tau, x float64) float64 { // −(1/λ) ∂/∂x ln E exp(−λ g(x + √(2τ) ξ)), trapezoidal rule
		top, bottom := 0.0, 0.0
		for i := range 61 {
			xi := float64(i-30) / 5
			y := x + math.Sqrt(2*tau)*xi
			w := math.Exp(-xi*xi/2) * math.Pow((1+y*y)/2, -lambda)
			top, bottom = top+w*2*y/(1+y*y), bottom+w
		}
		return top / bottom
	}
	policy := control.PolicyFunc(func(_ int, at float64, x, a []float64) { a[0] = -math.Sqrt(lambda) * gradient(1-at, x[0]) })
	simulate := func(steps int, p control.Policy) (*control.Outcome, *pde.Reference) {
		made, d := member(t, "hjb-control", 1, set, steps)
		o, err := control.Simulate(t.Context(), d, p, control.Simulation{Paths: 1 << 13, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		r, err := made.References[0].Run(context.Background(), d, pde.Sampling{})
		if err != nil {
			t.Fatal(err)
		}
		return o, r
	}
	coarse, ref := simulate(20, policy)
	fine, _ := simulate(40, policy)
	value, stdErr := 2*fine.Cost-coarse.Cost, math.Hypot(2*fine.StdErr, coarse.StdErr)
	if math.Abs(value-ref.Value) > 5*stdErr || stdErr > 0.02 {
		t.Errorf("simulated %g ± %g (20 steps %g, 40 steps %g), want %g", value, stdErr, coarse.Cost, fine.Cost, ref.Value)
	}
	nothing, _ := simulate(20, control.PolicyFunc(func(_ int, _ float64, _, a []float64) { a[0] = 0 }))
	if !(nothing.Cost > ref.Value+20*nothing.StdErr) {
		t.Errorf("a = 0 costs %g, the optimum %g", nothing.Cost, ref.Value)
	}
	t.Logf("optimal %g (%g ± %g), a = 0: %g", ref.Value, value, stdErr, nothing.Cost)
}
