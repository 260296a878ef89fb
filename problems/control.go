package problems

import (
	"context"
	"fmt"

	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde"
)

// Control is a control problem of a family with what is known of its solution.
type Control struct {
	Problem control.Problem

	// Optimal is the optimal policy of the discretised problem, or one that is better
	// than what training is judged by; nil where none is known.
	Optimal func(ctx context.Context, d *control.Discrete) (control.Policy, error)

	// References are the methods for the optimal cost, those for the discretised
	// problem first, the most exact of them at the head.
	References []ControlReference

	Slow bool // references and Optimal take seconds: they are not computed unasked
}

// ControlReference computes the optimal cost without a network.
type ControlReference struct {
	Name       string // as on the command line
	Doc        string // what it is good for, one line
	Continuous bool   // the value is that of the problem in continuous time, not on the grid
	Run        func(ctx context.Context, d *control.Discrete, s pde.Sampling) (*pde.Reference, error)
}

// IsControl tells whether the family is of control problems, which MakeControl makes,
// and not of equations, which Make makes.
func (f *Family) IsControl() bool { return f.control != nil }

// MakeControl is the member of a family of control problems with dimension dim (0: the
// default) and the given parameters changed from their defaults.
func (f *Family) MakeControl(dim int, set map[string]float64) (*Control, error) {
	if f.control == nil {
		return nil, fmt.Errorf("%s is an equation, not a control problem", f.Name)
	}
	dim, err := f.dimension(dim)
	if err != nil {
		return nil, err
	}
	v, _, err := f.values(set)
	if err != nil {
		return nil, err
	}
	c, err := f.control(dim, v)
	if err != nil {
		return nil, err
	}
	c.Problem.Name = f.Name
	if err := c.Problem.Validate(); err != nil {
		return nil, f.located(err)
	}
	return c, nil
}
