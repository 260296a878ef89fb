package autodiff

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// deep builds a network with enough work and branches for many tasks, and with
// operations that are split.
func deep[T Float](l *Layout) (*Graph, Node) {
	g := NewGraph[T](l, true)
	x := g.Input("x", 1200, 40)
	var sum Node
	for k := range 4 {
		h := x
		for i := range 3 {
			name := string(rune('a'+k)) + string(rune('0'+i))
			h = g.Unary(expr.Unary{Fn: expr.Tanh}, g.Dense(name, h, 50, true, Glorot))
		}
		h = g.Rows(h, 120*k, 800)
		if k == 0 {
			sum = h
		} else {
			sum = g.Add(sum, h)
		}
	}
	return g, g.Loss(g.RowDot(sum, sum), 0)
}

func compiled[T Float](t *testing.T) (*Program[T], Node, *Layout) {
	t.Helper()
	l := &Layout{}
	g, cost := deep[T](l)
	params := make([]T, l.Size())
	for i, v := range l.Initial(7) {
		params[i] = T(v)
	}
	p, err := Compile(g, Target{Cost: cost}, params, nil)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range p.Input("x") {
		p.Input("x")[i] = T(rng.NormFloat64())
	}
	return p, cost, l
}

func TestProgramBitsDoNotDependOnWorkers(t *testing.T) {
	p, cost, _ := compiled[float32](t)
	var grads []float32
	var value float32
	for _, workers := range []int{1, 2, 5} {
		pool := newPool(workers)
		for range 20 { // a race would show as different bits sooner or later
			p.Run(pool)
			if grads == nil {
				grads, value = slices.Clone(p.Grads), p.Value(cost)[0]
			}
			if !slices.Equal(grads, p.Grads) || value != p.Value(cost)[0] {
				t.Fatalf("%d workers: other bits than with 1", workers)
			}
		}
		pool.Close()
	}
}

func TestRunAllocatesNothing(t *testing.T) {
	p, _, l := compiled[float64](t)
	pool, adam := newPool(2), NewAdam[float64](l)
	defer pool.Close()
	if n := testing.AllocsPerRun(10, func() {
		p.Run(pool)
		adam.Step(pool, p.Params, p.Grads, 1e-3, 1)
	}); n != 0 {
		t.Errorf("%g allocations in a run", n)
	}
}

func TestPrecisionsAgree(t *testing.T) {
	narrow, cost32, _ := compiled[float32](t)
	wide, cost64, _ := compiled[float64](t)
	copy32 := wide.Input("x")
	for i, v := range narrow.Input("x") {
		copy32[i] = float64(v)
	}
	pool := newPool(1)
	narrow.Run(pool)
	wide.Run(pool)
	// Sums of some 10⁴ terms of relative rounding 6e-8 each, in random signs.
	if a, b := float64(narrow.Value(cost32)[0]), wide.Value(cost64)[0]; math.Abs(a-b) > 1e-5*b {
		t.Errorf("float32 %g, float64 %g", a, b)
	}
}

func TestGraphErrorsStick(t *testing.T) {
	l := &Layout{}
	g := NewGraph[float64](l, true)
	bad := g.MatMul(g.Input("x", 3, 4), g.Param("w", 5, 2, 1, Glorot))
	cost := g.Loss(g.Scale(2, bad), 0)
	if _, err := Compile[float64](g, Target{Cost: cost}, nil, nil); err == nil || !strings.Contains(err.Error(), "inner sizes 4 and 5 differ") {
		t.Errorf("error %v", err)
	}
	h := NewGraph[float64](l, false)
	h.Param("w", 5, 3, 1, Glorot)
	if err := h.Err(); err == nil || !strings.Contains(err.Error(), "parameter w is 5×2, wanted 5×3") {
		t.Errorf("error %v", err)
	}
}

// TestBatchNormInference: with momentum 0 the running statistics are those of the
// last batch, so inference gives what training gave.
func TestBatchNormInference(t *testing.T) {
	l := &Layout{}
	spec := NormSpec{Epsilon: 1e-6, Momentum: 0, Beta: Normal(0, 1), Gamma: Uniform(0.5, 1)}
	build := func(train bool) (*Graph, Node, *NormUpdate) {
		g := NewGraph[float64](l, train)
		y, u := g.BatchNorm("n", g.Input("x", 8, 3), spec)
		return g, y, u
	}
	g, y, u := build(true)
	params, states := l.Initial(1), l.InitialState()
	train, err := Compile(g, Target{Outputs: []Node{y}, Norms: []*NormUpdate{u}}, params, states)
	if err != nil {
		t.Fatal(err)
	}
	h, z, _ := build(false)
	infer, err := Compile(h, Target{Outputs: []Node{z}}, params, states)
	if err != nil {
		t.Fatal(err)
	}
	for i := range train.Input("x") {
		train.Input("x")[i] = math.Sin(float64(i))
		infer.Input("x")[i] = math.Sin(float64(i))
	}
	pool := newPool(1)
	train.Run(pool)
	train.UpdateNorms(pool)
	infer.Run(pool)
	closeTo(t, "inference", infer.Value(z), train.Value(y), 1e-14)
}

// TestAdam compares two steps with the formulas worked out by hand for a
// gradient of 2 and then −1, and the clip and the refusal of NaN.
func TestAdam(t *testing.T) {
	l := &Layout{}
	NewGraph[float64](l, true).Param("p", 1, 1, 2, Fill(1)) // rate 2
	a, pool, p := NewAdam[float64](l), newPool(1), l.Initial(0)
	a.Step(pool, p, []float64{2}, 0.1, 0)
	if want := 1 - 0.2; math.Abs(p[0]-want) > 1e-8 {
		t.Errorf("first step to %g, want %g: the bias-corrected step is the rate", p[0], want)
	}
	a.Step(pool, p, []float64{-1}, 0.1, 0)
	m, v := (0.9*0.1*2-0.1*1)/(1-0.81), (0.999*0.001*4+0.001*1)/(1-0.999*0.999)
	if want := 0.8 - 0.2*m/math.Sqrt(v); math.Abs(p[0]-want) > 1e-7 {
		t.Errorf("second step to %g, want %g", p[0], want)
	}
	if before := p[0]; a.Step(pool, p, []float64{math.NaN()}, 0.1, 0) || p[0] != before || a.Steps != 2 {
		t.Error("a NaN gradient moved the parameters")
	}
	g := []float64{30}
	a.Step(pool, p, g, 0.1, 3)
	if math.Abs(g[0]-3) > 1e-15 {
		t.Errorf("gradient clipped to %g, want 3", g[0])
	}
}

// TestAdamResumes: state that is saved and restored continues to the same bits.
func TestAdamResumes(t *testing.T) {
	p, _, l := compiled[float32](t)
	pool := newPool(2)
	defer pool.Close()
	a := NewAdam[float32](l)
	step := func(a *Adam[float32]) {
		p.Run(pool)
		a.Step(pool, p.Params, p.Grads, 1e-2, 0)
	}
	step(a)
	saved, m1, m2, n := slices.Clone(p.Params), slices.Clone(a.Moment1), slices.Clone(a.Moment2), a.Steps
	step(a)
	want := slices.Clone(p.Params)
	copy(p.Params, saved)
	b := NewAdam[float32](l)
	copy(b.Moment1, m1)
	copy(b.Moment2, m2)
	b.Steps = n
	step(b)
	if !slices.Equal(want, p.Params) {
		t.Error("other bits from the saved state")
	}
}

func TestSchedules(t *testing.T) {
	cosine, piecewise := CosineRate(2), PiecewiseRate([]int{10, 20}, []float64{3, 2, 1})
	for _, c := range []struct{ got, want float64 }{
		{cosine(0, 101), 2}, {cosine(50, 101), 2 * (0.01 + 0.99*0.5)}, {cosine(100, 101), 0.02},
		{piecewise(9, 0), 3}, {piecewise(10, 0), 2}, {piecewise(25, 0), 1}, {ConstantRate(5)(7, 9), 5},
	} {
		if math.Abs(c.got-c.want) > 1e-14 {
			t.Errorf("rate %g, want %g", c.got, c.want)
		}
	}
}

func TestInitialIsSeededByName(t *testing.T) {
	build := func(names ...string) []float64 {
		l := &Layout{}
		g := NewGraph[float64](l, true)
		for _, n := range names {
			g.Param(n, 2, 3, 1, Glorot)
		}
		return l.Initial(4)
	}
	ab, ba := build("a", "b"), build("b", "a")
	if !slices.Equal(ab[:6], ba[6:]) || slices.Equal(ab[:6], ab[6:]) {
		t.Error("the start of a parameter must depend on its name alone")
	}
}

// TestEqualHashesDoNotMerge uses two input names whose 32-bit hashes in gorgonia
// are equal: gorgonia alone would make one node of the two tanh.
func TestEqualHashesDoNotMerge(t *testing.T) {
	g := NewGraph[float64](&Layout{}, false)
	a, b := g.Input("step782855/x", 1, 1), g.Input("step1069670/x", 1, 1)
	tanh := expr.Unary{Fn: expr.Tanh}
	x, y := g.Unary(tanh, a), g.Unary(tanh, b)
	p, err := Compile[float64](g, Target{Outputs: []Node{x, y}}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	p.Input("step782855/x")[0], p.Input("step1069670/x")[0] = 1, 2
	p.Run(newPool(1))
	if got := []float64{p.Value(x)[0], p.Value(y)[0]}; math.Abs(got[0]-math.Tanh(1)) > 1e-14 || math.Abs(got[1]-math.Tanh(2)) > 1e-14 {
		t.Errorf("tanh of 1 and 2: %v", got)
	}
}

// TestBranchNotChosenHasNoGradient: the root in the branch that Select does not
// choose is NaN, and its gradient must not reach x.
func TestBranchNotChosenHasNoGradient(t *testing.T) {
	for name, f := range map[string]func(x expr.Value) expr.Value{
		"root":     func(x expr.Value) expr.Value { return x.Sqrt() },
		"quotient": func(x expr.Value) expr.Value { return expr.Const(1).Div(x.Sub(x)) },
	} {
		x := expr.Input("x", 1)
		list, err := expr.Nodes(expr.Select(x.Greater(expr.Const(0)), f(x), x.Scale(3)), x)
		if err != nil {
			t.Fatal(err)
		}
		g := NewGraph[float64](&Layout{}, true)
		e := g.Embed(list)
		e.BindInputs(g.Param("x", 2, 1, 1, Fill(-1)))
		p, err := Compile(g, Target{Cost: g.Sum(e.Result())}, []float64{-1, -1}, nil)
		if err != nil {
			t.Fatal(err)
		}
		p.Run(newPool(1))
		if p.Grads[0] != 3 || p.Grads[1] != 3 {
			t.Errorf("%s: gradient %v, want 3", name, p.Grads)
		}
	}
}

// TestDetach: x·Detach(x) has the value x² and the gradient x.
func TestDetach(t *testing.T) {
	g := NewGraph[float64](&Layout{}, true)
	x := g.Param("x", 2, 1, 1, Fill(3))
	cost := g.Sum(g.Mul(x, g.Detach(x)))
	p, err := Compile(g, Target{Cost: cost}, []float64{3, -2}, nil)
	if err != nil {
		t.Fatal(err)
	}
	p.Run(newPool(1))
	if got := p.Value(cost)[0]; got != 13 || p.Grads[0] != 3 || p.Grads[1] != -2 {
		t.Errorf("%g with the gradient %v, want 13 with 3 and -2", got, p.Grads)
	}
}

func TestCostWithoutParametersIsAnError(t *testing.T) {
	g := NewGraph[float64](&Layout{}, true)
	if _, err := Compile[float64](g, Target{Cost: g.Sum(g.Input("x", 2, 1))}, nil, nil); err == nil || !strings.Contains(err.Error(), "depends on no parameter") {
		t.Errorf("error %v", err)
	}
}
