package policy

import (
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde"
)

// wells are double wells, one for each component.
func wells(d int) control.Problem {
	well := func(x expr.Value) expr.Value { return x.Square().AddConst(-1).NormSq() }
	p := control.Problem{
		Name: "wells", StateDim: d, ActionDim: d, Horizon: 1, Diffusion: pde.Scalar(0.5), Start: make([]float64, d),
		Drift:        func(_, _, a expr.Value) expr.Value { return a },
		RunningCost:  func(_, x, a expr.Value) expr.Value { return a.NormSq().Add(well(x)) },
		TerminalCost: func(x expr.Value) expr.Value { return well(x).Scale(5) },
	}
	for i := range p.Start {
		p.Start[i] = 0.5
	}
	return p
}

// TestStructureHelps: with the gradients of the costs the policy of many wells is nearer the optimum,
// 1.4014 ± 0.0009 a well by a dynamic programme of one, after as many steps: at least by half of the excess.
func TestStructureHelps(t *testing.T) {
	if testing.Short() {
		t.Skip("slow, and others of its kind are quick")
	}
	const d, optimum = 20, 1.4014
	set := bsde.Settings{Iterations: 100, Paths: 2048, LearningRate: 5e-3}
	var excess [2]float64
	for i, m := range []Method{{}, {NoStructure: true}} {
		r, err := bsde.Solve(t.Context(), wells(d), m, &set)
		if err != nil {
			t.Fatal(err)
		}
		excess[i] = r.Value/d - optimum
	}
	t.Logf("excess a well: %.4f, without %.4f", excess[0], excess[1])
	if !(excess[0] < excess[1]/2) {
		t.Errorf("excess a well %.4f with the structure, %.4f without", excess[0], excess[1])
	}
}

// TestStructureIsChosen: ∇ln(1 + ‖x‖²) is nearly a line along paths of many components, and is left out.
func TestStructureIsChosen(t *testing.T) {
	near := wells(60)
	near.Start, near.RunningCost = make([]float64, 60), func(_, _, a expr.Value) expr.Value { return a.NormSq() }
	near.TerminalCost = func(x expr.Value) expr.Value { return x.NormSq().AddConst(1).Log() }
	for name, c := range map[string]struct {
		p    control.Problem
		want bool
	}{"wells": {wells(60), true}, "nearly a line": {near, false}} {
		d, err := c.p.Discretise(6)
		if err != nil {
			t.Fatal(err)
		}
		m, err := Method{}.Resolve(c.p)
		if err != nil {
			t.Fatal(err)
		}
		of, err := newStructure(d, m.(Method))
		if err != nil || of == nil {
			t.Fatalf("%s: %v, %v, want vectors to choose from", name, of, err)
		}
		set := bsde.Settings{}.WithDefaults()
		s, err := newScales(t.Context(), d, of, &set)
		if err != nil || (s.structure != nil) != c.want {
			t.Errorf("%s: %+v, %v, want a structure: %t", name, s, err, c.want)
		}
	}
}

// TestStructureIsFor: linear gradients and few states have none.
func TestStructureIsFor(t *testing.T) {
	linear := wells(6)
	linear.RunningCost = func(_, x, a expr.Value) expr.Value { return a.NormSq().Add(x.NormSq()) }
	linear.TerminalCost = nil
	for name, c := range map[string]struct {
		p    control.Problem
		want int // vectors
	}{"wells": {wells(6), 3}, "few": {wells(3), 0}, "linear": {linear, 0}} {
		d, err := c.p.Discretise(4)
		if err != nil {
			t.Fatal(err)
		}
		m, err := Method{}.Resolve(c.p)
		if err != nil {
			t.Fatal(err)
		}
		s, err := newStructure(d, m.(Method))
		if err != nil || (s == nil) != (c.want == 0) || s != nil && len(s.vectors) != c.want {
			t.Errorf("%s: %+v, %v, want %d vectors", name, s, err, c.want)
		}
	}
}
