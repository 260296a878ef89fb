package expr

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// evalRow evaluates out for one row of x.
func evalRow(t *testing.T, out, x Value, row ...float64) []float64 {
	t.Helper()
	f, err := Compile(out, x)
	if err != nil {
		t.Fatal(err)
	}
	got := make([]float64, f.Width())
	if err := f.Eval(1, got, row); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestEvalKnownValues(t *testing.T) {
	x := Input("x", 3)
	row := []float64{3, -4, 12}
	for _, c := range []struct {
		name string
		out  Value
		want []float64
	}{
		{"sum", x.Sum(), []float64{11}},
		{"mean", x.Mean(), []float64{11. / 3}},
		{"norm", x.Norm(), []float64{13}},
		{"normsq", x.NormSq(), []float64{169}},
		{"max", x.MaxComponent(), []float64{12}},
		{"min", x.MinComponent(), []float64{-4}},
		{"at", x.At(1), []float64{-4}},
		{"slice", x.Slice(1, 3), []float64{-4, 12}},
		{"concat", Concat(x.At(2), x.Slice(0, 2)), []float64{12, 3, -4}},
		{"linear", x.Linear([][]float64{{1, 0, 0}, {1, 1, 1}}), []float64{3, 11}},
		{"broadcast", x.Sum().Broadcast(2), []float64{11, 11}},
		{"width 1 repeated", x.Sub(x.At(0)), []float64{0, -7, 9}},
		{"dot repeats", x.Dot(Const(2)), []float64{22}},
		{"select", Select(x.Greater(Const(0)), x, Const(-1)), []float64{3, -1, 12}},
		{"relu", x.Relu(), []float64{3, 0, 12}},
		{"pow", x.Pow(Const(2)), []float64{9, 16, 144}},
		{"comparisons", x.LessEq(Vector([]float64{3, -5, 13})), []float64{1, 0, 1}},
		{"vector", Vector([]float64{1, 2}).Add(x.Slice(0, 2)), []float64{4, -2}},
		{"normcdf", Const(0).NormCDF(), []float64{0.5}},
	} {
		got := evalRow(t, c.out, x, row...)
		for j := range c.want {
			if math.Abs(got[j]-c.want[j]) > 1e-14*(1+math.Abs(c.want[j])) {
				t.Errorf("%s: got %v, want %v", c.name, got, c.want)
			}
		}
	}
}

func TestStickyErrors(t *testing.T) {
	x := Input("x", 3)
	for _, c := range []struct {
		out  Value
		want string
	}{
		{x.Add(Input("y", 2)).Sum().Exp(), "widths 3 and 2"},
		{x.At(3).Neg(), "component 3 of a value with 3 components"},
		{x.Slice(2, 1), "components 2 to 1"},
		{Value{}.Exp(), "zero Value"},
		{Concat(), "no values"},
		{x.Linear([][]float64{{1, 2}}), "row 0 of the matrix has 2 entries, want 3"},
		{x.Broadcast(4), "only width 1"},
		{Input("t", 0), "width 0"},
	} {
		if err := c.out.Err(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one containing %q", err, c.want)
		}
	}
	if _, err := Compile(x.Add(Input("stranger", 3)), x); err == nil || !strings.Contains(err.Error(), "stranger") {
		t.Errorf("foreign variable: error %v", err)
	}
}

// domain gives an interval on which fn and its derivatives are smooth.
func domain(fn UnaryFn) (lo, hi float64) {
	switch fn {
	case Log, Sqrt, PowConst:
		return 0.3, 3
	case Log1p:
		return -0.5, 2
	case Asin, Acos:
		return -0.8, 0.8
	case Abs, Sign, Relu, Floor:
		return 0.1, 0.9
	}
	return -1.2, 1.2
}

// TestLinear compares A·x with the sums of its definition, for matrices of which most is 0 and for others,
// and for numbers of rows that four does not divide.
func TestLinear(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, share := range []float64{0, 0.02, 0.3, 0.7, 1} {
		a := make([][]float64, 7)
		for i := range a {
			a[i] = make([]float64, 11)
			for j := range a[i] {
				if rng.Float64() < share {
					a[i][j] = rng.NormFloat64()
				}
			}
		}
		x := Input("x", 11)
		f, err := Compile(x.Linear(a), x)
		if err != nil {
			t.Fatal(err)
		}
		for _, rows := range []int{1, 3, 4, 6, 130} {
			in, out := make([]float64, rows*11), make([]float64, rows*7)
			for i := range in {
				in[i] = rng.NormFloat64()
			}
			if err := f.Eval(rows, out, in); err != nil {
				t.Fatal(err)
			}
			for r := range rows {
				for i := range a {
					want := 0.0
					for j, v := range a[i] {
						want += v * in[r*11+j]
					}
					if got := out[r*7+i]; got != want {
						t.Fatalf("share %g, %d rows: component %d of row %d is %v, want %v", share, rows, i, r, got, want)
					}
				}
			}
		}
	}
}

// TestUnaryDerivatives compares D with central differences of F and D2 with
// those of D. The step 1e-5 leaves h²|f‴|/6 ≈ 1e-10 and rounding 1e-11.
func TestUnaryDerivatives(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const h = 1e-5
	for fn := range numUnary {
		lo, hi := domain(fn)
		for range 20 {
			u, x := Unary{Fn: fn, C: 1.7}, lo+(hi-lo)*rng.Float64()
			if got, want := u.D(x), (u.F(x+h)-u.F(x-h))/(2*h); math.Abs(got-want) > 1e-8*(1+math.Abs(want)) {
				t.Errorf("%s'(%g) = %g, differences give %g", u.Name(), x, got, want)
			}
			if got, want := u.D2(x), (u.D(x+h)-u.D(x-h))/(2*h); math.Abs(got-want) > 1e-7*(1+math.Abs(want)) {
				t.Errorf("%s''(%g) = %g, differences give %g", u.Name(), x, got, want)
			}
		}
	}
}

// TestJet compares the Taylor arithmetic of a composite of every operation with
// central differences of the plain evaluation along the line.
func TestJet(t *testing.T) {
	x, y := Input("x", 4), Input("y", 1)
	e := x.Mul(y).Exp().Add(x.Div(y.Square().AddConst(1))).Sub(x.Pow(y))
	e = Concat(e, x.Atan2(y), x.Max(y), x.Min(y), Select(x.Less(y), x.Sin(), x.Cos()))
	e = Concat(e, x.Norm(), x.NormSq(), x.MaxComponent().Square(), x.MinComponent().Exp(), x.Sum().Broadcast(3),
		x.Linear([][]float64{{1, 2, 3, 4}}).Square(), x.Slice(1, 3).Tanh())
	f, err := Compile(e, x, y)
	if err != nil {
		t.Fatal(err)
	}
	in := [][]float64{{0.7, 1.1, 1.9, 2.3}, {1.3}}
	dir := [][]float64{{0.3, -0.2, 0.5, 0.1}, {0.4}}
	at := func(s float64) []float64 {
		out := make([]float64, f.Width())
		moved := [][]float64{make([]float64, 4), make([]float64, 1)}
		for i := range in {
			for j := range in[i] {
				moved[i][j] = in[i][j] + s*dir[i][j]
			}
		}
		if err := f.Eval(1, out, moved...); err != nil {
			t.Fatal(err)
		}
		return out
	}
	u, du, d2u, err := f.Jet(1, in, dir)
	if err != nil {
		t.Fatal(err)
	}
	const h = 1e-4 // truncation 1e-8, rounding of the second difference 1e-8
	p, m, c := at(h), at(-h), at(0)
	for j := range u {
		if math.Abs(u[j]-c[j]) > 1e-13*(1+math.Abs(c[j])) {
			t.Errorf("component %d: value %g, plain %g", j, u[j], c[j])
		}
		if want := (p[j] - m[j]) / (2 * h); math.Abs(du[j]-want) > 1e-6*(1+math.Abs(want)) {
			t.Errorf("component %d: first derivative %g, differences %g", j, du[j], want)
		}
		if want := (p[j] - 2*c[j] + m[j]) / (h * h); math.Abs(d2u[j]-want) > 1e-5*(1+math.Abs(want)) {
			t.Errorf("component %d: second derivative %g, differences %g", j, d2u[j], want)
		}
	}
}

func TestEvalManyRowsAndRepeatedRow(t *testing.T) {
	x, s := Input("x", 2), Input("s", 1)
	f, err := Compile(x.Sum().Mul(s), x, s)
	if err != nil {
		t.Fatal(err)
	}
	rows := 3*blockRows + 5
	in := make([]float64, 2*rows)
	for i := range in {
		in[i] = float64(i)
	}
	out := make([]float64, rows)
	if err := f.Eval(rows, out, in, []float64{2}); err != nil {
		t.Fatal(err)
	}
	for r, got := range out {
		if want := 2 * float64(4*r+1); got != want {
			t.Fatalf("row %d: %g, want %g", r, got, want)
		}
	}
	if err := f.Eval(rows, out, in[1:], []float64{2}); err == nil || !strings.Contains(err.Error(), "input x") {
		t.Errorf("short input: error %v", err)
	}
}

func TestNormNeitherOverflowsNorUnderflows(t *testing.T) {
	for _, s := range []float64{1e-200, 1, 1e200} {
		if got, want := norm([]float64{3 * s, 4 * s}), 5*s; math.Abs(got-want) > 1e-15*want {
			t.Errorf("norm at scale %g: %g, want %g", s, got, want)
		}
	}
}
