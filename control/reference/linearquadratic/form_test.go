package linearquadratic_test

import (
	"math"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/control/reference/internal/cases"
	"github.com/deepbsde/deepbsde/control/reference/linearquadratic"
)

// TestMinimizer: the derivative of b·p + L is 0 there, by central differences of a
// quadratic function, exact but for rounding of 1e-16/1e-3.
func TestMinimizer(t *testing.T) {
	l := cases.Skew()
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

// TestValidateNamesTheMatrix has one mistake a line.
func TestValidateNamesTheMatrix(t *testing.T) {
	for want, change := range map[string]func(l *linearquadratic.Form){
		"B: has 0 rows":                       func(l *linearquadratic.Form) { l.B = nil },
		"A: has 2 rows, want a 3×3 matrix":    func(l *linearquadratic.Form) { l.A = l.A[:2] },
		"N: has 1 entries in row 2":           func(l *linearquadratic.Form) { l.N[2] = l.N[2][:1] },
		"Q: is not symmetric: 0.7 in row 1":   func(l *linearquadratic.Form) { l.Q[1][0] = 0.7 },
		"S: has NaN in row 0, column 1":       func(l *linearquadratic.Form) { l.S[0][1] = math.NaN() },
		"C: has 2 matrices and D 1":           func(l *linearquadratic.Form) { l.D = l.D[:1] },
		"D[1]: has 2 rows":                    func(l *linearquadratic.Form) { l.D[1] = l.D[1][:2] },
		"Start: has 2 components, want 3":     func(l *linearquadratic.Form) { l.Start = l.Start[:2] },
		"StartFactor: has 1 rows":             func(l *linearquadratic.Form) { l.StartFactor = l.StartFactor[:1] },
		"Horizon: is -1, want":                func(l *linearquadratic.Form) { l.Horizon = -1 },
		"Stages: is 3 with Horizon=1.5, want": func(l *linearquadratic.Form) { l.Stages = 3 },
	} {
		l := cases.Skew()
		change(l)
		if _, err := l.Problem(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one containing %q", err, want)
		}
	}
}
