package expr

import (
	"math"
	"testing"
)

// TestGradient compares the derivative as an expression, of every operation and every
// elementwise function, with that of Taylor arithmetic along lines.
func TestGradient(t *testing.T) {
	x, y := Input("x", 4), Input("y", 1)
	inputs := [][]float64{{0.7, 1.1, 1.9, 2.3}, {1.3}}
	list := []Value{
		x.Mul(y).Exp().Add(x.Div(y.Square().AddConst(1))).Sub(x.Pow(y)).Sum(), y.Div(x).Sum(), y.Pow(x).Sum(),
		x.Atan2(y).Sum(), x.Max(y).Sum(), x.Min(y).Sum(), Select(x.Less(y), x.Sin(), x.Cos()).Sum(),
		x.Norm(), x.NormSq(), x.MaxComponent().Square(), x.MinComponent().Exp(), x.Sum().Broadcast(3).Square().Sum(),
		x.Linear([][]float64{{1, 2, 3, 4}, {0, -1, 1, 0}}).Square().Sum(), x.Slice(1, 3).Tanh().Sum(),
		Concat(x, y, x.Square()).Dot(Concat(x.Sin(), y, x)), x.Less(y).Sum(), y.Square(),
	}
	for fn := range numUnary {
		lo, hi := domain(fn)
		inside := x.Scale((hi - lo) / 5).AddConst(lo) // 0 to 2.5 to the middle half of the domain
		list = append(list, Unary{Fn: fn, C: 1.7}.Apply(inside).Sum())
	}
	for i, v := range list {
		f, err := Compile(v, x, y)
		if err != nil {
			t.Fatal(err)
		}
		for k, in := range []Value{x, y} {
			g, err := Compile(v.Gradient(in), x, y)
			if err != nil {
				t.Fatalf("expression %d: %v", i, err)
			}
			got := make([]float64, in.Width())
			if err := g.Eval(1, got, inputs...); err != nil {
				t.Fatal(err)
			}
			for j := range got {
				dir := [][]float64{make([]float64, 4), make([]float64, 1)}
				dir[k][j] = 1
				_, want, _, err := f.Jet(1, inputs, dir)
				if err != nil {
					t.Fatal(err)
				}
				if math.Abs(got[j]-want[0]) > 1e-12*(1+math.Abs(want[0])) {
					t.Errorf("expression %d, variable %d, component %d: %g, want %g", i, k, j, got[j], want[0])
				}
			}
		}
	}
	for _, bad := range []Value{x.Gradient(x), y.Gradient(x.Sum()), Value{}.Gradient(x)} {
		if bad.Err() == nil {
			t.Error("a wrong use has no error")
		}
	}
}

// TestKink: what decides at an outermost maximum, minimum or positive part, a factor and a constant apart; nothing elsewhere.
func TestKink(t *testing.T) {
	x := Input("x", 2)
	for name, c := range map[string]struct {
		out  Value
		want float64 // at (3, 5)
		ok   bool
	}{
		"call":   {x.MaxComponent().AddConst(-4).Max(Const(0)), 1, true},
		"put":    {x.Sum().Neg().AddConst(10).Relu().Scale(2), 2, true},
		"capped": {x.At(0).Min(x.At(1)).AddConst(1), -2, true},
		"smooth": {x.Sum().Exp(), 0, false},
		"spread": {x.At(0).Relu().Sub(x.At(1).Relu()), 0, false},
		"wide":   {x.Relu(), 0, false},
		"wrong":  {Value{}, 0, false},
	} {
		m, ok := c.out.Kink()
		if ok != c.ok {
			t.Errorf("%s: %v", name, ok)
		}
		if !ok {
			continue
		}
		f, err := Compile(m, x)
		if err != nil {
			t.Fatal(err)
		}
		out := []float64{0}
		if err := f.Eval(1, out, []float64{3, 5}); err != nil || out[0] != c.want {
			t.Errorf("%s: %v, %v, want %v", name, out, err, c.want)
		}
	}
}
