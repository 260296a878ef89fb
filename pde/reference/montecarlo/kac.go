package montecarlo

import (
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/internal/paths"
	"github.com/deepbsde/deepbsde/pde/reference/internal/probe"
)

// affine is a generator a(t,x) + b(t,x)·y and a terminal function.
type affine struct {
	a, b, g  *expr.Func
	constant bool // neither depends on t or x
	a0, b0   float64
}

// newAffine takes a and b from the values of f at y = 0 and 1.
func newAffine(p *pde.Problem) (*affine, error) {
	t, x := expr.Input("t", 1), expr.Input("x", p.Dim)
	zeros := expr.Vector(make([]float64, p.Dim))
	a := p.GeneratorAt(t, x, expr.Const(0), zeros)
	b := p.GeneratorAt(t, x, expr.Const(1), zeros).Sub(a)
	c := &affine{}
	var err error
	if c.a, err = expr.Compile(a, t, x); err != nil {
		return nil, err
	}
	if c.b, err = expr.Compile(b, t, x); err != nil {
		return nil, err
	}
	nodes, err := expr.Nodes(b, t, x) // b contains a
	if err != nil {
		return nil, err
	}
	c.constant = true
	for _, n := range nodes {
		c.constant = c.constant && n.Op != expr.OpInput
	}
	if c.constant {
		v := make([]float64, 2)
		if err := c.a.Eval(1, v[:1], []float64{0}, p.Start); err != nil {
			return nil, err
		}
		if err := c.b.Eval(1, v[1:], []float64{0}, p.Start); err != nil {
			return nil, err
		}
		c.a0, c.b0 = v[0], v[1]
	}
	return c, nil
}

// kacValues are Γ_T g(X_T) + ∫ Γ a dt on the paths of n streams, extrapolated in the
// step where the walk has coarse paths, for each of the problems.
func kacValues(w *paths.Walk, list []*affine, first, n int) ([][]float64, error) {
	rows := w.Rows(n)
	near, far, values := make([]*kac, len(list)), make([]*kac, len(list)), make([][]float64, len(list))
	for i := range list {
		near[i], far[i] = newKac(rows), newKac(rows)
		values[i] = near[i].value
	}
	err := w.Run(first, n, func(at paths.Position) error {
		for i, c := range list {
			if err := near[i].follow(c, at, w.Step, at.Near, w.Sampling.Steps); err != nil {
				return err
			}
			if at.Far == nil {
				continue
			}
			if err := far[i].follow(c, at, 2*w.Step, at.Far, w.Sampling.Steps); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || !w.Coarse {
		return values, err
	}
	order := 1.0 // the weak order 1 leaves h, 2 leaves h²
	if w.Transition.Exact {
		order = 3
	}
	for i, v := range values {
		for r := range v {
			v[r] += (v[r] - far[i].value[r]) / order
		}
	}
	return values, nil
}

// kac are the integrals of the Feynman–Kac formula along the paths of a batch, by the
// trapezoidal rule.
type kac struct {
	log   []float64 // ln Γ
	value []float64 // ∫ Γ a dt, in the end with Γ g
	a, b  []float64 // at the last time
	now   []float64
}

func newKac(rows int) *kac {
	k := &kac{}
	for _, v := range []*[]float64{&k.log, &k.value, &k.a, &k.b, &k.now} {
		*v = make([]float64, rows)
	}
	return k
}

// follow goes on to the place at of the paths, which have steps of length h and end
// after the given number of steps.
func (k *kac) follow(c *affine, at paths.Position, h float64, x []float64, steps int) error {
	if !c.constant {
		if err := k.advance(c, at.T, h, at.K == 0, x); err != nil {
			return err
		}
	}
	if at.K < steps {
		return nil
	}
	if c.constant {
		k.constant(c, at.T)
	}
	return k.terminal(c.g, x)
}

// advance adds the step of length h that ends at (t, x), none where t is the start.
func (k *kac) advance(c *affine, t, h float64, start bool, x []float64) error {
	rows, time := len(k.log), []float64{t}
	if err := c.b.Eval(rows, k.now, time, x); err != nil {
		return err
	}
	if start {
		copy(k.b, k.now)
		return c.a.Eval(rows, k.a, time, x)
	}
	for i, b := range k.now {
		k.value[i] += h / 2 * math.Exp(k.log[i]) * k.a[i]
		k.log[i] += h / 2 * (k.b[i] + b)
		k.b[i] = b
	}
	err := c.a.Eval(rows, k.a, time, x)
	for i, a := range k.a {
		k.value[i] += h / 2 * math.Exp(k.log[i]) * a
	}
	return err
}

// constant sets the integrals up to t for constant a and b: Γ = e^{bt}, ∫ = a(e^{bt}−1)/b.
func (k *kac) constant(c *affine, t float64) {
	integral := c.a0 * t
	if c.b0 != 0 {
		integral = c.a0 * math.Expm1(c.b0*t) / c.b0
	}
	for i := range k.log {
		k.log[i], k.value[i] = c.b0*t, integral
	}
}

// terminal adds Γ g(x).
func (k *kac) terminal(g *expr.Func, x []float64) error {
	err := g.Eval(len(k.log), k.now, x)
	for i, v := range k.now {
		k.value[i] += math.Exp(k.log[i]) * v
	}
	return err
}

// linearInY checks f = a(t,x) + b(t,x)·y: by the form of f, else by its values. The second
// differences of f along lines in (y, z) are 0, and f does not change with z.
func linearInY(pr *probe.Points) error {
	if pr.Free(probe.InZ) && pr.Affine(probe.InY) {
		return nil
	}
	for i := range probe.Count {
		y0, dy := pr.Y[3*i]*pr.Size, pr.Y[3*i+1]*pr.Size
		for _, s := range []float64{0.01, 1, 30} {
			var v [4]float64
			for k, c := range []float64{-1, 0, 1} {
				var err error
				if v[k], err = pr.Generator(i, y0+c*s*dy, s, c*s); err != nil {
					return err
				}
			}
			if !(math.Abs(v[0]-2*v[1]+v[2]) <= 1e-10*(math.Abs(v[0])+2*math.Abs(v[1])+math.Abs(v[2]))) {
				return fmt.Errorf("needs a generator linear in y and z: at t=%.3g its values at three equidistant points around y=%.3g are %.6g, %.6g, %.6g", pr.T[i], y0, v[0], v[1], v[2])
			}
			var err error
			if v[3], err = pr.Generator(i, y0, 0, 0); err != nil {
				return err
			}
			if !(math.Abs(v[3]-v[1]) <= 1e-10*(math.Abs(v[3])+math.Abs(v[1]))) {
				return fmt.Errorf("needs a generator without z: at t=%.3g, y=%.3g it is %g for z=0 and %g for another z; a term c·z may be moved to the drift, as μ + σc", pr.T[i], y0, v[3], v[1])
			}
		}
	}
	return nil
}
