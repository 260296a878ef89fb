package bsde

import (
	"fmt"

	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde"
)

// Problem is what a method solves: a pde.Problem or a control.Problem.
type Problem interface {
	Kind() string // "pde" or "control"
}

// Feature is a property of a problem that not every method can handle.
type Feature string

// The features of problems.
const (
	Equation    Feature = "equation"        // u of a semilinear parabolic equation is wanted
	InY         Feature = "f of y"          // its generator depends on u
	InZ         Feature = "f of z"          // its generator depends on σᵀ∇u
	Unscaled    Feature = "f not scaled"    // f(t, x, c·y, c·z) is not c f(t, x, y, z)
	Exercise    Feature = "early exercise"  // an obstacle: the best time to stop is wanted
	Control     Feature = "control"         // an optimal action is wanted
	Stages      Feature = "discrete time"   // a control problem in stages
	Constraints Feature = "constraints"     // bounds that no set of actions guarantees
	ActionNoise Feature = "noise of action" // noise that depends on the action
	Region      Feature = "random start"    // X_0 of an equation is random: u on a region is wanted
	RandomState Feature = "random state"    // X_0 of a control problem is random
)

// Features lists all features in the order in which tables have them.
func Features() []Feature {
	return []Feature{Equation, InY, InZ, Unscaled, Exercise, Control, Stages, Constraints, ActionNoise, RandomState, Region}
}

// FeaturesOf lists the features of a problem. The error of a wrong problem is a *pde.Error.
func FeaturesOf(p Problem) (list []Feature, err error) {
	add := func(f Feature, has bool) {
		if has {
			list = append(list, f)
		}
	}
	switch p := p.(type) {
	case pde.Problem:
		e, err := equation.New(p)
		if err != nil {
			return nil, err
		}
		add(Equation, true)
		add(InY, e.UsesY)
		add(InZ, e.UsesZ)
		add(Unscaled, !e.Scaled)
		add(Exercise, p.Obstacle != nil)
		add(Region, p.RandomStart != nil)
	case control.Problem:
		if err := p.Validate(); err != nil {
			return nil, err
		}
		add(Control, true)
		add(Stages, p.Stages > 0)
		add(Constraints, len(p.Constraints) > 0)
		add(ActionNoise, p.Noise != nil)
		add(RandomState, p.RandomStart != nil)
	default:
		return nil, &pde.Error{Problem: fmt.Sprintf("%T", p), Field: "type", Reason: "is none that can be solved, want the value of a pde.Problem or a control.Problem"}
	}
	return list, nil
}

// NameOf is the name of a problem.
func NameOf(p Problem) string {
	switch p := p.(type) {
	case pde.Problem:
		return p.Name
	case control.Problem:
		return p.Name
	}
	return fmt.Sprintf("%T", p)
}

// DimOf is d, the number of components of the state.
func DimOf(p Problem) int {
	switch p := p.(type) {
	case pde.Problem:
		return p.Dim
	case control.Problem:
		return p.StateDim
	}
	return 0
}
