package control

import (
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// Discrete is a problem on its time grid: what solvers solve and what references are
// exact for. The functions take and give expressions; noise w is standard normal.
type Discrete struct {
	Problem
	Steps int     // N
	Step  float64 // h = T/N, 1 in discrete time
}

// DefaultSteps is N for problems in continuous time where 0 is asked for.
const DefaultSteps = 20

// Discretise validates the problem and puts it on a grid of the given number of steps
// (0: DefaultSteps). A problem in discrete time has its own, and steps is ignored.
func (p Problem) Discretise(steps int) (*Discrete, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if p.Stages > 0 {
		return &Discrete{p, p.Stages, 1}, nil
	}
	if steps == 0 {
		steps = DefaultSteps
	}
	if steps < 0 {
		return nil, p.errorf("steps", nil, "is %d, want at least 1", steps)
	}
	return &Discrete{p, steps, p.Horizon / float64(steps)}, nil
}

// Time is t_n.
func (d *Discrete) Time(n int) float64 { return float64(n) * d.Step }

// Next is the state after a step,
//
//	x + b(t,x,a) h + s(t,x,a)·√h w   or   F(t,x,a,w)
func (d *Discrete) Next(t, x, a, w expr.Value) expr.Value {
	if d.Transition != nil {
		return d.Transition(t, x, a, w)
	}
	next := x
	if d.Drift != nil {
		next = next.Add(d.Drift(t, x, a).Scale(d.Step))
	}
	return next.Add(d.NoiseAt(t, x, a, w.Scale(math.Sqrt(d.Step))))
}

// Cost is that of a step, L h, or the reward where the problem maximises.
func (d *Discrete) Cost(t, x, a expr.Value) expr.Value {
	if d.RunningCost == nil {
		return expr.Const(0)
	}
	return d.RunningCost(t, x, a).Scale(d.Step)
}

// Final is G, or 0.
func (d *Discrete) Final(x expr.Value) expr.Value {
	if d.TerminalCost == nil {
		return expr.Const(0)
	}
	return d.TerminalCost(x)
}

// Admit is the admissible action for the raw output of a network.
func (d *Discrete) Admit(t, x, raw expr.Value) expr.Value {
	if d.ActionScale != nil {
		if _, box := d.Actions.(Box); !box {
			raw = raw.Mul(expr.Vector(d.ActionScale))
		}
	}
	if d.Actions == nil {
		return raw
	}
	return d.Actions.Admit(t, x, raw)
}

// Penalty is h·Σ w max(v,0)² over the constraints of a step.
func (d *Discrete) Penalty(t, x, a expr.Value) expr.Value {
	sum := expr.Const(0)
	for _, c := range d.Constraints {
		sum = sum.Add(c.Violation(t, x, a).Relu().Square().Sum().Scale(c.Weight * d.Step))
	}
	return sum
}

// NoiseAt is s(t,x,a)·dw, 0 where there is no noise.
func (p *Problem) NoiseAt(t, x, a, dw expr.Value) expr.Value {
	switch {
	case p.Noise != nil:
		return p.Noise(t, x, a, dw)
	case p.Diffusion != nil:
		return p.Diffusion.Mul(t, x, dw)
	}
	return expr.Const(0).Broadcast(p.StateDim)
}
