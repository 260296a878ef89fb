package file

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// startAt is the random start of a file's problem for one ξ.
func startAt(t *testing.T, random func(expr.Value) expr.Value, xi []float64) []float64 {
	t.Helper()
	in := expr.Input("xi", len(xi))
	f, err := expr.Compile(random(in), in)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]float64, len(xi))
	if err := f.Eval(1, out, xi); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestRandomStart: both kinds for equations and control problems, their centres, and
// where they put given quantiles.
func TestRandomStart(t *testing.T) {
	// Φ(−8) = 6e−16, Φ(0) = 1/2, Φ(1) = 0.841…
	xi := []float64{-8, 0, 1}
	phi := 0.84134474606854293
	for _, c := range []struct {
		start        string
		centre, want []float64
	}{
		{"{box: [-1, 3]}", []float64{1, 1, 1}, []float64{-1, 1, -1 + 4*phi}},
		{"{box: [[0, 1, 2], '1 + 2*i']}", []float64{0.5, 2, 3.5}, []float64{0, 2, 2 + 3*phi}},
		{"{box: [-c, c]}", []float64{0, 0, 0}, []float64{-2, 0, -2 + 4*phi}},
		{"{normal: [1, 2]}", []float64{1, 1, 1}, []float64{-15, 1, 3}},
		{"{normal: [i, [1, 2, 3]]}", []float64{0, 1, 2}, []float64{-8, 1, 5}},
		{"{normal: [c, 0.5]}", []float64{2, 2, 2}, []float64{-2, 2, 2.5}},
	} {
		head := "dim: 3\nhorizon: 1\nparameters: {c: 2}\ndiffusion: 1\nstart: " + c.start + "\n"
		equation, err := Parse("a.yaml", []byte(head+"terminal: sum(x)\n"))
		if err != nil {
			t.Fatal(err)
		}
		p, err := equation.Make(0, nil)
		if err != nil {
			t.Fatal(err)
		}
		file, err := Parse("a.yaml", []byte(head+"terminal-cost: sum(x)\n"))
		if err != nil {
			t.Fatal(err)
		}
		q, err := file.MakeControl(0, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, got := range [][]float64{p.Start, q.Problem.Start} {
			if !reflect.DeepEqual(got, c.centre) {
				t.Errorf("start: %s: Start is %v, want %v", c.start, got, c.centre)
			}
		}
		for _, random := range []func(expr.Value) expr.Value{p.RandomStart, q.Problem.RandomStart} {
			got := startAt(t, random, xi)
			for k, want := range c.want {
				if !(math.Abs(got[k]-want) <= 1e-14) {
					t.Errorf("start: %s: ξ = %g goes to %g, want %g", c.start, xi[k], got[k], want)
				}
			}
		}
	}
}

// TestFixedStartIsNotRandom: a point leaves RandomStart nil.
func TestFixedStartIsNotRandom(t *testing.T) {
	f, err := Parse("a.yaml", []byte("dim: 2\nhorizon: 1\ndiffusion: 1\nstart: [1, 2]\nterminal: sum(x)\n"))
	if err != nil {
		t.Fatal(err)
	}
	if p, err := f.Make(0, nil); err != nil || p.RandomStart != nil || p.Start[1] != 2 {
		t.Errorf("start %v, random %t, error %v", p.Start, p.RandomStart != nil, err)
	}
}

// TestCheckStartsAtRandom: what is wrong only away from the centre is found, which paths
// from there with almost no noise would not reach.
func TestCheckStartsAtRandom(t *testing.T) {
	const head = "dim: 2\nhorizon: 1\ndiffusion: 1e-9\n"
	for _, c := range []struct{ text, want string }{
		{head + "start: {box: [-1, 1]}\nterminal: sum(x)\ngenerator: sqrt(0.5 - x[0])\n", "6:12: generator: is NaN on a simulated path"},
		{head + "start: {normal: [0, 1]}\nterminal: log(1.5 + x[1])\n", "5:11: terminal: is NaN on a simulated path"},
		{head + "start: {box: [-1, 1]}\nterminal-cost: sqrt(0.5 - x[0])\n", "5:16: terminal-cost: the cost of simulated path"},
	} {
		f, err := Parse("a.yaml", []byte(c.text))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Check(t.Context(), 0, nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.text, err, c.want)
		}
	}
	f, err := Parse("a.yaml", []byte(head+"start: {box: [-1, 1]}\nterminal: sum(x)\n"))
	if err != nil {
		t.Fatal(err)
	}
	list, err := f.Check(t.Context(), 0, nil)
	if err != nil || !strings.Contains(list[1].Result, "from random starts") {
		t.Errorf("%v, error %v", list, err)
	}
}
