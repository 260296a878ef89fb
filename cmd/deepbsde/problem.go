package main

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/urfave/cli/v2"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/words"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/problems"
)

// problemFlags choose a member of a family. They are shared by the commands that
// take the NAME of a problem.
type problemFlags struct {
	dim flags.Opt[int]
	set flags.Assignments
}

func (f *problemFlags) flags() []cli.Flag {
	return []cli.Flag{
		flags.Value("dim", "dimension `d` (default: the problem's)", &f.dim, flags.WholeNumber),
		&cli.GenericFlag{Name: "set", Value: &f.set,
			Usage: "change a parameter, `KEY=VALUE`; repeatable; 'deepbsde show NAME' lists them"},
	}
}

// member is one problem of a family with the parameters that made it.
type member struct {
	family     *problems.Family
	dim        int
	problem    pde.Problem        // of an equation
	control    *problems.Control  // of a control problem, else nil
	parameters map[string]float64 // all of them
	changed    []string           // those that are not at their default, in the family's order
}

// member makes the problem that the name and the flags describe.
func (f *problemFlags) member(ctx context.Context, name string) (*member, error) {
	family, err := findFamily(name)
	if err != nil {
		return nil, err
	}
	m := &member{family: family, dim: f.dim.Or(family.Dim), parameters: map[string]float64{}}
	if family.IsControl() {
		m.control, err = family.MakeControl(f.dim.Value, f.set)
	} else {
		m.problem, err = makeProblem(ctx, family, f.dim.Value, f.set)
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	var inFile *problems.FileError
	if errors.As(err, &inFile) {
		return nil, &exitError{status: exitUsage, err: err}
	}
	if err != nil {
		return nil, &exitError{exitUsage, err, "run 'deepbsde show " + name + "' for the parameters and their ranges"}
	}
	for _, param := range family.Params {
		m.parameters[param.Name] = param.Default
	}
	maps.Copy(m.parameters, f.set)
	m.noteChanges()
	return m, nil
}

// noteChanges finds the parameters that are not at their default.
func (m *member) noteChanges() {
	for _, param := range m.family.Params {
		if m.parameters[param.Name] != param.Default {
			m.changed = append(m.changed, param.Name)
		}
	}
}

// findFamily is the named problem, or that of a problem file where the name is a path.
func findFamily(name string) (*problems.Family, error) {
	if problems.IsFile(name) {
		family, err := problems.ReadFile(name)
		if err != nil {
			return nil, &exitError{status: exitUsage, err: err}
		}
		return family, nil
	}
	family, err := problems.Find(name)
	if err != nil {
		return nil, &exitError{exitUsage, err, "run 'deepbsde problems' for the list"}
	}
	return family, nil
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

// identity is the problem's name with its dimension and changed parameters.
func identity(m *member) string {
	s := fmt.Sprintf("%s, d = %d", m.family.Name, m.dim)
	for _, name := range m.changed {
		s += fmt.Sprintf(", %s = %s", name, words.Exact(m.parameters[name]))
	}
	return s
}

// knownValue is a value that is on record for a problem.
type knownValue struct {
	name  string
	value *pde.Reference
}

// knownValues are those of the family that are values of this member.
func knownValues(m *member) (list []knownValue) {
	if m.dim != m.family.Dim || len(m.changed) > 0 {
		return nil
	}
	for _, k := range []knownValue{{"recorded", m.family.Recorded}, {"published", m.family.Published}} {
		if k.value != nil {
			list = append(list, k)
		}
	}
	return list
}

// exactSolution is u and ∇u of the problem's exact solution at a time, in a state.
func exactSolution(p *pde.Problem, at float64, in []float64) (u float64, gradient []float64, err error) {
	t, x := expr.Input("t", 1), expr.Input("x", p.Dim)
	f, err := expr.Compile(p.Exact(t, x), t, x)
	if err != nil {
		return nan, nil, err
	}
	direction := make([]float64, p.Dim)
	for j := range direction {
		direction[j] = 1
		value, slope, _, err := f.Jet(1, [][]float64{{at}, in}, [][]float64{{0}, direction})
		if err != nil {
			return nan, nil, err
		}
		u, gradient = value[0], append(gradient, slope[0])
		direction[j] = 0
	}
	return u, gradient, nil
}
