package between_test

import (
	"math"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/autodiff/random"
	"github.com/deepbsde/deepbsde/bsde/internal/between"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/grid"
)

const steps = 20

// kept are paths that stay where they are, of an equation in one dimension with T = 1.
func kept(t *testing.T, drift, sigma, f func(t, x expr.Value) expr.Value) *between.Paths {
	t.Helper()
	p := pde.Problem{
		Name: "kept", Dim: 1, Horizon: 1, Start: []float64{0.5},
		Drift:     pde.DriftFunc(drift),
		Diffusion: pde.DiffusionFunc(func(t, x, dw expr.Value) expr.Value { return sigma(t, x).Mul(dw) }),
		Generator: func(t, x, _, _ expr.Value) expr.Value { return f(t, x) },
		Terminal:  func(x expr.Value) expr.Value { return x },
	}
	eq, err := equation.New(p)
	if err != nil {
		t.Fatal(err)
	}
	k := &between.Paths{From: walk.Start(grid.Uniform(1, steps), p.Start), Eq: eq, Unit: []float64{1}, Random: random.Stream{Key: random.Key(1, 1)}}
	const rows = 64
	k.Y = make([]float64, rows)
	x := make([]float64, rows)
	for i := range x {
		x[i] = 0.5
	}
	for n := range steps {
		if err := k.Observe(n, float64(n)/steps, x, nil, make([]float64, rows)); err != nil {
			t.Fatal(err)
		}
	}
	k.Rows = rows
	if err := k.Compile(); err != nil {
		t.Fatal(err)
	}
	return k
}

// TestBetween: the size of what a season of one period a step does, on a level and on two that are extrapolated, and that
// what is smooth over ten steps leaves next to nothing with the second.
func TestBetween(t *testing.T) {
	season := func(amplitude, periods float64) func(t, x expr.Value) expr.Value {
		return func(t, _ expr.Value) expr.Value {
			return t.Scale(2 * math.Pi * periods).Sin().Square().Scale(amplitude)
		}
	}
	none := func(_, x expr.Value) expr.Value { return x.Scale(0) }
	one := func(t, x expr.Value) expr.Value { return none(t, x).AddConst(1) }
	unlike := func(got, want, within float64) bool { return !(math.Abs(math.Abs(got)-want) <= within) }
	for _, a := range []float64{1, 2} {
		f, _, err := kept(t, none, one, season(3, steps)).Flows(a, 1-a, false, false)
		if err != nil || unlike(f, 1.5, 0.05) {
			t.Errorf("weight %g: a season of f of mean 1.5 does %g, %v", a, f, err)
		}
		_, x, err := kept(t, season(2, steps), one, none).Flows(a, 1-a, false, true)
		if err != nil || unlike(x, 1, 0.05) {
			t.Errorf("weight %g: a drift of mean 1 moves X by %g, %v", a, x, err)
		}
		by, err := kept(t, none, func(t, x expr.Value) expr.Value { return season(1, steps)(t, x).AddConst(1) }, none).Turns(a, 1-a)
		if err != nil || unlike(by, (1+1+3./8-1)/2, 0.25) { // E(1 + s)² = 1 + 2·½ + 3/8
			t.Errorf("weight %g: a variance of 2.375 in place of 1 is %g, %v", a, by, err)
		}
	}
	smooth := season(1, 1)
	f, x, err := kept(t, smooth, one, smooth).Flows(2, -1, false, true)
	if err != nil || !(math.Abs(f) <= 1e-3 && x <= 1e-3) {
		t.Errorf("a smooth season does %g to u and %g to X, %v", f, x, err)
	}
	if by, err := kept(t, none, func(t, x expr.Value) expr.Value { return smooth(t, x).AddConst(1) }, none).Turns(2, -1); err != nil || !(by <= 1e-2) {
		t.Errorf("a smooth season of σ does %g, %v", by, err)
	}
}

// TestRough: a drift with several periods within the noise of a step is rough, a smooth one and one that jumps are not.
func TestRough(t *testing.T) {
	one := func(_, x expr.Value) expr.Value { return x.Scale(0).AddConst(1) }
	none := func(_, x expr.Value) expr.Value { return x.Scale(0) }
	for name, c := range map[string]struct {
		drift func(x expr.Value) expr.Value
		rough bool
	}{
		"waves":  {func(x expr.Value) expr.Value { return x.Scale(60).Sin().Scale(10) }, true},
		"smooth": {func(x expr.Value) expr.Value { return x.Sin().Scale(10) }, false},
		"jump":   {func(x expr.Value) expr.Value { return x.AddConst(-0.6).Sign().Scale(10) }, false},
	} {
		by, err := kept(t, func(_, x expr.Value) expr.Value { return c.drift(x) }, one, none).Rough()
		if err != nil || (by > 0) != c.rough {
			t.Errorf("%s: %g, %v", name, by, err)
		}
	}
}
