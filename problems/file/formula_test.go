package file

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/problems/file/internal/formula"
)

// TestFormulas: values of formulas as a mathematician reads them, at t = 0.5,
// x = (1, −2, 3), y = 0.25, z = (0.1, 0.2, 0.3), λ = 2, d = 3.
func TestFormulas(t *testing.T) {
	for formula, want := range map[string]float64{
		"2 + 3*4":                   14,
		"2*3^2":                     18,
		"-2^2":                      -4,
		"2^3^2":                     512,
		"2**3":                      8,
		"2^-1":                      0.5,
		"6/3/2":                     1,
		"7 - 3 - 2":                 2,
		"-y^2":                      -0.0625,
		"1/y":                       4,
		"y/4":                       0.0625,
		"y/3":                       0.25 / 3,
		"3 - y":                     2.75,
		"2^y":                       math.Pow(2, 0.25),
		"y^y":                       math.Pow(0.25, 0.25),
		"pow(y, 2)":                 0.0625,
		"x[0]":                      1,
		"x[-1]":                     3,
		"x[d - 1]":                  3,
		"sum(x[1:])":                1,
		"sum(x[:-1])":               -1,
		"sum(x[1:2])":               -2,
		"sum(x)":                    2,
		"mean(x)":                   2. / 3,
		"norm([3, 4])":              5,
		"normsq(x)":                 14,
		"maximum(x)":                3,
		"minimum(x)":                -2,
		"dot(x, z)":                 0.1 - 0.4 + 0.9,
		"max(y, t)":                 0.5,
		"min(y, t, 0.1)":            0.1,
		"sum(max(x, 0))":            4,
		"sum(abs(x))":               6,
		"sum(sign(x))":              1,
		"sum(relu(x))":              4,
		"sum([x, 1, [2, 3]])":       8,
		"sum(concat(x, x))":         4,
		"sum(broadcast(y, 4))":      1,
		"sum(i)":                    3,
		"dot(i, x)":                 4,
		"sum(x - mean(x))":          0,
		"λ*y":                       0.5,
		"horizon":                   1,
		"sin(pi/2)":                 1,
		"cos(π)":                    -1,
		"log(exp(y))":               0.25,
		"atan2(1, 1)":               math.Pi / 4,
		"normcdf(0)":                0.5,
		"y > 0 ? 1 : 2":             1,
		"y < 0 ? 1 : 2":             2,
		"not (y > 0) ? 1 : 2":       2,
		"y > 0 and t > 1 ? 1 : 2":   2,
		"y > 0 or t > 1 ? 1 : 2":    1,
		"y > 0 && !(t > 1) ? 1 : 2": 1,
		"0 < y < t ? 1 : 2":         1,
		"0 < y < 0.1 ? 1 : 2":       2,
		"y == 0.25 ? 1 : 2":         1,
		"y != 0.25 ? 1 : 2":         2,
		"y >= 0.25 ? 1 : 2":         1,
		"true ? y : 1/0":            0.25,
		"sum(x > 0 ? x : -x)":       6,
		"d > 2 ? log(y) : log(-y)":  math.Log(0.25),
		"floor(49/49)":              1, // by division, not by the inverse
		"floor((196*y)/49)":         1,
		"half + 1":                  1.125,
		"quarter":                   0.0625,
		"0x10 + 1_000 + 1e-3":       1016.001,
	} {
		text := "dim: 3\nhorizon: 1\nparameters: {λ: 2}\ndiffusion: 1\nterminal: sum(x)\ndefine: {half: y/2, quarter: half/2}\ngenerator: \"" + formula + "\"\n"
		f, err := Parse("f.yaml", []byte(text))
		if err != nil {
			t.Errorf("%s: %v", formula, err)
			continue
		}
		p, err := f.Make(0, nil)
		if err != nil {
			t.Fatal(err)
		}
		in := []expr.Value{expr.Input("t", 1), expr.Input("x", 3), expr.Input("y", 1), expr.Input("z", 3)}
		g, err := expr.Compile(p.Generator(in[0], in[1], in[2], in[3]), in...)
		if err != nil {
			t.Fatal(err)
		}
		got := make([]float64, 1)
		if err := g.Eval(1, got, []float64{0.5}, []float64{1, -2, 3}, []float64{0.25}, []float64{0.1, 0.2, 0.3}); err != nil {
			t.Fatal(err)
		}
		if !(math.Abs(got[0]-want) <= 1e-15*(1+math.Abs(want))) {
			t.Errorf("%s = %v, want %v", formula, got[0], want)
		}
	}
}

// TestDynamicsAreRecognised: the kinds of drift and diffusion are package pde's own, so
// that paths are exact where their law is known.
func TestDynamicsAreRecognised(t *testing.T) {
	for _, c := range []struct {
		drift, diffusion string
		wantDrift        string
		wantDiffusion    string
		exact            bool
	}{
		{"0.5", "2", "pde.ConstantDrift", "pde.Scalar", true},
		{"[1, 2]", "[1, 2]", "pde.VectorDrift", "pde.Diagonal", true},
		{"i + 1", "sqrt(i + 1)", "pde.VectorDrift", "pde.Diagonal", true},
		{"{linear: r}", "{geometric: r}", "pde.LinearDrift", "pde.Geometric", true},
		{"{linear: r}", "{geometric: [r, 0.3]}", "pde.LinearDrift", "pde.CorrelatedGeometric", true},
		{"{linear: r}", "{geometric: r, correlation: 0.5}", "pde.LinearDrift", "pde.CorrelatedGeometric", true},
		{"{mean-reverting: {rate: r, mean: 1}}", "{volatility: r}", "pde.MeanReverting", "pde.Scalar", true},
		{"{mean-reverting: {rate: r, mean: 1}}", "{volatility: [1, r]}", "pde.MeanReverting", "pde.Diagonal", true},
		{"0", "[[1, 0], [r, 1]]", "pde.ConstantDrift", "pde.Dense", true},
		{"0", "{volatility: 1, correlation: [[1, r], [r, 1]]}", "pde.ConstantDrift", "pde.Dense", true},
		{"sin(x)", "1", "pde.DriftFunc", "pde.Scalar", false},
		{"sin(t)", "(1 + x^2)*dw", "pde.DriftFunc", "pde.DiffusionFunc", false},
		{"0", "[1 + t, 2]", "pde.ConstantDrift", "pde.DiffusionFunc", false},
		{"0", "[[1, t], [0, 1]]", "pde.ConstantDrift", "pde.DiffusionFunc", false},
	} {
		text := "dim: 2\nhorizon: 1\nstart: 1\nparameters: {r: 0.2}\nterminal: sum(x)\ndrift: " + c.drift + "\ndiffusion: " + c.diffusion + "\n"
		f, err := Parse("f.yaml", []byte(text))
		if err != nil {
			t.Errorf("%s, %s: %v", c.drift, c.diffusion, err)
			continue
		}
		p, err := f.Make(0, nil)
		if err != nil {
			t.Fatal(err)
		}
		tr, err := p.Transition()
		if err != nil {
			t.Fatal(err)
		}
		if a, b := fmt.Sprintf("%T", p.Drift), fmt.Sprintf("%T", p.Diffusion); a != c.wantDrift || b != c.wantDiffusion || tr.Exact != c.exact {
			t.Errorf("%s, %s: %s, %s, exact %v", c.drift, c.diffusion, a, b, tr.Exact)
		}
	}
}

// TestCorrelationFactor: LLᵀ is the covariance matrix, for a number and for the matrix of
// the same correlations.
func TestCorrelationFactor(t *testing.T) {
	for _, correlation := range []string{"0.4", "[[1, 0.4, 0.4], [0.4, 1, 0.4], [0.4, 0.4, 1]]"} {
		text := "dim: 3\nhorizon: 1\nterminal: sum(x)\ndiffusion: {volatility: [1, 2, 0.5], correlation: " + correlation + "}\n"
		f, err := Parse("f.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		p, err := f.Make(0, nil)
		if err != nil {
			t.Fatal(err)
		}
		l, v := p.Diffusion.(pde.Dense), []float64{1, 2, 0.5}
		for i := range 3 {
			for j := range 3 {
				got, want := 0.0, 0.4*v[i]*v[j]
				if i == j {
					want = v[i] * v[i]
				}
				for k := range 3 {
					got += l[i][k] * l[j][k]
				}
				if math.Abs(got-want) > 1e-15 {
					t.Errorf("%s: covariance %d, %d is %v, want %v", correlation, i, j, got, want)
				}
			}
		}
	}
}

// TestDocumentOfFiles: docs/files.md names every key and every function.
func TestDocumentOfFiles(t *testing.T) {
	text, err := os.ReadFile("../../docs/files.md")
	if err != nil {
		t.Fatal(err)
	}
	words := map[string]bool{}
	for _, w := range strings.FieldsFunc(string(text), func(r rune) bool { return strings.ContainsRune(" \n\t`(),|{}[]:;.", r) }) {
		words[w] = true
	}
	for _, list := range [][]string{commonKeys, equationKeys, controlKeys, driftKeys, diffusionKeys, trainingKeys, formula.FunctionNames()} {
		for _, name := range list {
			if !words[name] {
				t.Errorf("docs/files.md does not mention %q", name)
			}
		}
	}
}
