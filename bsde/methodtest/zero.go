// Package methodtest is for tests: the least that a method is, in a folder of its own.
// Importing it registers the method "zero".
package methodtest

import (
	"context"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/pde"
)

func init() { bsde.Register(Zero{}) }

// Zero takes the field Z = 0: plain Monte Carlo, with nothing to train.
type Zero struct{}

// Name is "zero".
func (Zero) Name() string { return "zero" }

// Supports lists equations, with any generator.
func (Zero) Supports() map[bsde.Feature]string {
	return map[bsde.Feature]string{bsde.Equation: "", bsde.InY: "", bsde.InZ: "", bsde.Unscaled: ""}
}

// Resolve has nothing to fill in.
func (m Zero) Resolve(bsde.Problem) (bsde.Method, error) { return m, nil }

// Start makes the estimate from Z = 0.
func (m Zero) Start(ctx context.Context, p bsde.Problem, e bsde.Env) (bsde.Training, error) {
	eq, s := p.(pde.Problem), e.Settings
	g, err := s.TimeGrid(eq.Horizon)
	if err != nil {
		return nil, err
	}
	solution, err := estimate.New(ctx, eq, estimate.Zero{}, estimate.Config{Grid: g, Scales: s.StartPaths, Seed: s.Seed, Workers: s.Workers})
	return bsde.Untrained{Words: eq.Name + ", zero", Delivery: bsde.Delivery{Solution: solution}}, err
}
