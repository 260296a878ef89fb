package cost

import (
	"context"
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde/grid"
	"gonum.org/v1/gonum/stat"
)

// stepPaths are those on which a policy is tried with shorter steps; a purpose of their own keeps
// their noise apart, and that of the states that are looked at.
const (
	stepPaths       = 1024
	purposeOfSteps  = 1 << 16
	purposeOfStates = 1<<16 + 1
)

// onSteps is a policy on a grid of so many times the steps: it acts as in the long step.
type onSteps struct {
	control.Policy
	finer int
}

// Act is that of the long step, in the state and at the time as they are.
func (o onSteps) Act(n int, t float64, rows int, x, a []float64) error {
	return o.Policy.Act(n/o.finer, t, rows, x, a)
}

// steps fills in what shorter steps do to the cost, in continuous time: the policy is tried on h,
// h/2 and h/4 with the same noise. The differences of an error of first order halve, so that
// steps of length 0 change the cost by D₁ + 2 D₂.
func (p policy) steps(ctx context.Context, e *estimate.Estimate, doubt func(estimate.Kind, string, ...any)) error {
	e.DiscretizationError = 0
	if p.Problem.Stages > 0 {
		return nil
	}
	var costs [3][]float64
	for level, finer := range []int{1, 2, 4} {
		d, err := p.Problem.On(refined(p.Problem.Grid, finer))
		if err != nil {
			return err
		}
		o, err := control.Simulate(context.WithoutCancel(ctx), d, onSteps{p.Policy, finer}, control.Simulation{
			Paths: stepPaths, Seed: p.Seed, Purpose: uint64(walk.ForEstimate) + purposeOfSteps, Workers: p.Workers, Finer: 4 / finer,
		})
		if err != nil {
			return err
		}
		costs[level] = o.Pairs
	}
	mean := func(of func(i int) float64) (float64, float64) {
		list := make([]float64, len(costs[0]))
		for i := range list {
			list[i] = of(i)
		}
		m, std := stat.MeanStdDev(list, nil)
		return m, std / math.Sqrt(float64(len(list)))
	}
	first, noise := mean(func(i int) float64 { return costs[1][i] - costs[0][i] })
	second, _ := mean(func(i int) float64 { return costs[2][i] - costs[1][i] })
	shift, noiseOfShift := mean(func(i int) float64 { return costs[1][i] - costs[0][i] + 2*(costs[2][i]-costs[1][i]) })
	left := math.Abs(first-2*second) + estimate.Normal95*noiseOfShift
	e.Continuous, e.ContinuousError = e.Value+shift, left+estimate.Normal95*e.StdErr
	e.DiscretizationError = math.Abs(shift) + left
	large := largeStep * math.Abs(e.Value)
	switch {
	case math.IsNaN(e.DiscretizationError) || math.IsInf(e.DiscretizationError, 0):
		e.DiscretizationError, e.Continuous, e.ContinuousError = math.NaN(), math.NaN(), math.NaN()
		doubt(estimate.StepUnknown, "the cost on shorter steps is not finite")
	case math.Abs(second) > 0.8*math.Abs(first)+3*noise && e.DiscretizationError > large:
		doubt(estimate.NotAsymptotic, "half the step changes the cost by %.2g, half of that by %.2g", first, second)
	}
	return nil
}

// refined is a grid with every step in so many parts.
func refined(g *grid.Grid, parts int) *grid.Grid {
	if parts == 1 {
		return g
	}
	if g.Regular() {
		return grid.Uniform(g.Horizon(), parts*g.Steps())
	}
	times := []float64{0}
	for n := range g.Steps() {
		for k := 1; k < parts; k++ {
			times = append(times, g.Time(n)+float64(k)/float64(parts)*g.Length(n))
		}
		times = append(times, g.Time(n+1))
	}
	fine, err := grid.New(times)
	if err != nil {
		panic(fmt.Sprintf("estimate: a grid with halved steps: %v", err)) // its times grow as those of g do
	}
	return fine
}
