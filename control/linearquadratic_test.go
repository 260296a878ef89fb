package control

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"gonum.org/v1/gonum/mat"
)

// inStages is the problem in discrete time that Euler's scheme makes of l.
func inStages(t *testing.T, l *LinearQuadratic, steps int) *LinearQuadratic {
	t.Helper()
	s, err := l.stages(steps)
	if err != nil {
		t.Fatal(err)
	}
	d := *l
	d.Horizon, d.Stages, d.A, d.B, d.S, d.Q, d.R, d.N = 0, steps, rowsOf(s.a), rowsOf(s.b), nil, rowsOf(s.q), rowsOf(s.r), rowsOf(s.n)
	if s.s != nil {
		d.S = rowsOf(s.s)
	}
	d.C, d.D = make([][][]float64, len(s.c)), make([][][]float64, len(s.d))
	for k := range s.c {
		if s.c[k] != nil {
			d.C[k] = rowsOf(s.c[k])
		}
		if s.d[k] != nil {
			d.D[k] = rowsOf(s.d[k])
		}
	}
	return &d
}

// TestSimulatedCost: under the optimal policy the simulated cost is the value within 5
// standard errors; the policy is of both forms of time.
func TestSimulatedCost(t *testing.T) {
	for name, l := range map[string]*LinearQuadratic{
		"multiplicative": multiplicative(10), "skew": skew(), "skew in stages": inStages(t, skew(), 20),
	} {
		r, err := l.DiscreteRiccati(20)
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
		s := Simulation{Paths: 1 << 14, Seed: 3}
		best, err := Simulate(t.Context(), d, r.Policy, s)
		if err != nil || math.Abs(best.Cost-r.Value) > 5*best.StdErr || best.StdErr > 0.02*r.Value {
			t.Errorf("%s: simulated %g ± %g, %v, want %g", name, best.Cost, best.StdErr, err, r.Value)
		}
		if exact, err := l.Cost(r.Policy); err != nil || math.Abs(exact-r.Value) > 10*r.Error {
			t.Errorf("%s: cost of the optimal policy %.15g, %v, want %.15g", name, exact, err, r.Value)
		}
		worse := perturbed(r.Policy, 0.3)
		cost, err := l.Cost(worse)
		if err != nil || !(cost > r.Value) {
			t.Errorf("%s: perturbed gains cost %g, %v, not more than %g", name, cost, err, r.Value)
		}
		other, err := Simulate(t.Context(), d, worse, s)
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
func perturbed(f *Feedback, size float64) *Feedback {
	rng := rand.New(rand.NewPCG(1, 2))
	out := &Feedback{}
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
func difference(a, b *Outcome) (mean, stdErr float64) {
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
	l := skew()
	r, err := l.DiscreteRiccati(8)
	if err != nil {
		t.Fatal(err)
	}
	for n, k := range r.Policy.Gains {
		for i := range 2 {
			for j := range 3 {
				old := k.At(i, j)
				for _, v := range []float64{-1e-3, 1e-3} {
					k.Set(i, j, old+v)
					if cost, err := l.Cost(r.Policy); err != nil || !(cost > r.Value) {
						t.Errorf("step %d, gain %d,%d changed by %g: %.15g, %v, not above %.15g", n, i, j, v, cost, err, r.Value)
					}
				}
				k.Set(i, j, old)
			}
		}
	}
}

// TestMinimizer: the derivative of b·p + L is 0 there, by central differences of a
// quadratic function, exact but for rounding of 1e-16/1e-3.
func TestMinimizer(t *testing.T) {
	l := skew()
	l.C, l.D = nil, nil
	p, err := l.Problem()
	if err != nil {
		t.Fatal(err)
	}
	x, g, a := expr.Vector([]float64{0.3, -1, 2}), []float64{1, 0.5, -2}, make([]float64, 2)
	eval := func(v expr.Value, out []float64) {
		f, err := expr.Compile(v)
		if err == nil {
			err = f.Eval(1, out)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	eval(p.Minimizer(expr.Const(0), x, expr.Vector(g)), a)
	hamiltonian := func(a []float64) float64 {
		out := []float64{0}
		v := expr.Vector(a)
		eval(p.Drift(expr.Const(0), x, v).Dot(expr.Vector(g)).Add(p.RunningCost(expr.Const(0), x, v)), out)
		return out[0]
	}
	for i := range a {
		up, down := append([]float64(nil), a...), append([]float64(nil), a...)
		up[i] += 1e-3
		down[i] -= 1e-3
		if slope := (hamiltonian(up) - hamiltonian(down)) / 2e-3; math.Abs(slope) > 1e-11 {
			t.Errorf("∂H/∂a[%d] = %g at the minimiser", i, slope)
		}
	}
}

func TestFeedbackRefusesOtherShapes(t *testing.T) {
	f := &Feedback{[]*mat.Dense{mat.NewDense(2, 3, nil)}}
	if err := f.Act(1, 0, 1, make([]float64, 3), make([]float64, 2)); err == nil || !strings.Contains(err.Error(), "step 1 of a policy with 1 steps") {
		t.Errorf("error %v", err)
	}
	if err := f.Act(0, 0, 2, make([]float64, 3), make([]float64, 2)); err == nil || !strings.Contains(err.Error(), "want 3 and 2 a row") {
		t.Errorf("error %v", err)
	}
	if _, err := skew().Cost(&Feedback{[]*mat.Dense{mat.NewDense(3, 3, nil)}}); err == nil || !strings.Contains(err.Error(), "gain 0 of the policy is 3×3, want 2×3") {
		t.Errorf("error %v", err)
	}
}

// TestValidateNamesTheMatrix has one mistake a line.
func TestValidateNamesTheMatrix(t *testing.T) {
	for want, change := range map[string]func(l *LinearQuadratic){
		"B: has 0 rows":                       func(l *LinearQuadratic) { l.B = nil },
		"A: has 2 rows, want a 3×3 matrix":    func(l *LinearQuadratic) { l.A = l.A[:2] },
		"N: has 1 entries in row 2":           func(l *LinearQuadratic) { l.N[2] = l.N[2][:1] },
		"Q: is not symmetric: 0.7 in row 1":   func(l *LinearQuadratic) { l.Q[1][0] = 0.7 },
		"S: has NaN in row 0, column 1":       func(l *LinearQuadratic) { l.S[0][1] = math.NaN() },
		"C: has 2 matrices and D 1":           func(l *LinearQuadratic) { l.D = l.D[:1] },
		"D[1]: has 2 rows":                    func(l *LinearQuadratic) { l.D[1] = l.D[1][:2] },
		"Start: has 2 components, want 3":     func(l *LinearQuadratic) { l.Start = l.Start[:2] },
		"StartFactor: has 1 rows":             func(l *LinearQuadratic) { l.StartFactor = l.StartFactor[:1] },
		"Horizon: is -1, want":                func(l *LinearQuadratic) { l.Horizon = -1 },
		"Stages: is 3 with Horizon=1.5, want": func(l *LinearQuadratic) { l.Stages = 3 },
	} {
		l := skew()
		change(l)
		if _, err := l.Problem(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one containing %q", err, want)
		}
	}
}
