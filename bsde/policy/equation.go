package policy

import (
	"cmp"
	"context"
	"errors"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/deep"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/control/minimizer"
	"github.com/deepbsde/deepbsde/pde"
)

// equationPaths are those of the bracket of the equation.
const equationPaths = 8192

// triedPaths are those in whose states a given minimiser is tried.
const triedPaths = 32

// equation brackets the optimum in continuous time by the Hamilton–Jacobi–Bellman equation of the
// problem, on as many steps: with the bounds that the estimate of an equation has where the generator
// is concave in z, as a minimum over actions is, or convex, as a maximum is. Where there is no
// bracket that can be trusted it says why.
func (e *engine[T]) equation(ctx context.Context) (lower, upper float64, why string, err error) {
	p := e.problem.Problem
	var told *pde.Error
	wrong := ""
	if p.Minimizer != nil {
		o, err := control.Simulate(ctx, e.problem, e.policy, control.Simulation{
			Paths: 2 * triedPaths, Record: triedPaths, Seed: e.set.Seed, Purpose: uint64(walk.ForValidation), Workers: e.set.Workers,
		})
		if err != nil {
			return 0, 0, "", err
		}
		if err = minimizer.Check(e.problem, o.Records); errors.As(err, &told) {
			wrong, p.Minimizer = "the minimizer "+told.Reason, nil // which may not be needed
		} else if err != nil {
			return 0, 0, "", err
		}
	}
	h, err := p.HJB()
	if errors.As(err, &told) {
		return 0, 0, cmp.Or(wrong, "no such equation: "+told.Field+" "+told.Reason), nil
	}
	if err != nil {
		return 0, 0, "", err
	}
	r, err := bsde.Solve(ctx, h.Problem, deep.Method{}, &bsde.Settings{
		Steps: e.problem.Steps, Paths: equationPaths, Gradient: bsde.Nothing, Seed: e.set.Seed, Workers: e.set.Workers,
	})
	switch {
	case err != nil && ctx.Err() == nil:
		return 0, 0, "its equation cannot be solved: " + err.Error(), nil
	case err != nil:
		return 0, 0, "", err
	case !r.Trusted():
		return 0, 0, "the answer of its equation is not trusted: " + r.Doubts()[0], nil
	case !(r.Lower <= r.Upper):
		return 0, 0, "its equation has no bounds: " + r.NoBounds, nil
	}
	return r.Lower, r.Upper, "", nil
}
