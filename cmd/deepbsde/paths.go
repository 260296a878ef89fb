package main

import (
	"context"
	"fmt"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/figure"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/words"
)

// measuredPaths tell how far Y is off.
const measuredPaths = 256

// runPaths draws sample paths of the newest checkpoint of a run: of Y beside the exact
// solution, or of states and actions.
func (a *app) runPaths(ctx context.Context, r *savedRun) (*figure.Figure, error) {
	if r.isPolicy() {
		return a.policyPaths(ctx, r)
	}
	paths, m, err := a.valuePaths(ctx, r)
	if err != nil {
		return nil, err
	}
	return figure.Paths(identity(m), drawable(paths)), nil
}

// valuePaths are paths of Y under the newest checkpoint.
func (a *app) valuePaths(ctx context.Context, r *savedRun) ([]bsde.Path, *member, error) {
	t, m, err := r.trainer(ctx, a.warn, 0)
	if err != nil {
		return nil, nil, err
	}
	defer t.Close()
	// Fewer where their states would take more than some 100 MB.
	paths, err := t.Paths(max(figure.DrawnPaths, min(measuredPaths, 5_000_000/(r.Settings.Steps*m.problem.Dim))))
	if err == nil && !allKnown(paths) {
		err = &exitError{status: exitDiverged, err: fmt.Errorf("%s: the paths are not finite", r.path)}
	}
	return paths, m, err
}

func allKnown(paths []bsde.Path) bool {
	for _, path := range paths {
		for _, y := range path.Y {
			if !words.Known(y) {
				return false
			}
		}
	}
	return true
}

// drawable are the paths for a picture.
func drawable(paths []bsde.Path) []figure.Path {
	list := make([]figure.Path, len(paths))
	for i, p := range paths {
		list[i] = figure.Path{T: p.T, Y: p.Y, U: p.U, G: p.G}
	}
	return list
}

// policyPaths draws states, actions and the cost under the policy, and under the optimal
// one where that is known at once.
func (a *app) policyPaths(ctx context.Context, r *savedRun) (*figure.Figure, error) {
	m, err := r.member(ctx)
	if err != nil {
		return nil, err
	}
	d, err := m.grid(r.Settings.Steps)
	if err != nil {
		return nil, err
	}
	policy, _, err := r.trainedPolicy(ctx, m, a.warn, 0)
	if err != nil {
		return nil, err
	}
	s := newSimulation(m, d)
	if err := simulate(ctx, m, s, &simulateFlags{paths: flags.Given(2 * recordedPaths)}, policy, true); err != nil {
		return nil, err
	}
	return s.Overview(), nil
}
