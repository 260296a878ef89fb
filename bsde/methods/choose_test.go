package methods_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/deep"
	"github.com/deepbsde/deepbsde/bsde/methods"
	"github.com/deepbsde/deepbsde/pde"
)

// TestChoose: forward where errors in Y grow little on the way to T, backward where they grow much, also where a constant
// discount, which costs nothing, hides how little; and the other method only where f depends on y.
func TestChoose(t *testing.T) {
	for name, c := range map[string]struct {
		horizon float64
		f       func(t, x, y, z expr.Value) expr.Value
		want    string
		other   bool
	}{
		"linear":        {1, func(_, _, y, _ expr.Value) expr.Value { return y.Scale(-50) }, "deep-bsde", true},
		"discount":      {1, func(_, _, y, _ expr.Value) expr.Value { return y.Scale(-50).Add(y.Sin()) }, "deep-bsde", true},
		"short":         {0.3, func(_, _, y, _ expr.Value) expr.Value { return y.Sub(y.PowConst(3)) }, "deep-bsde", true},
		"long":          {10, func(_, _, y, _ expr.Value) expr.Value { return y.Sub(y.PowConst(3)) }, "backward", false},
		"penalty":       {1, func(_, x, y, _ expr.Value) expr.Value { return x.Mean().Sub(y).Relu().Scale(100) }, "backward", false},
		"without y":     {1, func(_, _, _, z expr.Value) expr.Value { return z.NormSq().Scale(-1) }, "deep-bsde", false},
		"growth upward": {1, func(_, _, y, _ expr.Value) expr.Value { return y.Abs().Scale(8) }, "deep-bsde", true},
	} {
		p := pde.Problem{
			Name: name, Dim: 3, Horizon: c.horizon, Start: make([]float64, 3), Diffusion: pde.Scalar(math.Sqrt2), Generator: c.f,
			Terminal: func(x expr.Value) expr.Value { return x.NormSq().Scale(0.4).AddConst(2).Inv() },
		}
		m, why, err := methods.Choose(t.Context(), p)
		if err != nil || m.Name() != c.want || !strings.Contains(why, "grows by a factor of about") {
			t.Errorf("%s: %v, %q, %v, want %s", name, m, why, err, c.want)
			continue
		}
		if others := methods.Others(p, m); slices.ContainsFunc(others, func(o bsde.Alternative) bool { return o.Method.Name() == "backward" }) != c.other {
			t.Errorf("%s: then %v", name, others)
		}
	}
	if m, why, err := methods.Choose(t.Context(), withFeature(bsde.Control)); err != nil || m.Name() != "policy" || why != "" {
		t.Errorf("a control problem: %v, %q, %v", m, why, err)
	}
	region := withFeature(bsde.Region)
	if m, _, err := methods.Choose(t.Context(), region); err != nil || m.Name() != (deep.Method{}).Name() || len(methods.Others(region, m)) > 0 {
		t.Errorf("a random start: %v, %v", m, err)
	}
}
