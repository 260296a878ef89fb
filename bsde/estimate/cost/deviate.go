package cost

import (
	"context"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"github.com/deepbsde/deepbsde/control"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

const (
	// mostTried is the number of components of an action up to which others are tried: those of mostGrid are a
	// grid, more are tried one by one, where they do not restrict each other.
	mostTried = 8
	mostGrid  = 2
	// triedSteps are those at which others are tried, of at most longest, in triedStates states each, or
	// fewestTried in all; triedPaths are those that choose among them, and judgedPaths those that tell
	// what the choice saves.
	triedSteps  = 32
	longest     = 200
	triedStates = 2
	fewestTried = 32
	triedPaths  = 32
	judgedPaths = 64

	purposeOfTrial    = 1<<16 + 3
	purposeOfJudgment = 1<<16 + 4
)

// triedActions are the raw numbers that are tried of an action of one component, and of each of two: in
// a box from near one bound to near the other.
var triedActions = [mostGrid][]float64{{-8, -3, -1.5, -0.5, 0.5, 1.5, 3, 8}, {-8, -2, -0.5, 0.5, 2, 8}}

// deviate tries other actions at single steps, in states along the paths of the policy, with the policy
// before and after. A policy is optimal if no such action is better anywhere (the principle of
// optimality; Bertsekas, Dynamic Programming and Optimal Control, 2017, volume I, section 1.3), and what
// they save over all steps is to first order what the policy loses (Kakade, Langford 2002). Gradients
// along paths do not see that where the way to a better action leads over worse ones, or a sigmoid is flat.
func (p policy) deviate(ctx context.Context, e *estimate.Estimate, doubt func(estimate.Kind, string, ...any)) error {
	d := p.Problem
	if d.ActionDim > mostTried || d.ActionDim > mostGrid && !apart(d.Actions) || d.Steps > longest || len(d.Constraints) > 0 || e.Optimal || len(e.Reasons) > 0 {
		return nil
	}
	saved, stderr, err := p.saved(ctx)
	if size := math.Abs(e.OnGrid().Value); err == nil && saved > nearOptimum*size+3*stderr {
		doubt(estimate.NotOptimal, "other actions at single steps are better, by %.2g %% over all steps", 100*saved/size)
	}
	return err
}

// saved is what the best of the other actions saves, the sum over the steps of its mean over states, with
// its standard error.
func (p policy) saved(ctx context.Context) (sum, stderr float64, err error) {
	d := p.Problem
	steps := min(d.Steps, triedSteps)
	each := (max(triedStates*steps, fewestTried) + steps - 1) / steps
	o, err := control.Simulate(context.WithoutCancel(ctx), d, p.Policy, control.Simulation{
		Paths: 2 * each * steps, Record: each * steps, Seed: p.Seed, Purpose: purposeOfStates, Workers: p.Workers,
	})
	if err != nil {
		return 0, 0, err
	}
	t, x, raw := expr.Input("t", 1), expr.Input("x", d.StateDim), expr.Input("raw", d.ActionDim)
	admit, err := expr.Compile(d.Admit(t, x, raw), t, x, raw)
	if err != nil {
		return 0, 0, err
	}
	variance := 0.0
	for k := range steps {
		n := k * d.Steps / steps
		list := make([]float64, each)
		for i := range list {
			if ctx.Err() != nil {
				return 0, 0, ctx.Err()
			}
			if list[i], err = p.savedAt(ctx, n, o.Records[k*each+i].States[n], admit); err != nil {
				return 0, 0, err
			}
		}
		mean, v := stat.MeanVariance(list, nil)
		sum, variance = sum+mean, variance+v/float64(each)
	}
	of := float64(d.Steps) / float64(steps)
	return of * sum, of * math.Sqrt(variance), nil
}

// savedAt is what the best other action at step n in the state x saves: chosen on some noise, judged on
// other noise, so that choosing among many gains nothing by itself.
func (p policy) savedAt(ctx context.Context, n int, x []float64, admit *expr.Func) (float64, error) {
	d := p.Problem
	costs := func(policy control.Policy, paths int, purpose uint64) ([]float64, error) {
		o, err := control.Simulate(context.WithoutCancel(ctx), d, policy, control.Simulation{
			Paths: paths, Seed: p.Seed, Purpose: uint64(walk.ForEstimate) + purpose, Workers: p.Workers, First: n, Start: x,
		})
		if err != nil {
			return nil, err
		}
		if d.Maximize {
			floats.Scale(-1, o.Pairs)
		}
		return o.Pairs, nil
	}
	own, err := costs(p.Policy, triedPaths, purposeOfTrial)
	if err != nil {
		return 0, err
	}
	var best control.Policy
	most := 0.0
	usual := make([]float64, d.ActionDim)
	if err := p.Policy.Act(n, d.Time(n), 1, x, usual); err != nil {
		return 0, err
	}
	for _, raw := range trials(d.ActionDim) {
		action := make([]float64, d.ActionDim)
		if err := admit.Eval(1, action, []float64{d.Time(n)}, x, raw); err != nil {
			return 0, err
		}
		for j, v := range raw {
			if math.IsNaN(v) {
				action[j] = usual[j]
			}
		}
		other := once{p.Policy, n, action}
		c, err := costs(other, triedPaths, purposeOfTrial)
		if err != nil {
			return 0, err
		}
		floats.SubTo(c, own, c)
		mean, std := stat.MeanStdDev(c, nil)
		if mean > most && mean > 2*std/math.Sqrt(float64(len(c))) {
			most, best = mean, other
		}
	}
	if best == nil {
		return 0, nil
	}
	if own, err = costs(p.Policy, judgedPaths, purposeOfJudgment); err != nil {
		return 0, err
	}
	c, err := costs(best, judgedPaths, purposeOfJudgment)
	if err != nil {
		return 0, err
	}
	return stat.Mean(own, nil) - stat.Mean(c, nil), nil
}

// apart tells whether the components of an action do not restrict each other.
func apart(set control.Actions) bool {
	_, box := set.(control.Box)
	return set == nil || box
}

// trials are the raw actions of so many components, NaN for one that stays as it is.
func trials(components int) (list [][]float64) {
	if components > mostGrid {
		for j := range components {
			for _, v := range triedActions[0] {
				raw := make([]float64, components)
				for i := range raw {
					raw[i] = math.NaN()
				}
				raw[j] = v
				list = append(list, raw)
			}
		}
		return list
	}
	each := triedActions[components-1]
	list = [][]float64{nil}
	for range components {
		var longer [][]float64
		for _, begin := range list {
			for _, v := range each {
				longer = append(longer, append(append([]float64(nil), begin...), v))
			}
		}
		list = longer
	}
	return list
}

// once is a policy with another action at one step.
type once struct {
	control.Policy
	step   int
	action []float64
}

// Act is that of the policy but for the step.
func (o once) Act(n int, t float64, rows int, x, a []float64) error {
	if n != o.step {
		return o.Policy.Act(n, t, rows, x, a)
	}
	for i := range rows {
		copy(a[i*len(o.action):], o.action)
	}
	return nil
}
