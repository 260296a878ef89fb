package methods

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/backward"
	"github.com/deepbsde/deepbsde/bsde/deep"
	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"github.com/deepbsde/deepbsde/bsde/logtransform"
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

// Others are the methods to try where the answer of the first is not trusted: the logarithm against heavy tails, for an f
// that it is for, and the backward method after the deep BSDE method. An f without y has no recursion that could be
// ill-conditioned.
func Others(p bsde.Problem, first bsde.Method) (list []bsde.Alternative) {
	if e, ok := p.(pde.Problem); !ok || bsde.Check(e, backward.Method{}) != nil {
		return nil
	}
	log := logtransform.Method{}
	if _, err := log.Resolve(p); err == nil && bsde.Check(p, log) == nil && first.Name() != log.Name() { // g > 0 at the start, too
		list = append(list, bsde.Alternative{Method: log, Against: []estimate.Kind{estimate.HeavyTails}})
	}
	features, err := bsde.FeaturesOf(p)
	if err == nil && first.Name() == (deep.Method{}).Name() && slices.Contains(features, bsde.InY) {
		list = append(list, bsde.Alternative{Method: backward.Method{}})
	}
	return list
}
