package main

import (
	"maps"

	"github.com/urfave/cli/v2"

	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/problems"
)

// problemFlags choose a member of a family. They are shared by the commands that
// take the NAME of a problem.
type problemFlags struct {
	dim opt[int]
	set assignments
}

func (f *problemFlags) flags() []cli.Flag {
	return []cli.Flag{
		valueFlag("dim", "dimension `d` (default: the problem's)", &f.dim, wholeNumber),
		&cli.GenericFlag{Name: "set", Value: &f.set,
			Usage: "change a parameter, `KEY=VALUE`; repeatable; 'deepbsde show NAME' lists them"},
	}
}

// member is one problem of a family with the parameters that made it.
type member struct {
	family     *problems.Family
	problem    pde.Problem
	parameters map[string]float64 // all of them
	changed    []string           // those that are not at their default, in the family's order
}

// member makes the problem that the name and the flags describe.
func (f *problemFlags) member(name string) (*member, error) {
	family, err := problems.Find(name)
	if err != nil {
		return nil, &exitError{exitUsage, err, "run 'deepbsde problems' for the list"}
	}
	p, err := family.Make(f.dim.value, f.set)
	if err != nil {
		return nil, &exitError{exitUsage, err, "run 'deepbsde show " + name + "' for the parameters and their ranges"}
	}
	m := &member{family: family, problem: p, parameters: map[string]float64{}}
	for _, param := range family.Params {
		m.parameters[param.Name] = param.Default
	}
	maps.Copy(m.parameters, f.set)
	for _, param := range family.Params {
		if m.parameters[param.Name] != param.Default {
			m.changed = append(m.changed, param.Name)
		}
	}
	return m, nil
}
