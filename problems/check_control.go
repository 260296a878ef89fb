package problems

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/control/minimizer"
	"github.com/deepbsde/deepbsde/pde"
)

// checkControl simulates a control problem under random constant actions.
func (f *Family) checkControl(ctx context.Context, dim int, set map[string]float64) ([]Checked, error) {
	c, err := f.MakeControl(dim, set)
	if err != nil {
		return nil, err
	}
	p := c.Problem
	list := []Checked{{"shapes", fmt.Sprintf("the functions fit the numbers of states, %d, and of actions, %d, and are finite at the start", p.StateDim, p.ActionDim)}}
	list = f.noteUnused(list)
	steps := f.Training["shared"].Steps
	if steps == 0 {
		steps = checkedSteps
	}
	d, err := p.Discretise(steps)
	if err != nil {
		return list, f.located(err)
	}
	result, err := underConstants(ctx, d)
	if err != nil {
		return list, err
	}
	for i, v := range result.Costs {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return list, f.located(&pde.Error{Problem: p.Name, Field: costField(&p),
				Reason: fmt.Sprintf("the cost of simulated path %d under constant admissible actions is %g, want finite costs", i, v)})
		}
	}
	list = append(list, Checked{"paths", fmt.Sprintf("%d paths of %d steps under constant admissible actions have finite costs, their mean is %.6g", result.Paths, d.Steps, result.Cost)})
	if growth := largestGrowth(result.Records); growth > runaway {
		list = append(list, Checked{"caution", fmt.Sprintf("states grow by a factor of %.1g: a sign or the horizon may be wrong, and training will hardly succeed", growth)})
	}
	var states [][]float64
	for _, r := range result.Records {
		states = append(states, r.States...)
	}
	jumps, err := d.Jumps(states)
	if err != nil {
		return list, err
	}
	for _, jump := range jumps {
		list = append(list, Checked{"caution", jump + ": the gradient along paths does not see that; training replaces it by slopes that become steeper, and may miss the best policy"})
	}
	if p.Minimizer != nil {
		if err := minimizer.Check(d, result.Records); err != nil {
			return list, f.located(err)
		}
		list = append(list, Checked{"minimizer", fmt.Sprintf("no admissible action tried is better at %d points (t, x, p)", minimizer.Points)})
	}
	return list, nil
}

// underConstants are paths under random constant admissible actions.
func underConstants(ctx context.Context, d *control.Discrete) (*control.Outcome, error) {
	t, x, raw := expr.Input("t", 1), expr.Input("x", d.StateDim), expr.Input("raw", d.ActionDim)
	admit, err := expr.Compile(d.Admit(t, x, raw), t, x, raw)
	if err != nil {
		return nil, err
	}
	random := make([]float64, d.ActionDim)
	rng := rand.New(rand.NewPCG(1, uint64(d.ActionDim)))
	for i := range random {
		random[i] = rng.NormFloat64()
	}
	return control.Simulate(ctx, d, constantPolicy{admit, random}, control.Simulation{Paths: checkedPaths, Seed: 1, Record: checkedPaths})
}

// checkMinimizer tries the minimiser that a problem gives, if it does. A wrong one is a *pde.Error.
func (c *Control) checkMinimizer(ctx context.Context) error {
	if c.Problem.Minimizer == nil {
		return nil
	}
	d, err := c.Problem.Discretise(checkedSteps)
	if err != nil {
		return err
	}
	result, err := underConstants(ctx, d)
	if err != nil {
		return err
	}
	return minimizer.Check(d, result.Records)
}

// runaway is the growth of states beyond which a problem is hardly meant so.
const runaway = 1e5

// largestGrowth is by how much the largest states are larger than those of the first step, of
// all paths.
func largestGrowth(paths []control.Record) float64 {
	first, largest := 0.0, 0.0
	for _, r := range paths {
		for n, state := range r.States {
			for _, v := range state {
				largest = math.Max(largest, math.Abs(v))
				if n <= 1 {
					first = math.Max(first, math.Abs(v))
				}
			}
		}
	}
	return largest / first // NaN where all is 0
}

func costField(p *control.Problem) string {
	if p.RunningCost != nil {
		return "RunningCost"
	}
	return "TerminalCost"
}

// constantPolicy takes the admissible action for the same raw numbers everywhere.
type constantPolicy struct {
	admit *expr.Func
	raw   []float64
}

// Act is the action in every row.
func (c constantPolicy) Act(_ int, t float64, rows int, x, a []float64) error {
	return c.admit.Eval(rows, a, []float64{t}, x, c.raw)
}
