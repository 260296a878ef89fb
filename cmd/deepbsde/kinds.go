package main

import (
	"context"
	"fmt"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/problems"
)

// What differs between the kinds of problems, equations and control problems, for the
// commands that treat them alike.

func kindOf(f *problems.Family) string {
	if f.IsControl() {
		return "control"
	}
	return "pde"
}

// continuousTime marks a reference that is not of the time grid.
const continuousTime = ", in continuous time"

// unknown is what a solution of the problem gives, in words.
func (m *member) unknown() string {
	switch {
	case m.control == nil:
		return "u(0, x0)"
	case m.control.Problem.Maximize:
		return "optimal reward"
	}
	return "optimal cost"
}

// equation is the problem as an equation: that of Hamilton, Jacobi and Bellman for a
// control problem.
func (m *member) equation(ctx context.Context) (*member, error) {
	if m.control == nil {
		return m, nil
	}
	h, err := m.control.Problem.HJB()
	if err != nil {
		return nil, &exitError{exitUsage, fmt.Errorf("--method deep-bsde: %w", err), "without --method the policy itself is trained"}
	}
	e := *m
	e.control, e.problem = nil, h.Problem
	for _, r := range m.control.References {
		if r.Continuous {
			d, err := m.grid(0)
			if err == nil {
				h.Problem.Reference, err = r.Run(ctx, d, pde.Sampling{Seed: 1})
			}
			if err != nil {
				return nil, err
			}
			e.problem = h.Problem
			break
		}
	}
	return &e, nil
}

// networkDim is the dimension that the default widths of a network go by.
func (m *member) networkDim() int {
	if m.control != nil {
		return m.control.Problem.StateDim
	}
	return m.problem.Dim
}

// methods are the reference methods of the problem; one of a control problem takes the
// grid from Sampling.Steps, 0 meaning that of the tuned settings.
func (m *member) methods() (list []problems.ReferenceMethod) {
	if m.control == nil {
		return m.family.ReferenceMethods(m.parameters)
	}
	for _, r := range m.control.References {
		list = append(list, problems.ReferenceMethod{Name: r.Name, Doc: r.Doc,
			Run: func(ctx context.Context, _ pde.Problem, s pde.Sampling) (*pde.Reference, error) {
				d, err := m.grid(s.Steps)
				if err != nil {
					return nil, err
				}
				return r.Run(ctx, d, s)
			}})
	}
	return list
}

// continuous tells whether a reference method gives the value in continuous time, which
// is another one than that of the grid.
func (m *member) continuous(method string) bool {
	if m.control == nil {
		return false
	}
	for _, r := range m.control.References {
		if r.Name == method {
			return r.Continuous
		}
	}
	return false
}

// grid is a control problem on so many steps, 0 for those of the tuned settings.
func (m *member) grid(steps int) (*control.Discrete, error) {
	if steps == 0 {
		steps = presetFor(m, "shared").Steps
	}
	return m.control.Problem.Discretise(steps)
}

// reference is the value to compare with, nil where none is known or can be had fast.
// That of a control problem is for the given number of steps.
func (m *member) reference(ctx context.Context, steps int) (*pde.Reference, error) {
	if m.control == nil {
		return m.problem.Reference, nil
	}
	d, err := m.grid(steps)
	if err != nil {
		return nil, err
	}
	tuned := presetFor(m, "shared").Steps
	if r := m.family.Recorded; r != nil && m.dim == m.family.Dim && len(m.changed) == 0 && d.Steps == tuned {
		return r, nil
	}
	if m.control.Slow {
		return nil, nil
	}
	for _, r := range m.control.References {
		ref, err := r.Run(ctx, d, pde.Sampling{Seed: 1})
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err == nil {
			if r.Continuous {
				ref.Method += continuousTime
			}
			return ref, nil
		}
	}
	return nil, nil
}

// trained is what the commands for several problems read of a run.
type trained struct {
	value, stderr, step, bias float64
	bound                     pde.Bound // of the optimal cost
	status                    bsde.Status
	history                   []bsde.Record
	seconds                   float64
}

// train runs the solver of the problem's kind with the tuned settings s of a network.
func (a *app) train(ctx context.Context, m *member, network string, s *bsde.Settings) (*trained, error) {
	var none solveFlags
	training := m.family.Training[network]
	if m.control == nil {
		r, err := a.solve(ctx, m.problem, none.methodFor(network, training), s)
		if err != nil {
			return nil, err
		}
		return &trained{value: r.Value, stderr: r.StdErr, step: r.DiscretizationError, bias: r.NetworkBias,
			status: r.Status, history: r.History, seconds: r.Elapsed.Seconds()}, nil
	}
	r, err := a.solveControl(ctx, m.control.Problem, none.policyFor(network, training), s)
	if err != nil {
		return nil, err
	}
	t := &trained{value: r.Value, stderr: r.StdErr, bound: pde.Upper, status: r.Status, history: r.History, seconds: r.Elapsed.Seconds()}
	if r.Maximize {
		t.bound = pde.Lower
	}
	return t, nil
}
