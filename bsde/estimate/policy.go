package estimate

import (
	"context"
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"github.com/deepbsde/deepbsde/control"
	"gonum.org/v1/gonum/stat"
)

// Policy is a policy for a problem on its grid, with what it costs from any point.
// It may be used from several goroutines.
type Policy struct {
	control.Policy
	Problem *control.Discrete
	Seed    uint64 // of all random numbers
	Workers int    // goroutines; results do not depend on it

	// Variate follows the cost of the policy as trained by now; nil: there is none.
	Variate func() (*control.Variate, error)

	// Coarse trains a policy for every second time of the grid, used on the whole of it; nil where
	// there is none. A nil function: the policy was not trained for the steps of the grid.
	Coarse func(ctx context.Context) (control.Policy, error)

	// Equation brackets the optimum in continuous time by the equation of Hamilton, Jacobi and Bellman, or
	// says why it does not; nil: it is not tried.
	Equation func(ctx context.Context) (lower, upper float64, why string, err error)

	// Baselines trains simple policies to compare with; nil: there are none.
	Baselines func(ctx context.Context) ([]Baseline, error)
	// Corrected trains a correction on top of the policy, by which it shows what training has left; nil: there is
	// none, as is a nil policy.
	Corrected func(ctx context.Context) (control.Policy, error)

	// Costates are the derivatives of the cost in the state x at a step where it begins,
	// means over pairs of paths with opposite noise, pairs×d. nil: they are not known.
	Costates func(ctx context.Context, first int, x []float64, paths int) ([]float64, error)
}

// Baseline is a simple policy that a trained one has to beat.
type Baseline struct {
	control.Policy `json:"-"`

	Name string `json:"name"` // such as "linear feedback"
	// Value is its cost (reward) on the grid, Worse by how much it is worse than the policy on the same
	// noise, StdErr the standard error of Worse.
	Value  float64 `json:"value"`
	Worse  float64 `json:"worse"`
	StdErr float64 `json:"stderr"`
}

// FromStart simulates the policy on fresh paths from the problem's start; it follows a variate along
// them, nil for none.
func (p *Policy) FromStart(ctx context.Context, paths int, v *control.Variate, progress func(done int)) (*control.Outcome, error) {
	return control.Simulate(ctx, p.Problem, p.Policy, control.Simulation{
		Paths: max(paths, fewestPaths), Seed: p.Seed, Purpose: uint64(walk.ForEstimate), Workers: p.Workers, Variate: v, Progress: progress,
	})
}

// PolicyEstimate is what a trained policy does and costs from one point on.
type PolicyEstimate struct {
	Time  float64   // t, or the stage
	State []float64 // x, d numbers

	Action []float64 // a(t, x), m numbers; nil at the horizon
	// Value is the expected cost (reward) of the policy from there on: an upper (lower)
	// bound of the optimum, up to its standard error.
	Value  float64
	StdErr float64
	CI95   [2]float64 // Value ± 1.96 StdErr

	Gradient       []float64 // the derivative of Value in x, d numbers: ∇u where the policy is optimal
	GradientStdErr []float64
	Paths          int // simulated
}

// At simulates the policy from (t, x) on the given number of fresh paths (0:
// DefaultPaths); t is a time of the problem's grid or the horizon. The gradient is
// the mean of the derivative of the cost along single paths; costs with jumps in the
// state have none. All points see the same noise. The error of a wrong t, x or number of
// paths is a *pde.Error; a context cancelled during the work gives its own.
func (p *Policy) At(ctx context.Context, t float64, x []float64, paths int) (*PolicyEstimate, error) {
	if paths == 0 {
		paths = DefaultPaths
	}
	d := p.Problem
	first, err := p.step(t)
	if err == nil {
		err = checkPoint(d.Name, d.StateDim, x, paths)
	}
	if err != nil {
		return nil, err
	}
	out := &PolicyEstimate{Time: t, State: slices.Clone(x)}
	if first == d.Steps {
		return out, p.atHorizon(out)
	}
	out.Action = make([]float64, d.ActionDim)
	if err := p.Act(first, d.Time(first), 1, x, out.Action); err != nil {
		return nil, err
	}
	o, err := control.Simulate(ctx, d, p.Policy, control.Simulation{
		Paths: paths, Seed: p.Seed, Purpose: uint64(walk.ForEstimate), Workers: p.Workers, First: first, Start: x,
	})
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	out.Value, out.StdErr, out.CI95, out.Paths = o.Cost, o.StdErr, o.CI95(), o.Paths
	if p.Costates == nil {
		return out, nil
	}
	each, err := p.Costates(ctx, first, x, paths)
	if err != nil {
		return nil, err
	}
	pairs := len(each) / d.StateDim
	column := make([]float64, pairs)
	for j := range d.StateDim {
		for i := range column {
			column[i] = each[i*d.StateDim+j]
		}
		mean, std := stat.MeanStdDev(column, nil)
		out.Gradient, out.GradientStdErr = append(out.Gradient, mean), append(out.GradientStdErr, std/math.Sqrt(float64(pairs)))
	}
	return out, nil
}

// step is the number of the step that begins at t.
func (p *Policy) step(t float64) (int, error) {
	d := p.Problem
	if n, ok := d.Grid.At(t); ok {
		return n, nil
	}
	below := d.Grid.Step(t)
	return 0, pointError(d.Name, "t", "is %g, want a time of the grid, such as %g or %g, from 0 to %g", t, d.Time(below), d.Time(below+1), d.Time(d.Steps))
}

func (p *Policy) atHorizon(out *PolicyEstimate) error {
	x := expr.Input("x", p.Problem.StateDim)
	final, err := expr.Compile(p.Problem.Final(x), x)
	if err != nil {
		return err
	}
	out.Value, out.Gradient, err = valueAndGradient(final, out.State)
	out.CI95, out.GradientStdErr = [2]float64{out.Value, out.Value}, make([]float64, len(out.State))
	return err
}
