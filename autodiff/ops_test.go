package autodiff

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// graphCase builds a scalar cost from parameters.
type graphCase struct {
	name  string
	build func(g *Graph) Node
}

const testRows, testCols = 6, 4

// param is a test parameter of positive numbers apart from one another, so that
// logarithms, roots and kinks are harmless.
func (g *Graph) testParam(name string, rows, cols int) Node {
	return g.Param(name, rows, cols, 1, func(rng *rand.Rand, _ Param, i int) float64 {
		return 0.3 + 0.05*float64((7*i)%23) + 0.01*rng.Float64()
	})
}

// project makes a scalar of a matrix with a different weight on every entry.
func (g *Graph) project(x Node) Node {
	w := make([]float64, x.Rows*x.Cols)
	for i := range w {
		w[i] = math.Sin(float64(i + 1))
	}
	return g.Loss(g.RowDot(x, g.Constant(x.Rows, x.Cols, w)), 0)
}

// exprCases are all operations of package expr, two operands each.
func exprCases() map[string]func(x, y expr.Value) expr.Value {
	cases := map[string]func(x, y expr.Value) expr.Value{
		"select":    func(x, y expr.Value) expr.Value { return expr.Select(x.Less(y.At(1)), x.Square(), y) },
		"sum":       func(x, y expr.Value) expr.Value { return x.Mul(y).Sum() },
		"mean":      func(x, y expr.Value) expr.Value { return x.Square().Mean() },
		"dot":       func(x, y expr.Value) expr.Value { return x.Dot(y) },
		"dot const": func(x, y expr.Value) expr.Value { return x.Dot(expr.Vector([]float64{1, 2, 3, 4})) },
		"norm":      func(x, y expr.Value) expr.Value { return x.Sub(y).Norm() },
		"max":       func(x, y expr.Value) expr.Value { return x.MaxComponent().Mul(y) },
		"min":       func(x, y expr.Value) expr.Value { return x.MinComponent().Mul(y) },
		"slice":     func(x, y expr.Value) expr.Value { return x.Slice(1, 3).Square() },
		"at":        func(x, y expr.Value) expr.Value { return x.At(2).Mul(y) },
		"concat":    func(x, y expr.Value) expr.Value { return expr.Concat(x.Square(), expr.Const(2), y) },
		"linear":    func(x, y expr.Value) expr.Value { return x.Linear([][]float64{{1, 2, 3, 4}, {4, 3, 2, 1}}) },
		"broadcast": func(x, y expr.Value) expr.Value { return x.At(0).Broadcast(4).Mul(y) },
		"vector":    func(x, y expr.Value) expr.Value { return expr.Vector([]float64{1, 2, 3, 4}).Div(x) },
		"constant":  func(x, y expr.Value) expr.Value { return expr.Const(3).Sub(x.Mul(expr.Const(2))) },
		"reuse":     func(x, y expr.Value) expr.Value { s := x.Mul(y); return s.Mul(s).Add(s).Sub(x) },
	}
	for fn := expr.UnaryFn(0); ; fn++ {
		u := expr.Unary{Fn: fn, C: 1.5}
		if u.Apply(expr.Const(1)).Err() != nil {
			break
		}
		cases["unary "+u.Name()] = func(x, _ expr.Value) expr.Value { return u.Apply(x.Scale(0.5)) }
	}
	for f := expr.Binary(0); ; f++ {
		if f.Apply(expr.Const(1), expr.Const(1)).Err() != nil {
			break
		}
		cases["binary "+f.Name()] = func(x, y expr.Value) expr.Value { return f.Apply(x, y).Add(x) }
		cases["binary broadcast "+f.Name()] = func(x, y expr.Value) expr.Value { return f.Apply(x.At(0), y).Add(f.Apply(x, y.At(3))).Add(y) }
	}
	return cases
}

// TestExprOpsThreeWays runs every operation of an equation as a compiled program
// and compares its value with expr's plain evaluation (1e-12 relative, one
// expression on two backends), its gradient with central differences (1e-6), and
// both with the same graph on gorgonia's TapeMachine (1e-12).
func TestExprOpsThreeWays(t *testing.T) {
	for name, f := range exprCases() {
		t.Run(name, func(t *testing.T) {
			x, y := expr.Input("x", testCols), expr.Input("y", testCols)
			list, err := expr.Nodes(f(x, y), x, y)
			if err != nil {
				t.Fatal(err)
			}
			plain, err := expr.Compile(f(x, y), x, y)
			if err != nil {
				t.Fatal(err)
			}
			var out Node
			c := graphCase{build: func(g *Graph) Node {
				e := g.Embed(list)
				e.BindInputs(g.testParam("x", testRows, testCols), g.testParam("y", testRows, testCols))
				out = e.Result()
				return g.project(out)
			}}
			p, value := threeWays(t, c, &out)
			want := make([]float64, testRows*plain.Width())
			if err := plain.Eval(testRows, want, p.Params[:testRows*testCols], p.Params[testRows*testCols:]); err != nil {
				t.Fatal(err)
			}
			closeTo(t, "plain evaluation", p.Value(value), want, 1e-12)
		})
	}
}

func TestLayerOpsThreeWays(t *testing.T) {
	spec := NormSpec{Epsilon: 1e-6, Momentum: 0.9, Beta: Normal(0, 1), Gamma: Uniform(0.5, 1)}
	cases := []graphCase{
		{name: "softmax", build: func(g *Graph) Node { return g.project(g.Softmax(g.testParam("x", testRows, testCols))) }},
		{name: "log mean exp", build: func(g *Graph) Node { return g.project(g.LogMeanExp(g.testParam("x", testRows, testCols))) }},
		{name: "bounded", build: func(g *Graph) Node { return g.project(g.Bounded(0.9, g.testParam("x", testRows, testCols))) }},
		{name: "combine", build: func(g *Graph) Node {
			return g.project(g.Combine(g.testParam("c", testRows, 2), g.testParam("v", testRows, testCols), g.testParam("w", 1, testCols)))
		}},
		{name: "columns", build: func(g *Graph) Node { return g.project(g.Columns(g.testParam("x", testRows, testCols), 1, 2)) }},
		{name: "dense", build: func(g *Graph) Node {
			return g.project(g.Dense("d", g.testParam("x", testRows, testCols), 3, true, Glorot))
		}},
		{name: "dense without bias", build: func(g *Graph) Node {
			return g.project(g.Dense("d", g.testParam("x", testRows, testCols), 3, false, He))
		}},
		{name: "square dense", build: func(g *Graph) Node { // rows of weights and of the batch may be confused
			return g.project(g.Dense("d", g.testParam("x", testRows, testRows), testRows, false, Glorot))
		}},
		{name: "batch norm of two rows", build: func(g *Graph) Node {
			y, _ := g.BatchNorm("n", g.testParam("x", 2, 3), NormSpec{Epsilon: 0.1, Beta: Normal(0, 1), Gamma: Uniform(0.5, 1)})
			return g.project(y)
		}},
		{name: "batch norm", build: func(g *Graph) Node {
			y, _ := g.BatchNorm("n", g.testParam("x", testRows, testCols), spec)
			return g.project(g.Unary(expr.Unary{Fn: expr.Tanh}, y))
		}},
		{name: "blocks", build: func(g *Graph) Node {
			x := g.testParam("x", testRows, testCols)
			return g.project(g.BlockAffine(x, g.testParam("a", 3, testCols), g.testParam("b", 3, testCols)))
		}},
		{name: "rows", build: func(g *Graph) Node {
			x := g.testParam("x", testRows, testCols)
			return g.project(g.Mul(g.Rows(x, 1, 2), g.Unary(expr.Unary{Fn: expr.Exp}, g.Rows(x, 3, 2))))
		}},
		{name: "transposed products", build: func(g *Graph) Node {
			a, b := g.testParam("a", 5, 3), g.testParam("b", 4, 3)
			return g.project(g.apply(matMulTNOp(), g.apply(matMulNTOp(), a, b), g.testParam("c", 5, 2)))
		}},
		{name: "clipped loss", build: func(g *Graph) Node {
			return g.Loss(g.testParam("x", testRows, 1), 0.7)
		}},
		{name: "sum", build: func(g *Graph) Node {
			return g.Sum(g.Unary(expr.Unary{Fn: expr.Exp}, g.testParam("x", testRows, 1)))
		}},
		{name: "one gradient for two parameters", build: func(g *Graph) Node {
			return g.project(g.Add(g.testParam("x", testRows, testCols), g.testParam("y", testRows, testCols)))
		}},
		{name: "parameter repeated over rows", build: func(g *Graph) Node {
			return g.project(g.Mul(g.testParam("x", testRows, testCols), g.Concat(g.testParam("a", 1, 3), g.testParam("b", testRows, 1))))
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { threeWays(t, c, nil) })
	}
}

// threeWays compiles the case, checks its gradient and compares with gorgonia's
// TapeMachine; it returns the program, run once.
func threeWays(t *testing.T, c graphCase, out *Node) (*Program[float64], Node) {
	t.Helper()
	layout := &Layout{}
	g := NewGraph[float64](layout, true)
	cost := c.build(g)
	value := cost
	if out != nil {
		value = *out // of this graph; the next build overwrites it
	}
	params := layout.Initial(1)
	p, err := Compile(g, Target{Cost: cost, Outputs: []Node{value}}, params, layout.InitialState())
	if err != nil {
		t.Fatal(err)
	}
	readsAsDeclared(t, g, cost, params, layout.InitialState())
	pool := NewPool(2)
	defer pool.Close()
	distance, err := CheckGradient(p, cost, pool)
	if err != nil {
		t.Fatal(err)
	}
	if !(distance <= 1e-6) {
		t.Errorf("gradient differs from central differences by %g of its largest entry", distance)
	}
	p.Run(pool)
	taped, grads := tape(t, c, layout, params)
	closeTo(t, "TapeMachine value", p.Value(cost)[:1], []float64{taped}, 1e-12)
	for _, prm := range layout.Params() {
		if have, ok := grads[prm.Name]; ok {
			closeTo(t, "TapeMachine gradient of "+prm.Name, p.Grads[prm.Offset:prm.Offset+prm.Size()], have, 1e-12)
		}
	}
	return p, value
}

// tape runs the case on gorgonia's own machine.
func tape(t *testing.T, c graphCase, layout *Layout, params []float64) (value float64, grads map[string][]float64) {
	t.Helper()
	g := NewGraph[float64](layout, true)
	cost := c.build(g)
	nodes, entries := g.paramsOf(cost)
	gnodes := g.Gradient(cost, nodes...)
	if g.err != nil {
		t.Fatal(g.err)
	}
	reads := make([]gorgonia.Value, len(gnodes))
	var costValue gorgonia.Value
	for i, n := range gnodes {
		gorgonia.Read(n.n, &reads[i])
	}
	gorgonia.Read(cost.n, &costValue)
	for n, l := range g.leaves {
		d := toDims(n.Shape())
		data := l.data
		if l.kind == paramLeaf {
			data = params[l.at : l.at+d.size()]
		}
		v := tensor.New(tensor.WithShape(d.rows, d.cols), tensor.WithBacking(append([]float64(nil), data...)))
		if err := gorgonia.Let(n, v); err != nil {
			t.Fatal(err)
		}
	}
	machine := gorgonia.NewTapeMachine(g.g)
	defer machine.Close()
	if err := machine.RunAll(); err != nil {
		t.Fatal(err)
	}
	grads = map[string][]float64{}
	for i, r := range reads {
		grads[entries[i].Name] = floats(r)
	}
	return floats(costValue)[0], grads
}

func floats(v gorgonia.Value) []float64 {
	switch x := v.Data().(type) {
	case []float64:
		return x
	case float64:
		return []float64{x}
	}
	panic(fmt.Sprintf("value of type %T", v.Data()))
}

func closeTo(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	scale := 1e-300
	for _, v := range want {
		scale = math.Max(scale, math.Abs(v))
	}
	for i := range got {
		if !(math.Abs(got[i]-want[i]) <= tol*scale) {
			t.Errorf("%s: entry %d is %g, want %g", what, i, got[i], want[i])
			return
		}
	}
}
