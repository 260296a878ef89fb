package pde

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"gonum.org/v1/gonum/stat/distuv"
)

type value = expr.Value

// root is a problem with the drift a − kx and the noise s√x in one dimension.
func root(a, k, s, x0 float64) Problem {
	p := heat(1)
	p.Start = []float64{x0}
	p.Drift = DriftFunc(func(_, x value) value { return x.Scale(-k).AddConst(a) })
	p.Diffusion = DiffusionFunc(func(_, x, dw value) value { return x.Relu().Sqrt().Mul(dw).Scale(s) })
	return p
}

// hestonLike is an asset and its variance with the rate r.
func hestonLike(r, k, th, xi, rho, v0 float64) Problem {
	p := heat(2)
	p.Start = []float64{100, v0}
	p.Drift = DriftFunc(func(_, x value) value { return expr.Concat(x.At(0).Scale(r), x.At(1).Scale(-k).AddConst(k*th)) })
	p.Diffusion = DiffusionFunc(func(_, x, dw value) value {
		sv := x.At(1).Max(expr.Const(1e-10)).Sqrt()
		along := dw.At(0).Scale(rho).Add(dw.At(1).Scale(math.Sqrt(1 - rho*rho)))
		return expr.Concat(sv.Mul(x.At(0)).Mul(dw.At(0)), sv.Mul(along).Scale(xi))
	})
	return p
}

func transition(t *testing.T, p Problem) *Transition {
	t.Helper()
	tr, err := p.Transition()
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// quantiles are n points of equal weight of the standard normal law.
func quantiles(n int) []float64 {
	z := make([]float64, n)
	for i := range z {
		z[i] = distuv.UnitNormal.Quantile((float64(i) + 0.5) / float64(n))
	}
	return z
}

// TestSquareRootMoments: one step has the mean and the variance of the exact law, in both
// forms, and is never negative. They are those of Cox, Ingersoll, Ross (1985), equation
// (19), with the limit k → 0.
func TestSquareRootMoments(t *testing.T) {
	const n = 1 << 15
	for _, c := range []struct{ a, k, s, x, h float64 }{
		{.01, .1, .5, .1, .25}, {.01, .1, .5, .1, 1e-3}, {.01, .1, .5, 0, .25}, {.02, .5, 1, .04, .5}, {.02, .5, 1, 3, .5},
		{.4, 2, .1, .2, .1}, {.3, 0, .7, .2, .5}, {.1, -.5, .4, .2, .5}, {0, .5, .3, .5, .5},
	} {
		p := root(c.a, c.k, c.s, c.x)
		tr := transition(t, p)
		if !slices.Equal(tr.Roots, []int{0}) {
			t.Errorf("%+v: roots %v", c, tr.Roots)
			continue
		}
		x, dw, next := make([]float64, n), quantiles(n), make([]float64, n)
		for i := range x {
			x[i], dw[i] = c.x, dw[i]*math.Sqrt(c.h)
		}
		if err := tr.Step(0, c.h, n, x, dw, nil, next); err != nil {
			t.Fatal(err)
		}
		b := c.h
		if c.k != 0 {
			b = -math.Expm1(-c.k*c.h) / c.k
		}
		mean := c.x*math.Exp(-c.k*c.h) + c.a*b
		variance := c.s * c.s * b * (mean - c.a*b/2)
		var m, v float64
		for _, y := range next {
			m, v = m+y/n, v+(y-mean)*(y-mean)/n
		}
		if low := slices.Min(next); low < 0 {
			t.Errorf("%+v: a step to %g", c, low)
		}
		// What quantiles leave out of a tail e^{−x}: a few parts in n.
		if math.Abs(m/mean-1) > 2e-3 || math.Abs(v/variance-1) > 2e-2 {
			t.Errorf("%+v: mean %g, variance %g, want %g, %g", c, m, v, mean, variance)
		}
	}
}

// TestSquareRootLaw: the Laplace transform of X_T is (1+2λc)^{−2a/s²} exp(−λx e^{−kT}/(1+2λc)),
// c = s²(1−e^{−kT})/(4k), at 4 and 16 steps with errors of 2 and ½ per cent where Euler's
// steps with a floor are off by a multiple of it.
func TestSquareRootLaw(t *testing.T) {
	const a, k, s, x0, T, lambda, n = .01, .1, .5, .1, 5, 4, 1 << 14
	c := s * s * -math.Expm1(-k*T) / (4 * k)
	want := math.Pow(1+2*lambda*c, -2*a/(s*s)) * math.Exp(-lambda*x0*math.Exp(-k*T)/(1+2*lambda*c))
	tr := transition(t, root(a, k, s, x0))
	for _, steps := range []int{4, 16} {
		h, rng := T/float64(steps), rand.New(rand.NewPCG(3, 4))
		x, next, dw := make([]float64, n), make([]float64, n), make([]float64, n)
		for i := range x {
			x[i] = x0
		}
		for range steps {
			for i := range n / 2 {
				dw[i] = math.Sqrt(h) * rng.NormFloat64()
				dw[n/2+i] = -dw[i]
			}
			if err := tr.Step(0, h, n, x, dw, nil, next); err != nil {
				t.Fatal(err)
			}
			x, next = next, x
		}
		sum := 0.0
		for _, v := range x {
			sum += math.Exp(-lambda*v) / n
		}
		t.Logf("%d steps: %.5f, want %.5f", steps, sum, want)
		if off := math.Abs(sum/want - 1); off > 0.08/float64(steps)+0.01 {
			t.Errorf("%d steps: %g, want %g", steps, sum, want)
		}
	}
}

// TestCompanionMean: E S' = S e^{rh} in one step however long, and E ln S' = ln S + (r −
// ½E V̄)h to the order of the trapezoidal rule.
func TestCompanionMean(t *testing.T) {
	const n = 250
	z := quantiles(n)
	x, dw := make([]float64, 2*n*n), make([]float64, 2*n*n)
	for _, c := range []struct{ r, k, th, xi, rho, v0, h float64 }{
		{.03, .5, .04, 1, -.9, .04, .5}, {0, 2, .04, .3, -.7, .09, .1}, {.05, 1, .09, 1, .3, .0, .25}, {0, .5, .04, .2, 0, .04, .5},
	} {
		p := hestonLike(c.r, c.k, c.th, c.xi, c.rho, c.v0)
		tr := transition(t, p)
		if !slices.Equal(tr.Roots, []int{1}) {
			t.Errorf("%+v: roots %v", c, tr.Roots)
			continue
		}
		across, root := math.Sqrt(1-c.rho*c.rho), math.Sqrt(c.h)
		for i := range n {
			for j := range n { // ξ along the variance's noise, the other across it
				r := i*n + j
				x[2*r], x[2*r+1] = 100, c.v0
				dw[2*r], dw[2*r+1] = root*(c.rho*z[i]+across*z[j]), root*(across*z[i]-c.rho*z[j])
			}
		}
		next := make([]float64, 2*n*n)
		if err := tr.Step(0, c.h, n*n, x, dw, nil, next); err != nil {
			t.Fatal(err)
		}
		mean := 0.0
		for r := range n * n {
			mean += next[2*r] / (n * n)
		}
		if want := 100 * math.Exp(c.r*c.h); math.Abs(mean/want-1) > 1e-3 {
			t.Errorf("%+v: mean %g, want %g", c, mean, want)
		}
	}
}

// TestRecognised: what is a square-root process, however it is written, and what is not.
func TestRecognised(t *testing.T) {
	line := func(_, x value) value { return x.Neg().AddConst(.2) }
	times := func(f func(x value) value) DiffusionFunc {
		return func(_, x, dw value) value { return f(x).Mul(dw).Scale(.3) }
	}
	all := []int{0, 1}
	for _, c := range []struct {
		name  string
		drift DriftFunc
		sigma DiffusionFunc
		want  []int
	}{
		{"√x", line, times(func(x value) value { return x.Sqrt() }), all},
		{"√|x|", line, times(func(x value) value { return x.Abs().Sqrt() }), all},
		{"√max(x,0)", line, times(func(x value) value { return x.Relu().Sqrt() }), all},
		{"√max(x,1e-8)", line, times(func(x value) value { return x.Max(expr.Const(1e-8)).Sqrt() }), all},
		{"x^½", line, times(func(x value) value { return x.Relu().PowConst(.5) }), all},
		{"without drift", func(_, x value) value { return x.Scale(0) }, times(func(x value) value { return x.Sqrt() }), all},
		{"mean that moves", func(_, x value) value { return expr.Concat(x.At(1), expr.Const(.3)).Sub(x) }, times(func(x value) value { return x.Sqrt() }), all},
		{"mean of t", func(t, x value) value { return x.Neg().Add(t.Sin().AddConst(1)) }, times(func(x value) value { return x.Sqrt() }), all},
		{"one of two", line, times(func(x value) value { return expr.Concat(x.At(0).Sqrt(), x.At(1)) }), []int{0}},
		{"the other's root", line, times(func(x value) value { return expr.Concat(x.At(1), x.At(0)).Sqrt() }), nil},
		{"x^¾", line, times(func(x value) value { return x.Relu().PowConst(.75) }), nil},
		{"√(x+0.1)", line, times(func(x value) value { return x.AddConst(.1).Sqrt() }), nil},
		{"√max(x,0.1)", line, times(func(x value) value { return x.Max(expr.Const(.1)).Sqrt() }), nil},
		{"√(x(1−x))", line, times(func(x value) value { return x.Mul(x.Neg().AddConst(1)).Relu().Sqrt() }), nil},
		{"t√x", line, func(t, x, dw value) value { return x.Sqrt().Mul(dw).Mul(t.AddConst(1)) }, nil},
		{"logistic drift", func(_, x value) value { return x.Sub(x.Square()) }, times(func(x value) value { return x.Sqrt() }), nil},
		{"drift below 0", func(_, x value) value { return x.Neg().AddConst(-.2) }, times(func(x value) value { return x.Relu().Sqrt() }), nil},
		{"constant noise", line, func(_, _, dw value) value { return dw.Scale(.3) }, nil},
	} {
		p := heat(2)
		p.Start, p.Drift, p.Diffusion = []float64{.2, .1}, c.drift, c.sigma
		if tr := transition(t, p); !slices.Equal(tr.Roots, c.want) {
			t.Errorf("%s: roots %v, want %v", c.name, tr.Roots, c.want)
		}
	}
}

// TestEulerKeepsItsBits: without a square root the step is x + μh + σΔW, to the last bit.
func TestEulerKeepsItsBits(t *testing.T) {
	p := heat(2)
	p.Start = []float64{.2, .1}
	p.Drift = DriftFunc(func(t, x value) value { return x.Sin().Add(t) })
	p.Diffusion = DiffusionFunc(func(_, x, dw value) value { return x.Square().AddConst(1).Sqrt().Mul(dw) })
	got, want := make([]float64, 2), make([]float64, 2)
	if err := transition(t, p).Step(.3, .1, 1, p.Start, []float64{.05, -.2}, nil, got); err != nil {
		t.Fatal(err)
	}
	for j, x := range p.Start {
		mu := (math.Sin(x) + .3) * .1
		want[j] = x + mu + math.Sqrt(x*x+1)*[]float64{.05, -.2}[j]
	}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestSquareRootGradient: the derivative of the step in x is that of central differences,
// and finite at 0 and where the other form of the step would overflow, in both precisions.
func TestSquareRootGradient(t *testing.T) {
	p := hestonLike(.03, .5, .04, 1, -.9, .04)
	tr := transition(t, p)
	h, x, dw := expr.Input("h", 1), expr.Input("x", 2), expr.Input("dw", 2)
	out := tr.Formula(expr.Const(0), h, x, dw)
	f, err := expr.Compile(out, h, x, dw)
	if err != nil {
		t.Fatal(err)
	}
	list, err := expr.Nodes(out.Dot(expr.Vector([]float64{.01, 1})), h, x, dw)
	if err != nil {
		t.Fatal(err)
	}
	double, single := finiteGradient[float64](t, list), finiteGradient[float32](t, list)
	for _, step := range []float64{1e-6, .01, .5, 2} {
		for _, v := range []float64{0, 1e-12, 1e-4, .04, 1, 50} {
			for _, xi := range []float64{-10, -3, 0, .5, 3, 10} {
				at, noise := []float64{100, v}, []float64{.3 * xi * math.Sqrt(step), xi * math.Sqrt(step)}
				_, d, _, err := f.Jet(1, [][]float64{{step}, at, noise}, [][]float64{{0}, {0, 1}, {0, 0}})
				if err != nil {
					t.Fatal(err)
				}
				double(step, at, noise)
				single(step, at, noise)
				e := 1e-5 * v
				if v < 1e-4 || math.Abs(xi) > 3 {
					continue
				}
				up, down := make([]float64, 2), make([]float64, 2)
				_ = f.Eval(1, up, []float64{step}, []float64{100, v + e}, noise)
				_ = f.Eval(1, down, []float64{step}, []float64{100, v - e}, noise)
				for j := range up {
					want := (up[j] - down[j]) / (2 * e)
					if math.Abs(d[j]-want) > 1e-5*math.Abs(want)+1e-12*math.Abs(up[j])/e {
						t.Errorf("h = %g, V = %g, ξ = %g: ∂/∂V of component %d is %g, differences give %g", step, v, xi, j, d[j], want)
					}
				}
			}
		}
	}
}

// finiteGradient checks the derivative of a list of operations by backpropagation.
func finiteGradient[T autodiff.Float](t *testing.T, list []expr.Node) func(h float64, x, dw []float64) {
	t.Helper()
	g := autodiff.NewGraph[T](&autodiff.Layout{}, false)
	at := g.Input("x", 1, 2)
	e := g.Embed(list)
	e.BindInputs(g.Input("h", 1, 1), at, g.Input("dw", 1, 2))
	p, err := autodiff.Compile[T](g, autodiff.Target{Cost: g.Sum(e.Result()), Wrt: []autodiff.Node{at}}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return func(h float64, x, dw []float64) {
		p.Input("h")[0] = T(h)
		for i, v := range x {
			p.Input("x")[i], p.Input("dw")[i] = T(v), T(dw[i])
		}
		p.Run(autodiff.NewPool(1))
		for _, v := range p.Gradient(at) {
			if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
				t.Errorf("h = %g, x = %v, ΔW = %v: gradient %v in %T", h, x, dw, p.Gradient(at), v)
				return
			}
		}
	}
}
