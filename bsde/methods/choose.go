package methods

import (
	"context"
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/backward"
	"github.com/deepbsde/deepbsde/bsde/deep"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"github.com/deepbsde/deepbsde/bsde/policy"
	"github.com/deepbsde/deepbsde/bsde/stopping"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/grid"
)

// Auto is the name under which Choose is asked for where methods are named.
const Auto = "auto"

// pilotSteps is the number of steps of the paths on which Choose looks at f.
const pilotSteps = 20

// Choose is the method for a problem, with its default options, and why, "" where there is no choice.
// Control problems get a policy, early exercise the method stopping. Other equations get the deep BSDE
// method where its recursion is well-conditioned, or the start is random, and the backward method where
// it is not: where an error in Y grows by more than e² on the way to T, along a rough solution on few
// paths. Where these tell nothing it is the deep BSDE method. The error of a wrong problem is a *pde.Error.
func Choose(ctx context.Context, p bsde.Problem) (m bsde.Method, why string, err error) {
	switch p := p.(type) {
	case control.Problem:
		return policy.Method{}, "", nil
	case pde.Problem:
		switch {
		case p.Obstacle != nil:
			return stopping.Method{}, "", nil
		case p.RandomStart != nil:
			return deep.Method{}, "", nil
		}
		eq, err := equation.New(p)
		if err != nil {
			return nil, "", err
		}
		pilot := walk.Pilot{Eq: eq, Grid: grid.Uniform(p.Horizon, pilotSteps), Seed: 1}
		growth, err := pilot.Growth(ctx, &walk.Scales{})
		if err != nil {
			return nil, "", err
		}
		by := fmt.Sprintf("forward in time an error in Y grows by a factor of about %.2g", math.Exp(growth))
		if growth > walk.UsualCondition {
			return backward.Method{}, by, nil
		}
		return deep.Method{}, by, nil
	}
	return nil, "", &bsde.SettingsError{Field: "method", Reason: fmt.Sprintf("there is none for a problem of type %T", p)}
}

// Other is the method to try where the answer of the first is not trusted; nil where there is none that is
// of use. An f without y has no recursion that could be ill-conditioned.
func Other(p bsde.Problem, first bsde.Method) bsde.Method {
	features, err := bsde.FeaturesOf(p)
	if err != nil || first.Name() != (deep.Method{}).Name() || bsde.Check(p, backward.Method{}) != nil {
		return nil
	}
	for _, f := range features {
		if f == bsde.InY {
			return backward.Method{}
		}
	}
	return nil
}
