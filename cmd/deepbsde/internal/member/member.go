// Package member has one problem of a family with the parameters that made it, and what
// the commands ask of it: what it is called, what it is compared with, how it is trained.
package member

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/run"
	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/problems"
	"github.com/deepbsde/deepbsde/problems/file"
)

// Member is one problem of a family.
type Member struct {
	Family     *problems.Family
	Dim        int
	Problem    pde.Problem        // of an equation
	Control    *problems.Control  // of a control problem, else nil
	Parameters map[string]float64 // all of them
	Changed    []string           // those that are not at their default, in the family's order
	choice     *choice
	Asked      string // the name or path by which it was asked for, as typed; in a run that is loaded the path of its problem file, or ""
}

// Error is a problem that cannot be had, with a hint for a second line.
type Error struct {
	Err  error
	Hint string
}

// Error is that of Err.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap is Err.
func (e *Error) Unwrap() error { return e.Err }

// Named is the problem with a name, or that of a file where the name is a path, in dimension
// dim (0: the family's) with some parameters set.
func Named(ctx context.Context, name string, dim int, set map[string]float64) (*Member, error) {
	family, err := Find(name)
	if err != nil {
		return nil, err
	}
	m, err := Of(ctx, family, dim, set)
	if err == nil {
		m.Asked = name
	}
	var inFile *file.Error
	switch {
	case err == nil || ctx.Err() != nil:
		return m, err
	case !errors.As(err, &inFile):
		return nil, &Error{err, "run 'deepbsde show " + name + "' for the parameters and their ranges"}
	}
	if _, own := Of(ctx, family, 0, set); own == nil { // so --dim is what does not fit
		return nil, &Error{err, fmt.Sprintf("lists and matrices in the file are for its own dim %d; a formula in i gives the components for every --dim", family.Dim)}
	}
	return nil, err
}

// Of is a member of a family.
func Of(ctx context.Context, family *problems.Family, dim int, set map[string]float64) (m *Member, err error) {
	m = &Member{Family: family, Dim: dim, Parameters: map[string]float64{}, choice: &choice{}}
	if dim == 0 {
		m.Dim = family.Dim
	}
	if family.IsControl() {
		m.Control, err = family.MakeControl(dim, set)
	} else {
		m.Problem, err = makeProblem(ctx, family, dim, set)
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	for _, param := range family.Params {
		m.Parameters[param.Name] = param.Default
	}
	maps.Copy(m.Parameters, set)
	m.noteChanges()
	return m, nil
}

// noteChanges finds the parameters that are not at their default.
func (m *Member) noteChanges() {
	for _, param := range m.Family.Params {
		if m.Parameters[param.Name] != param.Default {
			m.Changed = append(m.Changed, param.Name)
		}
	}
}

// Find is the named family, or that of a problem file where the name is a path.
func Find(name string) (*problems.Family, error) {
	if file.IsPath(name) {
		family, err := file.Read(name)
		if err != nil {
			return nil, &Error{Err: err}
		}
		return family, nil
	}
	family, err := problems.Find(name)
	if err != nil {
		return nil, &Error{err, hintAt(name)}
	}
	return family, nil
}

// hintAt is what to do about a name that no problem has.
func hintAt(name string) string {
	for _, ending := range []string{".yaml", ".yml"} {
		if _, err := os.Stat(name + ending); err == nil {
			return "the file is " + words.Shell(name+ending)
		}
	}
	if _, err := run.Open(name); err == nil {
		return words.Shell(name) + " is the directory of a run: 'deepbsde report', 'eval' and 'plot' read it, 'solve --resume' goes on with it"
	}
	return "run 'deepbsde problems' for the list"
}

// makeProblem is family.Make, whose reference may take long, until ctx is
// cancelled. The work goes on then, but the program is about to end.
func makeProblem(ctx context.Context, family *problems.Family, dim int, set map[string]float64) (p pde.Problem, err error) {
	done := make(chan struct{})
	var made pde.Problem
	var failed error
	go func() {
		defer close(done)
		made, failed = family.Make(dim, set)
	}()
	select {
	case <-done:
		return made, failed
	case <-ctx.Done():
		return p, ctx.Err()
	}
}

// Solved is what methods are given: the control problem, or the equation.
func (m *Member) Solved() bsde.Problem {
	if m.Control != nil {
		return m.Control.Problem
	}
	return m.Problem
}

// Kind is "control" or "pde": that of the family.
func (m *Member) Kind() string { return KindOf(m.Family) }

// KindOf is the kind of a family's problems.
func KindOf(f *problems.Family) string {
	if f.IsControl() {
		return "control"
	}
	return "pde"
}

// Identity is the problem's name with its dimension and changed parameters.
func (m *Member) Identity() string {
	s := fmt.Sprintf("%s, d = %d", m.Family.Name, m.Dim)
	for _, name := range m.Changed {
		s += fmt.Sprintf(", %s = %s", name, words.Exact(m.Parameters[name]))
	}
	return s
}

// IdentityOf is the identity of a member without making it.
func IdentityOf(family *problems.Family, dim int, parameters map[string]float64) string {
	m := &Member{Family: family, Dim: dim, Parameters: parameters}
	m.noteChanges()
	return m.Identity()
}

// Unknown is what a solution of the problem gives, in words.
func (m *Member) Unknown() string {
	switch {
	case m.Control == nil:
		return "u(0, x0)"
	case m.Control.Problem.Maximize:
		return "optimal reward"
	}
	return "optimal cost"
}

// StateNames are what the components of the state are called, nil where they have no names.
func (m *Member) StateNames() []string {
	if m.Control != nil {
		return m.Control.Problem.StateNames
	}
	return m.Problem.StateNames
}

// ActionNames are the same for the action.
func (m *Member) ActionNames() []string {
	if m.Control == nil {
		return nil
	}
	return m.Control.Problem.ActionNames
}

// Equation is the problem as an equation: that of Hamilton, Jacobi and Bellman for a
// control problem.
func (m *Member) Equation(ctx context.Context) (*Member, error) {
	if m.Control == nil {
		return m, nil
	}
	h, err := m.Control.Problem.HJB()
	if err != nil {
		return nil, err
	}
	e := *m
	e.Control, e.Problem, e.choice = nil, h.Problem, &choice{}
	for _, r := range m.Control.References {
		if !r.Continuous {
			continue
		}
		d, err := m.Grid(0)
		if err != nil {
			return nil, err
		}
		reference, err := r.Run(ctx, d, pde.Sampling{Seed: 1})
		if ctx.Err() != nil {
			return nil, err
		}
		if err == nil { // else it does not apply, as Riccati to costs that are not quadratic
			e.Problem.Reference = reference
			break
		}
	}
	return &e, nil
}
