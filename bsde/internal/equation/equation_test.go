package equation

import (
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// TestAffine: what is affine in z is found.
func TestAffine(t *testing.T) {
	x, z := expr.Input("x", 2), expr.Input("z", 2)
	for _, c := range []struct {
		f    expr.Value
		want bool
	}{
		{z.Sum(), true}, {x.Mul(z).Sum().AddConst(1), true}, {x.Dot(z), true}, {z.Div(x.AddConst(3)).Mean(), true},
		{x.Exp().Sum(), true}, {z.Linear([][]float64{{1, 2}, {3, 4}}).At(0).Scale(-2), true},
		{z.NormSq(), false}, {z.Norm(), false}, {z.Dot(z), false}, {z.Mul(z).Sum(), false}, {x.Div(z).Sum(), false},
		{z.Abs().Sum(), false}, {z.Relu().Sum(), false}, {z.MaxComponent(), false}, {z.Sum().Mul(z.At(0)), false},
	} {
		list, err := expr.Nodes(c.f, x, z)
		if err != nil {
			t.Fatal(err)
		}
		if got := affine(list, 1); got != c.want {
			t.Errorf("%v: affine %t, want %t", list, got, c.want)
		}
	}
}
