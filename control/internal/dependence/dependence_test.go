package dependence

import (
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// TestDependencies: the parts of a next state are found through every kind of operation.
func TestDependencies(t *testing.T) {
	ti, x, a, w := expr.Input("t", 1), expr.Input("x", 3), expr.Input("a", 2), expr.Input("w", 2)
	for _, c := range []struct {
		out  expr.Value
		want []uint64
	}{
		{x.Add(expr.Concat(a, w.At(1))), []uint64{1 | OnAction, 2 | OnAction, 4 | OnNoise}},
		{x.Linear([][]float64{{1, 0, 2}, {0, 0, 0}}), []uint64{5, 0}},
		{x.Slice(1, 3).Mul(ti), []uint64{2, 4}},
		{x.Slice(0, 2).Dot(w), []uint64{3 | OnNoise}},
		{expr.Select(ti, x.At(2), a.Norm()).Broadcast(2), []uint64{4 | OnAction, 4 | OnAction}},
	} {
		got, err := Of(c.out, ti, x, a, w)
		if err != nil {
			t.Fatal(err)
		}
		for j := range c.want {
			if got[j] != c.want[j] {
				t.Errorf("component %d depends on %x, want %x", j, got[j], c.want[j])
			}
		}
	}
	// A controlled component that makes another one not exogenous, with noise: no split.
	if s := NewSplit([]uint64{1 | OnAction, 3 | OnNoise}); s != nil {
		t.Errorf("split %+v, want none", s)
	}
}
