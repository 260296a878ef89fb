package control

import (
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// TestJumps: a set-up cost, a fine and a floor are seen to jump; kinks, steep slopes and conditions whose
// branches meet are not, nor what jumps in time alone.
func TestJumps(t *testing.T) {
	type v = expr.Value
	c := expr.Const
	for _, r := range []struct {
		name string
		cost func(t, x, a v) v
		last func(x v) v
		want string // "" for none
	}{
		{"set-up", func(_, _, a v) v { return expr.Select(a.Greater(c(0.01)), c(4), c(0)).Add(a) }, nil, "the running cost jumps by 4"},
		{"fine", nil, func(x v) v { return x.Greater(c(1.1)).Scale(2).Add(x.Square()) }, "the terminal cost jumps by 2"},
		{"floor", func(_, x, a v) v { return a.Floor() }, nil, "the running cost jumps by 1"},
		{"kink", func(_, x, a v) v { return a.Abs().Add(x.Max(c(1))) }, nil, ""},
		{"steep", func(_, _, a v) v { return a.AddConst(-0.5).Scale(1e3).Sigmoid() }, nil, ""},
		{"branches that meet", func(_, x, a v) v { return expr.Select(a.Greater(c(1)), a, a.Square()) }, nil, ""},
		{"in time", func(t, x, a v) v { return expr.Select(t.Greater(c(0.4)), a, a.Square()) }, nil, ""},
	} {
		p := walk()
		p.Actions = Box{Lower: []float64{0}, Upper: []float64{10}}
		if r.cost != nil {
			p.RunningCost = r.cost
		}
		if r.last != nil {
			p.TerminalCost = r.last
		}
		d, err := p.Discretise(4)
		if err != nil {
			t.Fatal(err)
		}
		list, err := d.Jumps([][]float64{{-1}, {0.3}, {2}})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(list, "; "); got != r.want {
			t.Errorf("%s: %q, want %q", r.name, got, r.want)
		}
	}
}
