package problems

import (
	"context"
	"fmt"

	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/branching"
	"github.com/deepbsde/deepbsde/pde/reference/finitedifference"
	"github.com/deepbsde/deepbsde/pde/reference/montecarlo"
	"github.com/deepbsde/deepbsde/pde/reference/picard"
	"github.com/deepbsde/deepbsde/pde/reference/radial"
)

// ReferenceMethod computes u(0, x0) without a network.
type ReferenceMethod struct {
	Name string // as on the command line
	Doc  string // what it is good for, one line
	Run  func(ctx context.Context, p pde.Problem, s pde.Sampling) (*pde.Reference, error)
}

// oneDimensional is the name of the method that knows early exercise.
const oneDimensional = "one-dimensional"

// ReferenceMethods lists the methods for a member of the family with the given
// parameters, the most exact first. Each refuses a problem that does not meet its
// conditions with an error that names the condition.
func (f *Family) ReferenceMethods(parameters map[string]float64) []ReferenceMethod {
	list := []ReferenceMethod{{"exact", "the closed form, where there is one", exactSolution}}
	if f.Definition.Methods != nil {
		list = append(list, f.Definition.Methods(parameters)...)
	}
	list = append(list, generalMethods...)
	for i, m := range list { // others would solve the equation without its obstacle
		if m.Name == oneDimensional {
			continue
		}
		list[i].Run = func(ctx context.Context, p pde.Problem, s pde.Sampling) (*pde.Reference, error) {
			if err := p.RefuseExercise(m.Name); err != nil {
				return nil, err
			}
			return m.Run(ctx, p, s)
		}
	}
	return list
}

// generalMethods apply to every equation that meets their conditions.
var generalMethods = []ReferenceMethod{
	{"radial", "finite differences in ‖x‖: μ = 0, σ = s·I, f = f(t,y), radial g",
		func(_ context.Context, p pde.Problem, _ pde.Sampling) (*pde.Reference, error) { return radial.Solve(p) }},
	{"finite-differences", "finite differences in one or two dimensions",
		func(_ context.Context, p pde.Problem, _ pde.Sampling) (*pde.Reference, error) {
			return finitedifference.Solve(p)
		}},
	{"monte-carlo", "Feynman–Kac, simulated: f = a(t,x) + b(t,x)·y", montecarlo.Solve},
	{"branching", "branching diffusion: f a polynomial in y, short horizons", branching.Solve},
	{"picard", "full-history multilevel Picard: any f, with or without z",
		func(ctx context.Context, p pde.Problem, s pde.Sampling) (*pde.Reference, error) {
			return picard.Solve(ctx, p, picard.Multilevel{Seed: s.Seed, Workers: s.Workers})
		}},
}

func exactSolution(_ context.Context, p pde.Problem, _ pde.Sampling) (*pde.Reference, error) {
	if r, err := p.ExactReference(); r != nil || err != nil {
		return r, err
	}
	return nil, fmt.Errorf("exact: no closed form of the solution of %s is known", p.Name)
}

// FindReferenceMethod is the method with the given name, or an *UnknownError.
func FindReferenceMethod(list []ReferenceMethod, name string) (ReferenceMethod, error) {
	known := make([]string, len(list))
	for i, m := range list { // others would solve the equation without its obstacle
		if m.Name == name {
			return m, nil
		}
		known[i] = m.Name
	}
	return ReferenceMethod{}, &UnknownError{"reference method", name, known}
}
