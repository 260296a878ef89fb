package probe_test

import (
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/internal/known"
	"github.com/deepbsde/deepbsde/pde/reference/internal/paths"
	"github.com/deepbsde/deepbsde/pde/reference/internal/probe"
)

// TestForm: what the form of f shows, and what it leaves to its values.
func TestForm(t *testing.T) {
	for _, c := range []struct {
		f               func(t, x, y, z expr.Value) expr.Value
		free, affineInY bool // of x and z; in y
	}{
		{nil, true, true},
		{func(t, _, y, _ expr.Value) expr.Value { return y.Mul(t).AddConst(1) }, true, true},
		{func(_, x, y, _ expr.Value) expr.Value { return x.Sum().Mul(y) }, false, true},
		{func(_, _, y, _ expr.Value) expr.Value { return y.Abs() }, true, false},
		{func(_, _, y, _ expr.Value) expr.Value { return y.Square().Scale(0) }, true, false},
		{func(_, x, y, _ expr.Value) expr.Value { return x.Sum().Scale(0).Add(y) }, false, true},
	} {
		p := known.Heat(2)
		p.Generator = c.f
		tr, err := p.Transition()
		if err != nil {
			t.Fatal(err)
		}
		pr, err := probe.New(&p, tr, pde.Sampling{}, paths.ForRadial)
		if err != nil {
			t.Fatal(err)
		}
		if pr.Free(probe.InX, probe.InZ) != c.free || pr.Affine(probe.InY) != c.affineInY {
			t.Errorf("free of x and z %t, affine in y %t, want %+v", pr.Free(probe.InX, probe.InZ), pr.Affine(probe.InY), c)
		}
	}
}
