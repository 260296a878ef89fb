package file

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
)

// equationOf parses a text and makes its equation.
func equationOf(t *testing.T, text string) pde.Problem {
	t.Helper()
	f, err := Parse("test.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	p, err := f.Make(0, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// residual is the largest residual of the exact solution, over the sum of the absolute terms.
func residual(t *testing.T, p pde.Problem) float64 {
	t.Helper()
	var times, points []float64
	for k := range 20 {
		times = append(times, p.Horizon*(0.03+0.047*float64(k)))
		for j := range p.Dim {
			points = append(points, p.Start[j]+0.3*math.Sin(float64(3*k+5*j+1)))
		}
	}
	r, s, err := pde.Residual(p, p.Exact, times, points)
	if err != nil {
		t.Fatal(err)
	}
	worst := 0.0
	for k := range r {
		worst = math.Max(worst, math.Abs(r[k])/s[k])
	}
	return worst
}

// The exact solutions of these equations know nothing of how noises are counted or data are stored:
// u is that of σσᵀ, and a term of z is one of σᵀ∇u.
var dataFiles = map[string]string{
	"gradient under correlated geometric motion": `
dim: 3
horizon: 1
start: [1, 2, 3]
parameters: {v: 0.4, r: 0.1}
drift: {linear: 0.03}
diffusion: {geometric: v, correlation: 0.5}
generator: -r*(y - dot(x, grad)) + grad[0]*y - 2*x[0]*exp((r + 0.06 + v^2)*(horizon - t))*y
terminal: normsq(x)
exact: exp((r + 0.06 + v^2)*(horizon - t))*normsq(x)
`,
	"gradient under a matrix": `
dim: 2
horizon: 1
start: [1, -0.5]
diffusion: [[0.3, 0], [0.2, 0.4]]
generator: -0.29 + 3*grad[1]^2 - 12*x[1]^2
terminal: normsq(x)
exact: normsq(x)
`,
	"gradient under more noises": `
dim: 2
noise: 3
horizon: 1
start: [1, -0.5]
diffusion: [[0.3, 0, 0.1], [0.2, 0.4, 0]]
generator: -0.3 + grad[1]*z[2] - 2*x[1]*0.2*x[0]
terminal: normsq(x)
exact: normsq(x)
`,
	"fewer noises": `
dim: 3
noise: 1
horizon: 1
start: [1, 0.5, -0.5]
diffusion: [[0.3], [0.2], [0]]
generator: -0.09 - 0.04 + z[0]^2 - (2*(0.3*x[0] + 0.2*x[1]))^2
terminal: normsq(x)
exact: normsq(x)
`,
	"fewer noises, by their action": `
dim: 2
noise: 1
horizon: 1
start: [1, 0.5]
diffusion: "[x[1]*dw, 0.2*dw]"
generator: -x[1]^2 - 0.04 + z - 2*(x[0]*x[1] + 0.2*x[1])
terminal: normsq(x)
exact: normsq(x)
`,
	"more noises": `
dim: 2
noise: 3
horizon: 1
start: [1, 0.5]
matrices: {A: [[0.3, 0.1, -0.2], [0, 0.5, 0.4]]}
diffusion: A
define: {squares: 0.09 + 0.01 + 0.04 + 0.25 + 0.16}
generator: -squares + z[0]*z[2] - (0.6*x[0])*(-0.4*x[0] + 0.8*x[1]) + z[1]^2 - (0.2*x[0] + x[1])^2
terminal: normsq(x)
exact: normsq(x)
`,
	"more noises, by their action": `
dim: 1
noise: 2
horizon: 1
start: 1
diffusion: 0.3*dw[0] - 0.4*dw[1]
generator: -0.25 + 3*z[0] + z[1] - (3*0.6*x - 0.8*x)
terminal: x^2
exact: x^2
`,
	"noises that do not move all": `
dim: 2
noise: 3
horizon: 1
start: [1, 0.5]
diffusion: [[1, 2, 3], [2, 4, 6]]
generator: -70 + z[2] - 6*(x[0] + 2*x[1])
terminal: normsq(x)
exact: normsq(x)
`,
	"linear by component": `
dim: 2
horizon: 1
start: [1, 2]
drift: {linear: [0.1, -0.3]}
diffusion: {geometric: [0.2, 0.3]}
generator: -0.1*x[0]*exp(0.1*0) + 0.3*x[1]
terminal: sum(x)
exact: sum(x)
`,
	"a mean that depends on t": `
dim: 2
horizon: 1
start: [1, 2]
parameters: {k: 2}
drift: {mean-reverting: {rate: "[k, 1]", mean: "[sin(t), t]"}}
diffusion: 0.3
generator: -k*(sin(t) - x[0]) - (t - x[1])
terminal: sum(x)
exact: sum(x)
`,
	"tables": `
dim: 2
horizon: 2
start: [1, 2]
parameters: {level: 0.3}
tables:
  rate: {times: [0, 0.5, 2], values: [0.02, 0.05, level]}
  vol: {times: [0, 1], values: [[0.2, 0.3], [0.4, 0.1]]}
  jumpy: {times: [0, 1], values: [1, 2], between: steps}
diffusion: vol(t)*dw
define:
  r: "t < 0.5 ? 0.02 + 0.06*t : 0.05 + (level - 0.05)*(t - 0.5)/1.5"
  a: "t < 1 ? 0.2 + 0.2*t : 0.4"
  b: "t < 1 ? 0.3 - 0.2*t : 0.1"
generator: "rate(t)*y - r*normsq(x) - a^2 - b^2 + jumpy(t) - (t < 1 ? 1 : 2)"
terminal: normsq(x)
exact: normsq(x)
`,
	"names that are symbols elsewhere": `
dim: 2
horizon: 1
start: [1, 2]
parameters: {a: 0.5, w: 2, p: 3, m: 4}
diffusion: 1
generator: -d + a*w - 1 + p*m - 12
terminal: normsq(x)
exact: normsq(x)
`,
}

func TestDataFiles(t *testing.T) {
	for name, text := range dataFiles {
		if worst := residual(t, equationOf(t, text)); !(worst < 1e-6) {
			t.Errorf("%s: the residual is %.2g of the terms, want less than 1e-6", name, worst)
		}
	}
	// The test can fail: another z is noticed.
	wrong := strings.Replace(dataFiles["more noises"], "z[0]*z[2]", "z[0]*z[1]", 1)
	if worst := residual(t, equationOf(t, wrong)); worst < 1e-3 {
		t.Errorf("with another z the residual is %.2g", worst)
	}
}

// TestNoisesHaveTheirLaw: the matrix that stands for σ has the same σσᵀ.
func TestNoisesHaveTheirLaw(t *testing.T) {
	p := equationOf(t, dataFiles["noises that do not move all"])
	s, ok := p.Diffusion.(pde.Dense)
	if !ok {
		t.Fatalf("the diffusion is a %T", p.Diffusion)
	}
	for i, want := range [][]float64{{14, 28}, {28, 56}} {
		for j, w := range want {
			if got := s[i][0]*s[j][0] + s[i][1]*s[j][1]; math.Abs(got-w) > 1e-12*56 {
				t.Errorf("σσᵀ[%d][%d] is %g, want %g", i, j, got, w)
			}
		}
	}
}

// TestLinearByComponentIsExact: its paths are those of geometric Brownian motions, each with its rate.
func TestLinearByComponentIsExact(t *testing.T) {
	p := equationOf(t, dataFiles["linear by component"])
	step, err := p.Transition()
	if err != nil {
		t.Fatal(err)
	}
	if !step.Exact {
		t.Error("the paths are not exact")
	}
	next := make([]float64, 2)
	if err := step.Step(0, 0.5, 1, []float64{1, 2}, []float64{0.3, -0.1}, nil, next); err != nil {
		t.Fatal(err)
	}
	for k, want := range []float64{math.Exp((0.1-0.02)*0.5 + 0.06), 2 * math.Exp((-0.3-0.045)*0.5-0.03)} {
		if math.Abs(next[k]-want) > 1e-12 {
			t.Errorf("component %d goes to %g, want %g", k, next[k], want)
		}
	}
}

// TestTable reads tables at their points, between and outside, in float and as an expression.
func TestTable(t *testing.T) {
	p := equationOf(t, `
dim: 1
horizon: 1
diffusion: 1
tables:
  lines: {times: [0.1, 0.3, 0.7], values: [1, -2, 5]}
  steps: {times: [0.1, 0.3, 0.7], values: [1, -2, 5], between: steps}
generator: lines(t) + 100*steps(t)
terminal: lines(x)
`)
	in := expr.Input("t", 1)
	f, err := expr.Compile(p.Generator(in, expr.Const(0), expr.Const(0), expr.Const(0)), in)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range [][2]float64{{-1, 101}, {0, 101}, {0.1, 101}, {0.2, -0.5 + 100}, {0.3, -2 - 200}, {0.1 * 3, -202}, {0.5, 1.5 - 200}, {0.7, 505}, {0.1 * 7, 505}, {9, 505}} {
		out := make([]float64, 1)
		if err := f.Eval(1, out, []float64{c[0]}); err != nil {
			t.Fatal(err)
		}
		if math.Abs(out[0]-c[1]) > 1e-9 {
			t.Errorf("at %g the tables give %g, want %g", c[0], out[0], c[1])
		}
	}
}

// TestInfiniteBounds: inf leaves a side of a box open, for all components or for one.
func TestInfiniteBounds(t *testing.T) {
	for _, c := range []struct{ box, want string }{
		{"{lower: 0, upper: inf}", "{[0 0] [+Inf +Inf]}"},
		{"{lower: [-inf, 0], upper: [1, inf]}", "{[-Inf 0] [1 +Inf]}"},
	} {
		f, err := Parse("test.yaml", []byte("dim: 2\nhorizon: 1\ndrift: a\ndiffusion: 1\nrunning-cost: normsq(a)\nterminal-cost: normsq(x)\naction-set: {box: "+c.box+"}\n"))
		if err != nil {
			t.Fatal(err)
		}
		m, err := f.MakeControl(0, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(m.Problem.Actions); got != c.want {
			t.Errorf("%s is %s, want %s", c.box, got, c.want)
		}
	}
}
