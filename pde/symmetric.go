package pde

import (
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"gonum.org/v1/gonum/floats"
)

// radial is an equation whose solution depends on ‖x‖ alone.
type radial struct {
	s  float64 // σ = s·I
	r0 float64 // ‖Start‖
	g  *expr.Func
	fy *expr.Func // f(t, 0, y, 0), for generators of t and y alone
	d  int
}

// newRadial checks the conditions that do not concern the generator: no drift, scalar
// constant diffusion, radial g. The probe is for the generator.
func newRadial(p *Problem) (*radial, *probe, error) {
	if err := p.Validate(); err != nil {
		return nil, nil, err
	}
	s, ok := p.Diffusion.(Scalar)
	if !ok {
		return nil, nil, fmt.Errorf("needs σ = s·I (pde.Scalar), the problem has %T", p.Diffusion)
	}
	if p.Drift != nil && p.Drift != ConstantDrift(0) {
		return nil, nil, fmt.Errorf("needs drift 0, the problem has %T", p.Drift)
	}
	tr, err := p.Transition()
	if err != nil {
		return nil, nil, err
	}
	pr, err := newProbe(p, tr, Sampling{}, forRadial)
	if err != nil {
		return nil, nil, err
	}
	r := &radial{s: float64(s), d: p.Dim, g: pr.g}
	for _, v := range p.Start {
		r.r0 = math.Hypot(r.r0, v)
	}
	t, y, zeros := expr.Input("t", 1), expr.Input("y", 1), expr.Vector(make([]float64, p.Dim))
	if r.fy, err = expr.Compile(p.GeneratorAt(t, zeros, y, zeros), t, y); err != nil {
		return nil, nil, err
	}
	return r, pr, radialTerminal(pr, r)
}

// terminal is g at radius q.
func (r *radial) terminal(q float64) (float64, error) {
	x, out := make([]float64, r.d), make([]float64, 1)
	x[0] = q
	err := r.g.Eval(1, out, x)
	return out[0], err
}

// radialTerminal checks g(x) = g(‖x‖e₁).
func radialTerminal(pr *probe, r *radial) error {
	g := make([]float64, probePoints)
	if err := pr.g.Eval(probePoints, g, pr.x); err != nil {
		return err
	}
	for i, got := range g {
		q := floats.Norm(pr.x[i*r.d:(i+1)*r.d], 2)
		along, err := r.terminal(q)
		if err != nil {
			return err
		}
		if !(math.Abs(got-along) <= 1e-10*(1+math.Abs(along))) {
			return fmt.Errorf("needs a radial terminal function, g differs at ‖x‖=%g: %g and %g", q, along, got)
		}
	}
	return nil
}
