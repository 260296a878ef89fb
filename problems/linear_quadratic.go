package problems

import (
	"context"

	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/control/reference/linearquadratic"
	"github.com/deepbsde/deepbsde/control/reference/riccati"
	"github.com/deepbsde/deepbsde/pde"
)

// linearQuadratic is a control problem whose references and optimal policy are those of
// Riccati equations. scale is the typical size of the optimal actions.
func linearQuadratic(l *linearquadratic.Form, scale float64) (*Control, error) {
	p, err := l.Problem()
	if err != nil {
		return nil, err
	}
	p.ActionScale = constantStart(p.ActionDim, scale)
	c := &Control{Problem: p}
	c.riccati(func() (*linearquadratic.Form, error) { return l, nil })
	return c, nil
}

// riccati adds the references and the optimal policy of a linear-quadratic problem, which
// find gives, or an error where the problem is another one.
func (c *Control) riccati(find func() (*linearquadratic.Form, error)) {
	discrete := func(d *control.Discrete) (*riccati.DiscreteSolution, error) {
		l, err := find()
		if err != nil {
			return nil, err
		}
		return riccati.On(l, d.Grid)
	}
	c.Optimal = func(_ context.Context, d *control.Discrete) (control.Policy, error) {
		r, err := discrete(d)
		if err != nil {
			return nil, err
		}
		return r.Policy, nil
	}
	onGrid := func(_ context.Context, d *control.Discrete, _ pde.Sampling) (*pde.Reference, error) {
		r, err := discrete(d)
		if err != nil {
			return nil, err
		}
		return r.Reference(), nil
	}
	if c.Problem.Stages > 0 {
		c.References = append(c.References, ControlReference{"dynamic-programme", "backward recursion of the value function x'P_n x + c_n, exact", false, onGrid})
		return
	}
	c.References = append(c.References,
		ControlReference{"riccati-discrete", "Riccati recursion of the problem on its grid, exact", false, onGrid},
		ControlReference{"riccati", "Riccati differential equation, the problem in continuous time", true,
			func(context.Context, *control.Discrete, pde.Sampling) (*pde.Reference, error) {
				l, err := find()
				if err != nil {
					return nil, err
				}
				r, err := riccati.Continuous(l)
				if err != nil {
					return nil, err
				}
				return r.Reference(), nil
			}})
}
