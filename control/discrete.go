package control

import (
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde/grid"
)

// Discrete is a problem on its time grid: what solvers solve and what references are
// exact for. The functions take and give expressions; noise w is standard normal. Those of
// a step depend on its number n only through its length: where Grid.Regular they are the
// same for all steps, and only t differs.
type Discrete struct {
	Problem
	Grid  *grid.Grid
	Steps int // N, that of Grid

	explored *Discrete // see Exploring
}

// DefaultSteps is N for problems in continuous time where 0 is asked for.
const DefaultSteps = 20

// Discretise validates the problem and puts it on a uniform grid of the given number of
// steps (0: DefaultSteps). A problem in discrete time has its own, and steps is ignored.
func (p Problem) Discretise(steps int) (*Discrete, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if p.Stages > 0 {
		return p.On(nil)
	}
	if steps == 0 {
		steps = DefaultSteps
	}
	if steps < 0 {
		return nil, p.errorf("steps", nil, "is %d, want at least 1", steps)
	}
	return p.On(grid.Uniform(p.Horizon, steps))
}

// On validates the problem and puts it on a time grid that ends at its horizon. A problem
// in discrete time has its own, and g is ignored.
func (p Problem) On(g *grid.Grid) (*Discrete, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if p.Stages > 0 {
		g = grid.Stages(p.Stages)
	} else if g == nil {
		return nil, p.errorf("steps", nil, "has no time grid")
	} else if g.Horizon() != p.Horizon {
		return nil, p.errorf("Horizon", nil, "is %g, and the grid ends at %g", p.Horizon, g.Horizon())
	}
	return &Discrete{Problem: p, Grid: g, Steps: g.Steps()}, nil
}

// Time is t_n.
func (d *Discrete) Time(n int) float64 { return d.Grid.Time(n) }

// Next is the state after step n of the length h,
//
//	x + b(t,x,a) h + s(t,x,a)·√h w   or   F(t,x,a,w)
func (d *Discrete) Next(n int, t, x, a, w expr.Value) expr.Value {
	if e := d.explored; e != nil {
		k := e.Noises()
		return e.Next(n, t, x, e.Admit(t, x, w.Slice(k, k+e.ActionDim)), w.Slice(0, k))
	}
	if d.Transition != nil {
		return d.Transition(t, x, a, w)
	}
	next, h := x, d.Grid.Length(n)
	if d.Drift != nil {
		next = next.Add(d.Drift(t, x, a).Scale(h))
	}
	return next.Add(d.NoiseAt(t, x, a, w.Scale(math.Sqrt(h))))
}

// Cost is that of step n, L h, or the reward where the problem maximises.
func (d *Discrete) Cost(n int, t, x, a expr.Value) expr.Value {
	if d.RunningCost == nil {
		return expr.Const(0)
	}
	return d.RunningCost(t, x, a).Scale(d.Grid.Length(n))
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
	if b, box := d.Actions.(Box); box {
		return b.admit(raw, d.ActionScale)
	}
	if d.ActionScale != nil {
		raw = raw.Mul(expr.Vector(d.ActionScale))
	}
	if d.Actions == nil {
		return raw
	}
	return d.Actions.Admit(t, x, raw)
}

// Penalty is h·Σ w max(v,0)² over the constraints of step n.
func (d *Discrete) Penalty(n int, t, x, a expr.Value) expr.Value {
	return penalty(d.Constraints, d.Grid.Length(n), t, x, a)
}

// FinalPenalty is that of the last state, for a time as long as the last step, over the
// constraints that FinalConstraints lists.
func (d *Discrete) FinalPenalty(x expr.Value) (expr.Value, error) {
	list, err := d.FinalConstraints()
	var final []Constraint
	for _, i := range list {
		final = append(final, d.Constraints[i])
	}
	return penalty(final, d.Grid.Length(d.Steps-1), expr.Const(d.Time(d.Steps)), x, expr.Vector(make([]float64, d.ActionDim))), err
}

func penalty(list []Constraint, length float64, t, x, a expr.Value) expr.Value {
	sum := expr.Const(0)
	for _, c := range list {
		sum = sum.Add(c.Violation(t, x, a).Relu().Square().Sum().Scale(c.Weight * length))
	}
	return sum
}

// FinalConstraints are the numbers of the constraints that are wanted of the last state too:
// those whose formula is free of the action.
func (d *Discrete) FinalConstraints() (list []int, err error) {
	t, x, a := expr.Input("t", 1), expr.Input("x", d.StateDim), expr.Input("a", d.ActionDim)
	for i, c := range d.Constraints {
		nodes, err := expr.Nodes(c.Violation(t, x, a), t, x, a)
		if err != nil {
			return nil, err
		}
		if !expr.Contains(nodes, 2) {
			list = append(list, i)
		}
	}
	return list, nil
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

// Exploring is the problem with more noise, in which the raw actions are independent
// standard normal numbers, whatever the policy: for the orders of magnitude of the states.
// It has no running cost, which does not see the noise, and no constraints.
func (d *Discrete) Exploring() *Discrete {
	e := &Discrete{Problem: d.Problem, Grid: d.Grid, Steps: d.Steps, explored: d}
	e.NoiseDim = d.Noises() + d.ActionDim
	e.RunningCost, e.Constraints, e.Minimizer, e.Actions = nil, nil, nil, nil
	e.TerminalCost = d.Final
	return e
}

// EachStep is what f makes for step n: once, where all steps have the same length.
func EachStep[F any](d *Discrete, f func(n int) (F, error)) ([]F, error) {
	list := make([]F, d.Steps)
	for n := range list {
		if n > 0 && d.Grid.Regular() {
			list[n] = list[0]
			continue
		}
		var err error
		if list[n], err = f(n); err != nil {
			return nil, err
		}
	}
	return list, nil
}
