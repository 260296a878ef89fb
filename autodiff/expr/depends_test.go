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

// TestDegree: of polynomials in x and a together, and whether t or y multiply them.
func TestDegree(t *testing.T) {
	y, x, a := expr.Input("y", 1), expr.Input("x", 2), expr.Input("a", 2)
	for _, c := range []struct {
		f        expr.Value
		degree   int
		constant bool
	}{
		{expr.Const(3), 0, true}, {y.Exp(), 0, true}, {x.Sum(), 1, true}, {x.Mul(y).Sum(), 1, false},
		{x.NormSq().Add(a.Dot(x)).Add(y), 2, true}, {x.NormSq().Mul(y), 2, false}, {x.Norm().Square(), 2, true}, {x.Mul(y).Norm().Square(), 2, false},
		{x.AddConst(1).PowConst(2).Sum(), 2, true}, {x.Add(y).Square().Sum(), 2, false}, {x.PowConst(3).Sum(), 3, true}, {x.Div(y).Sum(), 1, false},
		{expr.Select(y, x.Sum(), a.Sum()), 1, false}, {expr.Select(x.At(0), y, y), -1, false},
		{x.Norm(), -1, false}, {x.Abs().Square().Sum(), -1, false}, {x.Max(expr.Const(-9)).Sum(), -1, false}, {x.PowConst(0.5).Sum(), -1, false},
		{y.Div(x.Sum()), -1, false}, {x.MaxComponent(), -1, false}, {expr.Const(2).Max(expr.Const(1)).Mul(x.Sum()), 1, true},
	} {
		list, err := expr.Nodes(c.f, y, x, a)
		if err != nil {
			t.Fatal(err)
		}
		if degree, constant := expr.Degree(list, 1, 2); degree != c.degree || constant != c.constant {
			t.Errorf("%v: degree %d, constant %t, want %d, %t", list, degree, constant, c.degree, c.constant)
		}
	}
}

// TestVanishes: what is 0 by its form, and what is 0 nearly everywhere alone.
func TestVanishes(t *testing.T) {
	x, zero := expr.Input("x", 2), expr.Vector([]float64{0, 0})
	for _, c := range []struct {
		f    expr.Value
		want bool
	}{
		{zero.Scale(3), true}, {zero.NormSq(), true}, {x.Mul(zero).Sum(), true}, {zero.Sin().Add(zero), true}, {x.Scale(0), true},
		{zero.Cos(), false}, {x.Sub(expr.Const(1e9)).Relu(), false}, {zero.Add(x), false}, {zero.AddConst(1), false},
	} {
		list, err := expr.Nodes(c.f, x)
		if err != nil {
			t.Fatal(err)
		}
		if got := expr.Vanishes(list); got != c.want {
			t.Errorf("%v: vanishes %t, want %t", list, got, c.want)
		}
	}
}
