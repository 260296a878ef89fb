package linearquadratic

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/control/reference/internal/matrix"
	"github.com/deepbsde/deepbsde/pde"
)

// randomMatrix has standard normal entries; a symmetric one is positive definite.
func randomMatrix(rng *rand.Rand, rows, cols int, symmetric bool) [][]float64 {
	m := make([][]float64, rows)
	for i := range m {
		m[i] = make([]float64, cols)
		for j := range m[i] {
			m[i][j] = rng.NormFloat64()
		}
	}
	if !symmetric {
		return m
	}
	s := make([][]float64, rows)
	for i := range s {
		s[i] = make([]float64, rows)
		for j := range s[i] {
			for k := range m {
				s[i][j] += m[i][k] * m[j][k]
			}
		}
		s[i][i]++
	}
	return s
}

func sameMatrix(a, b [][]float64) bool {
	if len(a) == 0 || len(b) == 0 { // nil is 0
		return matrix.IsZero(a) && matrix.IsZero(b)
	}
	for i, row := range a {
		for j, v := range row {
			if math.Abs(v-b[i][j]) > 1e-12 {
				return false
			}
		}
	}
	return len(a) == len(b)
}

// TestFindLinearQuadratic: problems made of random matrices give the matrices back, with
// the noise in another order than theirs too.
func TestFindLinearQuadratic(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	const d, m = 3, 2
	full := func(l Form) *Form {
		l.A, l.B = randomMatrix(rng, d, d, false), randomMatrix(rng, d, m, false)
		l.Q, l.R, l.G = randomMatrix(rng, d, d, true), randomMatrix(rng, m, m, true), randomMatrix(rng, d, d, true)
		l.Start = []float64{1, 2, 3}
		return &l
	}
	c, e := randomMatrix(rng, d, d, false), randomMatrix(rng, d, m, false)
	for name, l := range map[string]*Form{
		"additive":       full(Form{Horizon: 2, S: randomMatrix(rng, d, d, false), N: randomMatrix(rng, d, m, false)}),
		"few noises":     full(Form{Horizon: 2, S: randomMatrix(rng, d, 1, false)}),
		"no noise":       full(Form{Horizon: 2}),
		"multiplicative": full(Form{Horizon: 2, S: randomMatrix(rng, d, 2, false), C: [][][]float64{c, nil}, D: [][][]float64{nil, e}}),
		"discrete":       full(Form{Stages: 5, S: randomMatrix(rng, d, 2, false), C: [][][]float64{c}}),
		"diagonal":       {Horizon: 1, A: multipleOf(d, -1), B: multipleOf(d, 2), S: multipleOf(d, 0.5), Q: multipleOf(d, 1), R: multipleOf(d, 3), G: multipleOf(d, 4), Start: []float64{1, 2, 3}},
	} {
		p, err := l.Problem()
		if err != nil {
			t.Fatal(err)
		}
		if name == "multiplicative" { // its two kinds of noise turned around
			in := p.Noise
			p.Noise = func(t, x, a, w expr.Value) expr.Value {
				return in(t, x, a, expr.Concat(w.Slice(2, 4), w.Slice(0, 2)))
			}
		}
		got, err := Find(&p)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for what, pair := range map[string][2][][]float64{"A": {got.A, l.A}, "B": {got.B, l.B}, "S": {got.S, l.S},
			"Q": {got.Q, l.Q}, "R": {got.R, l.R}, "N": {got.N, l.N}, "G": {got.G, l.G}} {
			if !sameMatrix(pair[0], pair[1]) {
				t.Errorf("%s: %s is %v, want %v", name, what, pair[0], pair[1])
			}
		}
		if len(got.C) != len(l.C) || len(got.D) != len(l.D) {
			t.Fatalf("%s: %d and %d matrices of the noise, want %d and %d", name, len(got.C), len(got.D), len(l.C), len(l.D))
		}
		for k := range l.C {
			if !sameMatrix(got.C[k], l.C[k]) || len(l.D) > 0 && !sameMatrix(got.D[k], l.D[k]) {
				t.Errorf("%s: C or D of component %d", name, k)
			}
		}
	}
}

func multipleOf(n int, v float64) [][]float64 {
	m := make([][]float64, n)
	for i := range m {
		m[i] = make([]float64, n)
		m[i][i] = v
	}
	return m
}

// TestOtherProblemsAreNotLinearQuadratic names the function that is to blame.
func TestOtherProblemsAreNotLinearQuadratic(t *testing.T) {
	for want, change := range map[string]func(p *control.Problem){
		"Actions: restrict the action": func(p *control.Problem) { p.Actions = control.Box{Lower: []float64{-1, -1}, Upper: []float64{1, 1}} },
		"RandomStart: is given": func(p *control.Problem) {
			p.RandomStart = func(xi expr.Value) expr.Value { return xi }
		},
		"Constraints: are given": func(p *control.Problem) {
			p.Constraints = []control.Constraint{{Name: "c", Violation: func(_, x, _ expr.Value) expr.Value { return x }, Weight: 1}}
		},
		"Drift: is not linear: its degree is 2": func(p *control.Problem) {
			p.Drift = func(_, x, _ expr.Value) expr.Value { return x.Mul(x) }
		},
		"Drift: is not linear: its operations": func(p *control.Problem) { // seen far out alone
			p.Drift = func(_, _, a expr.Value) expr.Value { return a.Max(expr.Const(-1e6)).Min(expr.Const(1e6)) }
		},
		"Diffusion: is not linear: its operations": func(p *control.Problem) {
			p.Diffusion = pde.DiffusionFunc(func(_, x, dw expr.Value) expr.Value { return x.Sin().Mul(dw) })
		},
		"RunningCost: is so large at 0": func(p *control.Problem) {
			p.RunningCost = func(t, x, a expr.Value) expr.Value { return x.AddConst(-1e6).NormSq().Add(a.NormSq()) }
		},
		"Drift: is so large at 0": func(p *control.Problem) {
			p.Drift = func(t, x, a expr.Value) expr.Value { return x.Add(a).AddConst(1e9) }
		},
		"RunningCost: is not quadratic: its degree is 4": func(p *control.Problem) {
			p.RunningCost = func(_, x, a expr.Value) expr.Value { return x.NormSq().Add(a.Scale(1e-3).NormSq().Square()) }
		},
		"TerminalCost: is not quadratic: its operations": func(p *control.Problem) {
			p.TerminalCost = func(x expr.Value) expr.Value { return x.Abs().Sum().Square() }
		},
	} {
		p := control.Problem{
			Name: "mine", StateDim: 2, ActionDim: 2, Start: []float64{1, 2}, Horizon: 1, Diffusion: pde.Scalar(1),
			Drift:        func(_, x, a expr.Value) expr.Value { return x.Add(a) },
			RunningCost:  func(_, x, a expr.Value) expr.Value { return x.NormSq().Add(a.NormSq()) },
			TerminalCost: func(x expr.Value) expr.Value { return x.NormSq() },
		}
		change(&p)
		if _, err := Find(&p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
