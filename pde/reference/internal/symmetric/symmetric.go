// Package symmetric holds equations whose solution depends on ‖x‖ alone.
package symmetric

import (
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/internal/paths"
	"github.com/deepbsde/deepbsde/pde/reference/internal/probe"
	"gonum.org/v1/gonum/floats"
)

// Equation is one whose solution depends on ‖x‖ alone.
type Equation struct {
	D  int
	S  float64    // σ = S·I
	R0 float64    // ‖Start‖
	F  *expr.Func // f(t, 0, y, 0), for generators of t and y alone

	g *expr.Func
}

// New checks the conditions that do not concern the generator: no drift, scalar
// constant diffusion, radial g. The points are for the generator.
func New(p *pde.Problem) (*Equation, *probe.Points, error) {
	if err := p.Validate(); err != nil {
		return nil, nil, err
	}
	s, ok := p.Diffusion.(pde.Scalar)
	if !ok {
		return nil, nil, fmt.Errorf("needs σ = s·I (pde.Scalar), the problem has %T", p.Diffusion)
	}
	if p.Drift != nil && p.Drift != pde.ConstantDrift(0) {
		return nil, nil, fmt.Errorf("needs drift 0, the problem has %T", p.Drift)
	}
	tr, err := p.Transition()
	if err != nil {
		return nil, nil, err
	}
	pr, err := probe.New(p, tr, pde.Sampling{}, paths.ForRadial)
	if err != nil {
		return nil, nil, err
	}
	r := &Equation{S: float64(s), D: p.Dim, g: pr.G}
	for _, v := range p.Start {
		r.R0 = math.Hypot(r.R0, v)
	}
	t, y, zeros := expr.Input("t", 1), expr.Input("y", 1), expr.Vector(make([]float64, p.Dim))
	if r.F, err = expr.Compile(p.GeneratorAt(t, zeros, y, zeros), t, y); err != nil {
		return nil, nil, err
	}
	return r, pr, radialTerminal(pr, r, p.Horizon)
}

// Terminal is g at radius q.
func (r *Equation) Terminal(q float64) (float64, error) {
	x, out := make([]float64, r.D), make([]float64, 1)
	x[0] = q
	err := r.g.Eval(1, out, x)
	return out[0], err
}

// radialTerminal checks g(x) = g(‖x‖e₁) in the states of the points and, as the process
// may come where few of its paths do, in random directions at all radii up to eight
// standard deviations beyond ‖X_T‖.
func radialTerminal(pr *probe.Points, r *Equation, horizon float64) error {
	outer := r.R0 + math.Abs(r.S)*math.Sqrt(horizon)*(math.Sqrt(float64(r.D))+8)
	x := append([]float64(nil), pr.X...)
	for i := range probe.Count {
		for _, sign := range []float64{1, -1} {
			direction := pr.Z[i*r.D : (i+1)*r.D]
			factor := sign * outer * float64(i+1) / probe.Count / floats.Norm(direction, 2)
			for _, v := range direction {
				x = append(x, factor*v)
			}
		}
	}
	g := make([]float64, len(x)/r.D)
	if err := pr.G.Eval(len(g), g, x); err != nil {
		return err
	}
	for i, got := range g {
		q := floats.Norm(x[i*r.D:(i+1)*r.D], 2)
		along, err := r.Terminal(q)
		if err != nil {
			return err
		}
		if got == along || math.IsNaN(got) && math.IsNaN(along) { // ∞ among them, which is for the methods to judge
			continue
		}
		if !(math.Abs(got-along) <= 1e-10*(1+math.Abs(along))) {
			return fmt.Errorf("needs a radial terminal function, g differs at ‖x‖=%g: %g and %g", q, along, got)
		}
	}
	return nil
}
