package equation

import (
	"math"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
)

// operations lists a generator in two dimensions.
func operations(t *testing.T, f func(t, x, y, z expr.Value) expr.Value) []expr.Node {
	t.Helper()
	in := []expr.Value{expr.Input("t", 1), expr.Input("x", 2), expr.Input("y", 1), expr.Input("z", 2)}
	list, err := expr.Nodes(f(in[0], in[1], in[2], in[3]), in...)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestShapes: what the operations prove of f in y and z together, and no more.
func TestShapes(t *testing.T) {
	for name, c := range map[string]struct {
		f    func(t, x, y, z expr.Value) expr.Value
		want Shape
	}{
		"free":            {func(t, x, _, _ expr.Value) expr.Value { return x.Sum().Sin().Mul(t) }, Free},
		"affine":          {func(_, x, y, z expr.Value) expr.Value { return x.Dot(z).Sub(y.Scale(3)).AddConst(1) }, Affine},
		"two rates":       {func(_, _, y, z expr.Value) expr.Value { return z.Sum().Sub(y).Relu().Scale(0.02).Sub(y) }, Convex},
		"hjb":             {func(_, _, _, z expr.Value) expr.Value { return z.NormSq().Scale(-1) }, Concave},
		"squares":         {func(_, _, _, z expr.Value) expr.Value { return z.Square().Sum().Scale(0.5) }, Convex},
		"eikonal":         {func(_, _, _, z expr.Value) expr.Value { return z.Norm() }, Convex},
		"largest":         {func(_, _, y, z expr.Value) expr.Value { return z.MaxComponent().Max(y) }, Convex},
		"smallest":        {func(_, _, y, z expr.Value) expr.Value { return z.MinComponent().Min(y).Add(y.Abs().Neg()) }, Concave},
		"difference":      {func(_, _, y, z expr.Value) expr.Value { return y.Square().Sub(z.NormSq()) }, Unproved},
		"product":         {func(_, _, y, z expr.Value) expr.Value { return y.Mul(z.Sum()) }, Unproved},
		"cubic":           {func(_, _, y, _ expr.Value) expr.Value { return y.Sub(y.PowConst(3)) }, Unproved},
		"factor in x":     {func(_, x, y, _ expr.Value) expr.Value { return x.Sum().Mul(y.Abs()) }, Unproved},
		"minus a maximum": {func(_, _, y, _ expr.Value) expr.Value { return y.Relu().Neg().AddConst(2) }, Concave},
		"exponential":     {func(_, _, y, _ expr.Value) expr.Value { return y.Scale(-2).Exp() }, Convex},
	} {
		if got := ShapeOf(operations(t, c.f)); got != c.want {
			t.Errorf("%s: shape %d, want %d", name, got, c.want)
		}
	}
}

// TestIsotropic: the multiple of the identity that ∂²f/∂z² is, where the operations prove it.
func TestIsotropic(t *testing.T) {
	for name, c := range map[string]struct {
		f    func(t, x, y, z expr.Value) expr.Value
		want float64 // NaN: none
	}{
		"with others":     {func(_, x, y, z expr.Value) expr.Value { return z.NormSq().Scale(-1.5).Add(x.Dot(z)).Add(y) }, -3},
		"squares":         {func(_, _, _, z expr.Value) expr.Value { return z.Square().Mean() }, 1},
		"square of norm":  {func(_, _, _, z expr.Value) expr.Value { return z.Scale(2).Norm().Square() }, 8},
		"product":         {func(_, _, _, z expr.Value) expr.Value { return z.Mul(z.Scale(3)).Sum() }, 6},
		"about a point":   {func(_, x, _, z expr.Value) expr.Value { return z.Sub(x).NormSq() }, 2},
		"constant factor": {func(_, _, _, z expr.Value) expr.Value { return expr.Const(-4).Mul(z.NormSq()).Div(expr.Const(2)) }, -4},
		"anisotropic":     {func(_, _, _, z expr.Value) expr.Value { return z.At(0).Square().Sum() }, math.NaN()},
		"factor in x":     {func(_, x, _, z expr.Value) expr.Value { return x.Sum().Mul(z.NormSq()) }, math.NaN()},
		"norm":            {func(_, _, _, z expr.Value) expr.Value { return z.Norm() }, math.NaN()},
		"shifted norm":    {func(_, x, _, z expr.Value) expr.Value { return z.Add(x).Norm().Square() }, math.NaN()},
		"linear":          {func(_, x, _, z expr.Value) expr.Value { return x.Dot(z) }, math.NaN()},
	} {
		got, ok := Isotropic(operations(t, c.f))
		if ok == math.IsNaN(c.want) || ok && got != c.want {
			t.Errorf("%s: %g, %v, want %g", name, got, ok, c.want)
		}
	}
}

// TestDiscount: the multiples of y among the terms of f, and whether the other terms are free
// of it.
func TestDiscount(t *testing.T) {
	for name, c := range map[string]struct {
		f     func(t, x, y, z expr.Value) expr.Value
		want  float64
		whole bool
	}{
		"alone":        {func(_, _, y, _ expr.Value) expr.Value { return y.Scale(-3) }, 3, true},
		"among others": {func(_, x, y, z expr.Value) expr.Value { return x.Sum().Sub(y).Scale(2).Add(z.NormSq()).Add(y.Sin()) }, 2, false},
		"free others":  {func(_, x, y, z expr.Value) expr.Value { return x.Sum().Sub(y).Scale(2).Add(z.NormSq()) }, 2, true},
		"two of them":  {func(_, _, y, _ expr.Value) expr.Value { return y.Scale(-3).Sub(y.Div(expr.Const(4))) }, 3.25, true},
		"rate of x":    {func(_, x, y, _ expr.Value) expr.Value { return x.Sum().Mul(y).Neg() }, 0, false},
		"cubic":        {func(_, _, y, _ expr.Value) expr.Value { return y.Sub(y.PowConst(3)) }, -1, false},
		"no y":         {func(_, x, _, z expr.Value) expr.Value { return x.Dot(z) }, 0, true},
		"by a vector":  {func(_, _, y, z expr.Value) expr.Value { return y.Broadcast(2).Mul(z).Sum() }, 0, false},
	} {
		if got, whole := discount(operations(t, c.f)); got != c.want || whole != c.whole {
			t.Errorf("%s: %g, %t, want %g, %t", name, got, whole, c.want, c.whole)
		}
	}
	for horizon, want := range map[float64]float64{0.2: 0, 2: 3} {
		e, err := New(pde.Problem{
			Name: "discount", Dim: 1, Horizon: horizon, Start: []float64{0}, Diffusion: pde.Scalar(1),
			Generator: func(_, _, y, _ expr.Value) expr.Value { return y.Scale(-3) },
			Terminal:  func(x expr.Value) expr.Value { return x.Sum() },
		})
		if err != nil || e.Discount != want {
			t.Errorf("horizon %g: %g, %v, want %g", horizon, e.Discount, err, want)
			continue
		}
		const h = 0.1
		if want > 0 && math.Abs(1+want*e.Span(h)-math.Exp(want*h)) > 1e-14 || want == 0 && e.Span(h) != h {
			t.Errorf("horizon %g: a step counts %g", horizon, e.Span(h))
		}
	}
}
