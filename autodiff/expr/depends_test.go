package expr_test

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
		if got := expr.Affine(list, 1); got != c.want {
			t.Errorf("%v: affine %t, want %t", list, got, c.want)
		}
	}
}

// TestDependsOn: an input that an expression does not contain, contains, contains in a
// comparison alone; affine in two inputs together.
func TestDependsOn(t *testing.T) {
	x, y, z := expr.Input("x", 2), expr.Input("y", 1), expr.Input("z", 2)
	for _, c := range []struct {
		f                       expr.Value
		onX, smooth, affineInYZ bool
	}{
		{y.Scale(2), false, false, true},
		{x.Sum().Mul(y), true, true, true},
		{expr.Select(x.At(0), y, y.Neg()), true, false, true},
		{x.Sum().Sub(x.Sum()), true, true, true}, // not seen to be 0
		{y.Add(z.Dot(x)), true, true, true},
		{y.Mul(z.Sum()), false, false, false},
		{expr.Select(y, x.At(0), z.At(0)), true, true, false},
	} {
		list, err := expr.Nodes(c.f, x, y, z)
		if err != nil {
			t.Fatal(err)
		}
		smooth := expr.Depends(list, 0, true)[len(list)-1]
		if expr.Contains(list, 0) != c.onX || smooth != c.smooth || expr.Affine(list, 1, 2) != c.affineInYZ {
			t.Errorf("%v: on x %t, smoothly %t, affine in y and z %t, want %+v", list, expr.Contains(list, 0), smooth, expr.Affine(list, 1, 2), c)
		}
	}
}
