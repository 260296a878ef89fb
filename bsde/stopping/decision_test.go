package stopping

import (
	"testing"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/exercise"
	"github.com/deepbsde/deepbsde/bsde/internal/race"
	"github.com/deepbsde/deepbsde/pde"
)

// TestDecisions: where the fitted values are wrong, here by a number that makes their rule wait too long, the networks
// find the rule back: they earn at least four fifths of what that costs.
func TestDecisions(t *testing.T) {
	race.Skip(t)
	pay := func(x expr.Value) expr.Value { return x.Log().Mean().Exp().Neg().AddConst(100).Max(expr.Const(0)) }
	p := pde.Problem{
		Name: "put", Dim: 2, Horizon: 1, Start: []float64{100, 100}, Drift: pde.LinearDrift(0.05), Diffusion: pde.Geometric(0.2),
		Generator: func(_, _, y, _ expr.Value) expr.Value { return y.Scale(-0.05) },
		Terminal:  pay, Obstacle: func(_, x expr.Value) expr.Value { return pay(x) }, Exercise: pde.EqualDates(1, 5),
	}
	m, err := Method{Fit: Adam, Samples: 8192, Outer: bsde.Nothing}.Resolve(p)
	if err != nil {
		t.Fatal(err)
	}
	set := bsde.Settings{Steps: 5, Paths: 8192, Gradient: bsde.Nothing, Seed: 1, Workers: 2}.WithDefaults()
	pool := autodiff.NewPool(2)
	defer pool.Close()
	tr, err := newTraining(t.Context(), p, m.(Method), set, pool)
	if err != nil {
		t.Fatal(err)
	}
	end := append([]float64(nil), tr.values...) // g(X_T)
	for !tr.Ended() {
		if finite, err := tr.GradientStep(0, 0); err != nil || !finite {
			t.Fatal(finite, err)
		}
	}
	earns := func() *exercise.Estimate {
		e, err := tr.solution.FromStart(t.Context(), set.Paths, nil)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	right := earns()
	for n := range tr.model.Grid.Steps() {
		tr.at(n)[0] += 2
	}
	tr.decisions = nil
	wrong := earns()
	loss := right.ByRule - wrong.ByRule
	if !(loss > 5*right.RuleStdErr) {
		t.Fatalf("by wrong values %v, by right ones %v ± %v: no loss to find back", wrong.ByRule, right.ByRule, right.RuleStdErr)
	}
	copy(tr.values, end)
	if tr.decisions, err = newDeciding(tr, pool, m.(Method)); err != nil {
		t.Fatal(err)
	}
	if err := tr.decisions.to(0); err != nil { // the rule of the values, as no network is there
		t.Fatal(err)
	}
	if again := earns(); again.ByRule != wrong.ByRule {
		t.Errorf("without networks %v, want %v", again.ByRule, wrong.ByRule)
	}
	copy(tr.values, end)
	if tr.decisions, err = newDeciding(tr, pool, m.(Method)); err != nil {
		t.Fatal(err)
	}
	for n := tr.model.Grid.Steps() - 1; n >= 0; n-- {
		if err := tr.decisions.to(n); err != nil {
			t.Fatal(err)
		}
	}
	found := earns()
	t.Logf("%.4f by right values, %.4f by wrong ones, %.4f by networks on these, ± %.4f", right.ByRule, wrong.ByRule, found.ByRule, found.RuleStdErr)
	if found.ByRule-wrong.ByRule < 0.8*loss {
		t.Errorf("%v by networks, %v without, want at least four fifths of the way to %v", found.ByRule, wrong.ByRule, right.ByRule)
	}
}
