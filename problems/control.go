package problems

import (
	"context"
	"fmt"
	"sync"

	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/control/reference/linearquadratic"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/problems/internal/matrix"
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
func (f *Family) IsControl() bool { return f.Definition.Control != nil }

// MakeControl is the member of a family of control problems with dimension dim (0: the
// default) and the given parameters changed from their defaults.
func (f *Family) MakeControl(dim int, set map[string]float64) (*Control, error) {
	if f.Definition.Control == nil {
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
	c, err := f.Definition.Control(dim, v)
	if err != nil {
		return nil, err
	}
	c.Problem.Name = f.Name
	if err := c.Problem.Validate(); err != nil {
		return nil, f.located(err)
	}
	return c, nil
}

// ControlOf is a control problem with the references whose conditions can be seen from its
// functions. deviations are the standard deviations of the components of a random start,
// which must be independent; nil for a fixed one.
func ControlOf(p control.Problem, deviations []float64) *Control {
	c := &Control{Problem: p}
	c.riccati(sync.OnceValues(func() (*linearquadratic.Form, error) {
		fixed := c.Problem
		fixed.RandomStart = nil
		l, err := linearquadratic.Find(&fixed)
		if err == nil && deviations != nil {
			// Quadratic functions need the covariance alone, be the start normal or not.
			l.StartFactor = matrix.Zeros(l.StateDim(), l.StateDim())
			for i, v := range deviations {
				l.StartFactor[i][i] = v
			}
		}
		return l, err
	}))
	if p.Stages == 0 {
		c.References = append(c.References, coleHopfOfControl)
	}
	return c
}
