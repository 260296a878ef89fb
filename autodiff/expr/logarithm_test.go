package expr

import (
	"math"
	"testing"
)

// TestLogOf: the logarithm by the rules is that of the number, and finite where e^a is not.
func TestLogOf(t *testing.T) {
	x := Input("x", 2)
	q := x.NormSq()
	for name, c := range map[string]struct {
		v    Value
		want func(a, b float64) float64
	}{
		"exponential":     {q.Exp(), func(a, b float64) float64 { return a*a + b*b }},
		"scaled":          {q.Scale(-1).Exp().Scale(3), func(a, b float64) float64 { return math.Log(3) - a*a - b*b }},
		"power":           {q.Exp().PowConst(-2.5), func(a, b float64) float64 { return -2.5 * (a*a + b*b) }},
		"root":            {q.Exp().Sqrt(), func(a, b float64) float64 { return (a*a + b*b) / 2 }},
		"product":         {q.Exp().Mul(q.AddConst(1)), func(a, b float64) float64 { return a*a + b*b + math.Log(1+a*a+b*b) }},
		"quotient":        {q.AddConst(1).Div(q.Exp()), func(a, b float64) float64 { return math.Log(1+a*a+b*b) - a*a - b*b }},
		"a positive base": {x.Exp().Mean().PowConst(3), func(a, b float64) float64 { return 3 * math.Log((math.Exp(a)+math.Exp(b))/2) }},
		"choice":          {Select(x.At(0).Greater(Const(0)), q.Exp(), q.Neg().Exp()), func(a, b float64) float64 { return math.Copysign(1, a) * (a*a + b*b) }},
		"even power":      {x.At(0).PowConst(2), func(a, _ float64) float64 { return 2 * math.Log(math.Abs(a)) }},
		"negative":        {x.At(0).Abs().Neg(), func(_, _ float64) float64 { return math.NaN() }},
		"two negatives":   {x.At(0).Abs().Neg().Mul(x.At(1).Abs().Neg()), func(a, b float64) float64 { return math.Log(math.Abs(a * b)) }},
	} {
		f, err := Compile(LogOf(c.v), x)
		if err != nil {
			t.Fatal(name, err)
		}
		for _, p := range [][]float64{{0.3, -0.2}, {-1.5, 2}} {
			got := make([]float64, 1)
			if err := f.Eval(1, got, p); err != nil {
				t.Fatal(name, err)
			}
			want := c.want(p[0], p[1])
			if !(math.Abs(got[0]-want) <= 1e-12*(1+math.Abs(want))) && !(math.IsNaN(want) && math.IsNaN(got[0])) {
				t.Errorf("%s at %v: %v, want %v", name, p, got[0], want)
			}
		}
	}
	f, err := Compile(LogOf(q.Exp()), x)
	if err != nil {
		t.Fatal(err)
	}
	got := make([]float64, 1)
	if err := f.Eval(1, got, []float64{30, 40}); err != nil || got[0] != 2500 {
		t.Errorf("ln e^2500 is %v, %v", got[0], err)
	}
}

// TestHomogeneity: what is proved holds for numbers, and what is not homogeneous is never said to be.
func TestHomogeneity(t *testing.T) {
	s, y, z := Input("s", 1), Input("y", 1), Input("z", 2)
	for name, c := range map[string]struct {
		f      Value
		degree float64
		ok     bool
	}{
		"linear":              {s.Mul(y).Add(z.Sum().Scale(2)), 1, true},
		"norm":                {z.Norm().Add(y.Abs()), 1, true},
		"borrowing":           {z.Sum().Sub(y).Relu().Scale(0.05).Sub(y.Scale(0.02)), 1, true},
		"min with 0":          {y.Sub(z.Sum()).Min(Const(0)), 1, true},
		"square over y":       {z.NormSq().Div(y), 1, true},
		"root of a square":    {z.NormSq().Sqrt(), 1, true},
		"a switch":            {Select(y.Greater(z.Sum()), y, z.Sum()), 1, true},
		"square":              {z.NormSq(), 2, true},
		"0 times a square":    {y.Scale(3).Add(y.Square().Scale(0)), 1, true},
		"source":              {y.AddConst(1), 0, false},
		"source in x":         {y.Add(s), 0, false},
		"reaction":            {y.Sub(y.PowConst(3)), 0, false},
		"sine":                {y.Sin(), 0, false},
		"a switch at a level": {Select(y.Greater(Const(1)), y, y.Scale(2)), 0, false},
		"max with a level":    {y.Max(s), 0, false},
	} {
		list, err := Nodes(c.f, s, y, z)
		if err != nil {
			t.Fatal(name, err)
		}
		degree, ok := Homogeneity(list, 1, 2)
		if ok != c.ok || ok && degree != c.degree {
			t.Errorf("%s: degree %g, %t, want %g, %t", name, degree, ok, c.degree, c.ok)
		}
		f, err := Compile(c.f, s, y, z)
		if err != nil {
			t.Fatal(name, err)
		}
		u, v := make([]float64, 1), make([]float64, 1)
		holds := true
		for _, by := range []float64{0.5, 3} {
			if err := f.Eval(1, u, []float64{0.7}, []float64{0.9}, []float64{0.4, -0.3}); err != nil {
				t.Fatal(name, err)
			}
			if err := f.Eval(1, v, []float64{0.7}, []float64{0.9 * by}, []float64{0.4 * by, -0.3 * by}); err != nil {
				t.Fatal(name, err)
			}
			holds = holds && math.Abs(v[0]-math.Pow(by, c.degree)*u[0]) <= 1e-12
		}
		if ok && !holds {
			t.Errorf("%s is not homogeneous of degree %g", name, degree)
		}
	}
}
