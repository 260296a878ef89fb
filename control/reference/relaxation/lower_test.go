package relaxation

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/control/reference/linearquadratic"
	"github.com/deepbsde/deepbsde/control/reference/riccati"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/grid"
	"gonum.org/v1/gonum/mat"
)

// regulator is dX = (X/2 + a)dt + dW/2 with the cost ∫ X² + a²/10 dt + 2 X_T² from 1.
func regulator() *linearquadratic.Form {
	return &linearquadratic.Form{
		Name: "regulator", A: [][]float64{{0.5}}, B: [][]float64{{1}}, S: [][]float64{{0.5}},
		Q: [][]float64{{1}}, R: [][]float64{{0.1}}, G: [][]float64{{2}}, Start: []float64{1}, Horizon: 1,
	}
}

// penalty is Q_n = 2 S' P_{n+1}, that of the problem without a box.
func penalty(t *testing.T, l *linearquadratic.Form, g *grid.Grid) (q [][]float64, free float64) {
	r, err := riccati.On(l, g)
	if err != nil {
		t.Fatal(err)
	}
	s := mat.NewDense(len(l.S), len(l.S[0]), nil)
	for i, row := range l.S {
		s.SetRow(i, row)
	}
	for n := range g.Steps() {
		var m mat.Dense
		m.Mul(s.T(), r.P[n+1])
		m.Scale(2*math.Sqrt(g.Length(n)), &m)
		q = append(q, m.RawMatrix().Data)
	}
	return q, r.Value
}

// learnt is Q_n = E[w p_{n+1}] of the regulator under a = −3x cut at ±1, p the adjoint of its paths: what
// a training's variate learns.
func learnt(steps int) (q [][]float64) {
	const paths, growth = 20000, 0.5
	rng, h := rand.New(rand.NewPCG(1, 2)), 1/float64(steps)
	sums := make([]float64, steps)
	x, w := make([]float64, steps+1), make([]float64, steps)
	action := func(x float64) float64 { return math.Max(-1, math.Min(1, -3*x)) }
	for range paths {
		x[0] = 1
		for n := range w {
			w[n] = rng.NormFloat64()
			x[n+1] = x[n] + (growth*x[n]+action(x[n]))*h + 0.5*math.Sqrt(h)*w[n]
		}
		p := 4 * x[steps]
		for n := steps - 1; n >= 0; n-- {
			sums[n] += w[n] * p / paths
			slope := 0.0
			if a := action(x[n]); math.Abs(a) < 1 {
				slope = -3 * (0.2*h*a + p*h)
			}
			p = 2*h*x[n] + p*(1+growth*h) + slope
		}
	}
	for _, v := range sums {
		q = append(q, []float64{v})
	}
	return q
}

// TestLowerInABox: |a| ≤ 1 bites, and the optimum is 1.76131 by a dynamic programme on a dense grid
// (2801 points, 401 actions; the tolerance is its last digit). Over 20 seeds the bound is below it but for 3
// standard errors, and within 1 %.
func TestLowerInABox(t *testing.T) {
	const optimum, digit = 1.76131, 1e-5
	l, g := regulator(), grid.Uniform(1, 20)
	q := learnt(20)
	box := control.Box{Lower: []float64{-1}, Upper: []float64{1}}
	for seed := range uint64(20) {
		mean, stderr, err := Lower(t.Context(), l, g, box, q, pde.Sampling{Paths: 512, Seed: seed, Workers: 2})
		if err != nil {
			t.Fatal(err)
		}
		if mean > optimum+digit+3*stderr || mean < 0.99*optimum-3*stderr || stderr > 0.01 {
			t.Errorf("seed %d: %.5f ± %.5f, want at most %.5f and nearly that", seed, mean, stderr, optimum)
		}
	}
}

// TestLowerInAWideBox: a box that never bites leaves the Riccati optimum, on every path: two states with
// mixed costs.
func TestLowerInAWideBox(t *testing.T) {
	l := &linearquadratic.Form{
		Name: "two", A: [][]float64{{0.5, 1}, {-0.5, 0.3}}, B: [][]float64{{1, 0.2}, {0, 1}}, S: [][]float64{{0.3, 0.1}, {0, 0.4}},
		Q: [][]float64{{2, 0.3}, {0.3, 1}}, R: [][]float64{{0.5, 0.1}, {0.1, 0.4}}, N: [][]float64{{0.1, 0}, {0.05, 0.1}}, G: [][]float64{{1, 0.2}, {0.2, 2}},
		Start: []float64{1, -1}, Horizon: 1,
	}
	g := grid.Graded(1, 6)
	q, want := penalty(t, l, g)
	box := control.Box{Lower: []float64{-50, -50}, Upper: []float64{50, 50}}
	mean, stderr, err := Lower(t.Context(), l, g, box, q, pde.Sampling{Paths: 256, Seed: 1, Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	if slack := 1e-3 * want; mean > want+3*stderr || mean < want-slack-3*stderr || stderr > 0.01*want {
		t.Errorf("%.6f ± %.6f, want %.6f", mean, stderr, want)
	}
}

// TestLowerRefuses what it does not hold for.
func TestLowerRefuses(t *testing.T) {
	g := grid.Uniform(1, 4)
	for name, change := range map[string]func(l *linearquadratic.Form, box *control.Box){
		"not convex": func(l *linearquadratic.Form, _ *control.Box) { l.Q[0][0] = -1 },
		"one-sided":  func(_ *linearquadratic.Form, box *control.Box) { box.Upper[0] = math.Inf(1) },
		"multiplied": func(l *linearquadratic.Form, _ *control.Box) { l.C = [][][]float64{{{0.1}}} },
	} {
		l, box := regulator(), control.Box{Lower: []float64{-1}, Upper: []float64{1}}
		q, _ := penalty(t, l, g)
		change(l, &box)
		if _, _, err := Lower(t.Context(), l, g, box, q, pde.Sampling{Paths: 16}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
