package policy

import (
	"context"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"github.com/deepbsde/deepbsde/control"
	"gonum.org/v1/gonum/stat"
)

// scales are the orders of magnitude of a control problem, from paths under random
// actions. They make the network's inputs and the loss of order 1.
type scales struct {
	mean       [][]float64 // of X at each time step, N×d
	invstd     [][]float64 // 1/standard deviation of X, of the order of 1/|X| where X was not seen to vary
	cost       float64     // standard deviation of the cost of a constant raw action, or |mean| where that is more
	fixedStart bool
	structure  *structureScales // nil without a structure
	smooth     *smoothing       // of jumps in training, nil for none
}

// exploringPaths are enough for scales good to some 5 %.
const exploringPaths = 512

// newScales simulates paths whose raw actions are independent standard normal
// numbers, in place of the network's: under a constant action parts of the state that
// only actions move would not vary.
func newScales(ctx context.Context, d *control.Discrete, of *structure, s *bsde.Settings) (*scales, error) {
	nothing := control.PolicyFunc(func(int, float64, []float64, []float64) {})
	o, err := control.Simulate(ctx, d.Exploring(), nothing, control.Simulation{
		Paths: exploringPaths, Record: exploringPaths / 2, Seed: s.Seed, Purpose: uint64(walk.ForStart), Workers: s.Workers,
	})
	if err != nil {
		return nil, err
	}
	out, err := scalesOf(d, nil, o.Records)
	if err == nil && of != nil {
		if of, err = of.choose(out, o.Records); err == nil && of != nil {
			out.structure, err = of.scales(out, o.Records)
		}
	}
	if err != nil {
		return nil, err
	}
	if out.smooth, err = newSmoothing(d, o.Records); err != nil {
		return nil, err
	}
	out.cost, err = costScale(ctx, d, s)
	return out, err
}

// scalesOf are those of recorded paths, but for the cost.
func scalesOf(d *control.Discrete, of *structure, records []control.Record) (*scales, error) {
	out := &scales{fixedStart: d.RandomStart == nil}
	column := make([]float64, len(records))
	for n := range d.Steps {
		mean, invstd := make([]float64, d.StateDim), make([]float64, d.StateDim)
		for j := range mean {
			for i, r := range records {
				column[i] = r.States[n][j]
			}
			m, std := meanAndSpread(column, d.Start[j])
			mean[j], invstd[j] = m, 1/std
		}
		out.mean, out.invstd = append(out.mean, mean), append(out.invstd, invstd)
	}
	if of == nil {
		return out, nil
	}
	var err error
	out.structure, err = of.scales(out, records)
	return out, err
}

// meanAndSpread are the mean and the standard deviation of numbers, of the order of the mean where they do
// not vary. Where they explode, training will say so, and the mean is that of the start.
func meanAndSpread(column []float64, start float64) (mean, std float64) {
	mean, std = stat.MeanStdDev(column, nil)
	if math.IsNaN(mean+std) || math.IsInf(mean+std, 0) {
		mean, std = start, 0
	}
	if !(std > 1e-5*math.Abs(mean)) { // rounding alone; but it may vary elsewhere
		std = math.Max(1, math.Abs(mean))
	}
	return mean, std
}

// costScale is the size of the cost where the raw action is 0 throughout.
func costScale(ctx context.Context, d *control.Discrete, s *bsde.Settings) (float64, error) {
	t, x := expr.Input("t", 1), expr.Input("x", d.StateDim)
	neutral, err := expr.Compile(d.Admit(t, x, expr.Vector(make([]float64, d.ActionDim))).Add(x.At(0).Scale(0)), t, x)
	if err != nil {
		return 0, err
	}
	o, err := control.Simulate(ctx, d, constantRaw{neutral}, control.Simulation{
		Paths: exploringPaths, Seed: s.Seed, Purpose: uint64(walk.ForStart), Workers: s.Workers,
	})
	if err != nil {
		return 0, err
	}
	mean, std := stat.MeanStdDev(o.Costs, nil)
	if scale := math.Max(std, math.Abs(mean)); scale > 0 && !math.IsInf(scale, 1) {
		return scale, nil
	}
	return 1, nil // nothing to go by, or exploding dynamics
}

// constantRaw is the policy of a network whose output is 0.
type constantRaw struct{ action *expr.Func }

// Act evaluates the admissible action.
func (c constantRaw) Act(_ int, t float64, rows int, x, a []float64) error {
	return c.action.Eval(rows, a, []float64{t}, x)
}
