package programme

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde"
	"gonum.org/v1/gonum/stat"
)

const (
	scalarA, scalarB, scalarS = 0.5, 1.0, 0.8 // dX = (αX + βa)dt + s dW
	scalarQ, scalarR, scalarG = 1.0, 0.5, 2.0 // cost ∫(qx² + ra²)dt + gx²
)

func scalarLQ() control.Problem {
	return control.Problem{
		Name: "scalar", StateDim: 1, ActionDim: 1, Horizon: 1, Start: []float64{1},
		Drift:     func(_, x, a expr.Value) expr.Value { return x.Scale(scalarA).Add(a.Scale(scalarB)) },
		Diffusion: pde.Scalar(scalarS),
		RunningCost: func(_, x, a expr.Value) expr.Value {
			return x.Square().Scale(scalarQ).Add(a.Square().Scale(scalarR))
		},
		TerminalCost: func(x expr.Value) expr.Value { return x.Square().Scale(scalarG) },
	}
}

// riccati is the optimal cost of scalarLQ in N steps, p x² + c:
//
//	p ← qh + p(1+αh)² − (pβh(1+αh))² / (rh + pβ²h²),   c ← c + p s²h
func riccati(steps int, x float64) float64 {
	h, p, c := 1/float64(steps), scalarG, 0.0
	for range steps {
		grow, push := 1+scalarA*h, scalarB*h
		c += p * scalarS * scalarS * h
		p = scalarQ*h + p*grow*grow - math.Pow(p*push*grow, 2)/(scalarR*h+p*push*push)
	}
	return p*x*x + c
}

func discretise(t *testing.T, p control.Problem, steps int) *control.Discrete {
	t.Helper()
	d, err := p.Discretise(steps)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func scalarGrid(points int) Grid {
	// ±6 holds what starts within one unit of 1 with a standard deviation of 0.8 but for
	// 1e-9 of the paths; the largest action is 8 at its edge.
	return Grid{Lower: []float64{-6}, Upper: []float64{6}, Points: []int{points}, ActionLower: []float64{-12}, ActionUpper: []float64{12},
		Actions: []int{25}, Zoom: 12, Nodes: 15}
}

// TestOrder: the interpolation has order 2 in the distance of the
// points, to the known optimal cost in as many steps. Slope ± 0.2 over five levels
// (DESIGN.md, section 7).
func TestOrder(t *testing.T) {
	d := discretise(t, scalarLQ(), 4)
	want := riccati(4, 1)
	var lx, ly []float64
	for points := 25; points <= 400; points = 2*points - 1 {
		s, err := Solve(context.Background(), d, scalarGrid(points), 2)
		if err != nil {
			t.Fatal(err)
		}
		v, e, err := s.Value([]float64{1})
		if err != nil {
			t.Fatal(err)
		}
		off := math.Abs(v - want)
		t.Logf("%4d points: %.8f, off by %.2e, stated %.2e", points, v, off, e)
		if off > e { // of order 2, the difference of two levels is three times the error
			t.Errorf("%d points: off by %g, stated error %g", points, off, e)
		}
		lx, ly = append(lx, math.Log(12/float64(points-1))), append(ly, math.Log(off))
	}
	if _, slope := stat.LinearRegression(lx, ly, nil, false); math.Abs(slope-2) > 0.2 {
		t.Errorf("order %.3f, want 2 ± 0.2", slope)
	}
}

// TestPolicy: the policy's simulated cost is that of the Riccati
// recursion within 5 standard errors, and 0.1 % that the grid's policy may lose.
func TestPolicy(t *testing.T) {
	d := discretise(t, scalarLQ(), 4)
	g := scalarGrid(201)
	g.Nodes, g.Zoom = 7, 5
	s, err := Solve(context.Background(), d, g, 2)
	if err != nil {
		t.Fatal(err)
	}
	o, err := control.Simulate(context.Background(), d, s, control.Simulation{Paths: 4096, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	// Linear interpolation on a distance of 0.06 gives slopes p·2x, and so actions, wrong
	// by up to 3 % of their size at x = 1; the loss is of second order: 1e-3.
	if want := riccati(4, 1); math.Abs(o.Cost-want) > 5*o.StdErr+1e-3*want {
		t.Errorf("policy costs %g ± %g, want %g", o.Cost, o.StdErr, want)
	}
	zero, err := control.Simulate(context.Background(), d, control.PolicyFunc(func(int, float64, []float64, []float64) {}), control.Simulation{Paths: 4096, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if zero.Cost < 2*o.Cost { // αx without control grows by e^{2α} and pays 2x² at the end
		t.Errorf("doing nothing costs %g, the policy %g: the problem does not need one", zero.Cost, o.Cost)
	}
}

// TestNarrowGrid: where paths leave the box, the stated error shows it.
// A constant and a straight line both lie below a convex value, the line nearer to it:
// their difference is most of the error, more than half.
func TestNarrowGrid(t *testing.T) {
	d := discretise(t, scalarLQ(), 4)
	want := riccati(4, 1)
	for _, edge := range []float64{1.2, 1.6, 2, 3} {
		g := scalarGrid(201)
		g.Lower, g.Upper = []float64{-edge}, []float64{edge}
		s, err := Solve(context.Background(), d, g, 2)
		if err != nil {
			t.Fatal(err)
		}
		v, e, err := s.Value([]float64{1})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("±%g: off by %.2e, stated %.2e", edge, v-want, e)
		if math.Abs(v-want) > 2*e {
			t.Errorf("±%g: %g, off by %g, stated error %g", edge, v, v-want, e)
		}
	}
}

// storageLike has a stock that the action changes and a price that the noise changes.
func storageLike() control.Problem {
	return control.Problem{
		Name: "stock", StateDim: 2, ActionDim: 1, NoiseDim: 1, Stages: 6, Start: []float64{1, 0}, Maximize: true,
		Transition: func(t, x, a, w expr.Value) expr.Value {
			return expr.Concat(x.At(0).Sub(a), x.At(1).Scale(0.8).Add(w.Scale(0.5)).Add(t.Scale(0.01)))
		},
		RunningCost: func(_, x, a expr.Value) expr.Value { return a.Mul(x.At(1).AddConst(2)).Sub(a.Square().Scale(0.5)) },
		Actions: control.StateBox{
			Lower: func(_, x expr.Value) expr.Value { return expr.Const(0) },
			Upper: func(_, x expr.Value) expr.Value { return x.At(0) },
		},
	}
}

var stockGrid = Grid{Lower: []float64{0, -2.5}, Upper: []float64{1, 2.5}, Points: []int{11, 13}, Actions: []int{7}, Nodes: 5}

// TestSplit: means taken once for all actions are those taken for every
// action, to rounding, at every grid point: both are linear in the values.
func TestSplit(t *testing.T) {
	d := discretise(t, storageLike(), 0)
	once, err := newInduction(d, mustDefaults(t, d, stockGrid))
	if err != nil {
		t.Fatal(err)
	}
	if once.split == nil || len(once.split.Exogenous) != 1 || once.split.Exogenous[0] != 1 {
		t.Fatalf("split %+v, want component 1 exogenous", once.split)
	}
	every := *once
	every.split, every.after = nil, make([][]float64, d.Steps)
	var values [2][]float64
	for i, p := range []*induction{once, &every} {
		if err := p.solve(context.Background(), 1+i, true); err != nil {
			t.Fatal(err)
		}
		if _, values[i], err = p.search(0, p.axes.size, p.axes.points()); err != nil {
			t.Fatal(err)
		}
	}
	for i, v := range values[0] {
		if w := values[1][i]; math.Abs(v-w) > 1e-12*(1+math.Abs(w)) {
			t.Fatalf("point %d: %.17g with means taken once, %.17g without", i, v, w)
		}
	}
}

func mustDefaults(t *testing.T, d *control.Discrete, g Grid) Grid {
	t.Helper()
	g, err := g.withDefaults(d)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestMaximises: the simulated reward of the policy lies below the value
// by not more than the stated error, within 5 standard errors, and equal bits come from
// any number of workers.
func TestMaximises(t *testing.T) {
	d := discretise(t, storageLike(), 0)
	g := stockGrid
	g.Points = []int{41, 41}
	var values []float64
	for _, workers := range []int{1, 3} {
		s, err := Solve(context.Background(), d, g, workers)
		if err != nil {
			t.Fatal(err)
		}
		v, e, err := s.Value(d.Start)
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, v)
		if workers > 1 {
			continue
		}
		o, err := control.Simulate(context.Background(), d, s, control.Simulation{Paths: 4096, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("value %.6f ± %.1g, policy %.6f ± %.1g", v, e, o.Cost, o.StdErr)
		if math.Abs(o.Cost-v) > 5*o.StdErr+e {
			t.Errorf("policy earns %g ± %g, value %g ± %g", o.Cost, o.StdErr, v, e)
		}
	}
	if values[0] != values[1] {
		t.Errorf("values %v differ with the number of workers", values)
	}
}

// TestHermite: moments 1, 0, 1, 3 of a normal number, exact for a rule of 7 nodes.
func TestHermite(t *testing.T) {
	x, w := hermite(7, 2)
	var m [5]float64
	for i, weight := range w {
		for k := range m {
			m[k] += weight * math.Pow(x[2*i+1], float64(k))
		}
	}
	for k, want := range []float64{1, 0, 1, 0, 3} {
		if math.Abs(m[k]-want) > 1e-13 {
			t.Errorf("moment %d is %g, want %g", k, m[k], want)
		}
	}
}

func TestRefuses(t *testing.T) {
	for _, c := range []struct {
		reason string
		change func(p *control.Problem, g *Grid)
	}{
		{"Constraints", func(p *control.Problem, _ *Grid) {
			p.Constraints = []control.Constraint{{Name: "x", Violation: func(_, x, _ expr.Value) expr.Value { return x.At(0) }, Weight: 1}}
		}},
		{"lower and 2 upper", func(_ *control.Problem, g *Grid) { g.Lower = g.Lower[:1] }},
		{"at least 3", func(_ *control.Problem, g *Grid) { g.Points = []int{2, 9} }},
		{"lower < upper", func(_ *control.Problem, g *Grid) { g.Lower = []float64{0, 3} }},
		{"quadrature nodes", func(_ *control.Problem, g *Grid) { g.Nodes = 100 }},
		{"numbers of actions", func(_ *control.Problem, g *Grid) { g.Actions = []int{3, 3} }},
		{"at least 2 values", func(_ *control.Problem, g *Grid) { g.Actions = []int{1} }},
		{"ActionLower", func(p *control.Problem, _ *Grid) { p.Actions = nil }},
		{"grid points", func(_ *control.Problem, g *Grid) { g.Points = []int{4000, 4000} }},
		{"evaluations", func(_ *control.Problem, g *Grid) { g.Points, g.Actions = []int{1000, 1000}, []int{5000} }},
		{"no action has a finite cost", func(p *control.Problem, _ *Grid) {
			p.RunningCost = func(_, x, a expr.Value) expr.Value { return x.At(1).Sqrt().Add(a) } // of negative prices
		}},
	} {
		p, g := storageLike(), stockGrid
		c.change(&p, &g)
		_, err := Solve(context.Background(), discretise(t, p, 0), g, 1)
		if err == nil || !strings.Contains(err.Error(), c.reason) {
			t.Errorf("got %v, want %q", err, c.reason)
		}
	}
	d := discretise(t, storageLike(), 0)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Solve(ctx, d, stockGrid, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	s, err := Solve(context.Background(), d, stockGrid, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Value([]float64{2, 0}); err == nil || !strings.Contains(err.Error(), "outside the grid") {
		t.Errorf("got %v, want outside the grid", err)
	}
}
