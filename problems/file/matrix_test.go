package file

import (
	"math"
	"reflect"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
)

// TestMatrices: products for x = (1, −2, 3), a = (0.25), d = 3, c = 2, worked out by
// hand.
func TestMatrices(t *testing.T) {
	const head = `dim: 3
states: 3
actions: 1
horizon: 1
parameters: {c: 2}
matrices:
  A: [[1, 2, 3], [0, c, 0], [d, 0, 1]]
  B: [[1, 2, 3]]
  F: 10*i + j
  G: {rows: 2, columns: 3, entry: "i == j ? 1 : half*j"}
  L: {volatility: [1, 2, 3], correlation: 0.5}
  M: {correlation: [[1, 0.6, 0], [0.6, 1, 0], [0, 0, 1]]}
  V: {volatility: c}
  W: A*j + i
define: {half: 0.5, alias: A}
terminal-cost: sum(x)
drift: `
	for formula, want := range map[string][]float64{
		"A*x":                   {6, -4, 6},
		"B*x*x":                 {6, -12, 18},
		"F*x":                   {4, 24, 44},
		"concat(G*x, 0)":        {3, 1, 0}, // G = (1, 0.5, 1; 0, 1, 1)
		"transpose(A)*x":        {10, -2, 6},
		"transpose(B)*a":        {0.25, 0.5, 0.75},
		"transpose(G)*x[1:]":    {-2, 2, 1},
		"A*(F*x)":               {184, 48, 56},
		"2*(A*x) - A*x":         {6, -4, 6},
		"A*[1, 0, 0]":           {1, 0, 3},
		"A*i":                   {8, 2, 2},
		"alias*x":               {6, -4, 6},
		"dot(x, A*x)*[1, 0, 1]": {32, 0, 32},
		"V*x":                   {2, -4, 6},
		"M*x":                   {1, -1, 3}, // its second row is 0.6, 0.8, 0
		"L*[1, 0, 0]":           {1, 1, 1.5},
		"W*[0, 1, 0]":           {2, 3, 4}, // its row i is A·(0, 1, 2) + i
	} {
		f, err := Parse("a.yaml", []byte(head+"\""+formula+"\"\n"))
		if err != nil {
			t.Errorf("%s: %v", formula, err)
			continue
		}
		c, err := f.MakeControl(0, nil)
		if err != nil {
			t.Fatal(err)
		}
		tt, x, a := expr.Input("t", 1), expr.Input("x", 3), expr.Input("a", 1)
		g, err := expr.Compile(c.Problem.Drift(tt, x, a), tt, x, a)
		if err != nil {
			t.Fatal(err)
		}
		got := make([]float64, 3)
		if err := g.Eval(1, got, []float64{0}, []float64{1, -2, 3}, []float64{0.25}); err != nil {
			t.Fatal(err)
		}
		for k, v := range got {
			if !(math.Abs(v-want[k]) <= 1e-14*math.Abs(want[k])+1e-15) {
				t.Errorf("%s is %v, want %v", formula, got, want)
				break
			}
		}
	}
}

// TestMatrixAsDiffusion: the name alone is a dense diffusion, with exact paths, and
// changes with the parameters.
func TestMatrixAsDiffusion(t *testing.T) {
	f, err := Parse("a.yaml", []byte("dim: 2\nhorizon: 1\nparameters: {c: 2}\nmatrices: {S: [[1, 0], [c, 1]]}\ndiffusion: S\nterminal: sum(x)\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []float64{2, 3} {
		p, err := f.Make(0, map[string]float64{"c": c})
		if err != nil {
			t.Fatal(err)
		}
		if want := (pde.Dense{{1, 0}, {c, 1}}); !reflect.DeepEqual(p.Diffusion, want) {
			t.Errorf("diffusion %v, want %v", p.Diffusion, want)
		}
	}
}
