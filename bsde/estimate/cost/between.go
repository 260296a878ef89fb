package cost

import (
	"context"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/control"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// largeBetween is the share of the cost, or of the spread of X, that may happen between the points of all levels.
const largeBetween = 0.01

// ofLevels are the weights of the levels in the value that steps makes: V₁ + D₁ + 2/3 D₂ + 8/3 D₃.
var ofLevels = []estimate.Level{{Parts: 2, Weight: 1. / 3}, {Parts: 4, Weight: -2}, {Parts: 8, Weight: 8. / 3}}

// between is what L does to the cost between the points of all levels, and b and s to X in its standard deviations at the
// end: a season or a pulse that no level sees. States and actions are kept over each step.
func (p policy) between(ctx context.Context) (inCost, inX float64, err error) {
	const paths = 32
	d := p.Problem
	o, err := control.Simulate(context.WithoutCancel(ctx), d, p.Policy, control.Simulation{
		Paths: 2 * paths, Record: paths, Seed: p.Seed, Purpose: purposeOfStates, Workers: p.Workers,
	})
	if err != nil {
		return 0, 0, err
	}
	t, x, a := expr.Input("t", 1), expr.Input("x", d.StateDim), expr.Input("a", d.ActionDim)
	times, lengths := make([]float64, d.Grid.Steps()), make([]float64, d.Grid.Steps())
	for n := range times {
		times[n], lengths[n] = d.Grid.Time(n), d.Grid.Length(n)
	}
	// left is that of the mean of component j of a function over the paths; 0 where it does not depend on t.
	left := func(of expr.Value, width int, take func(v []float64) float64) (float64, error) {
		list, err := expr.Nodes(of, t, x, a)
		if err != nil || !equation.DependsOn(list, 0, false)[len(list)-1] {
			return 0, err
		}
		f, err := expr.Compile(of, t, x, a)
		if err != nil {
			return 0, err
		}
		rows := len(o.Records)
		states, actions, out := make([]float64, 0, rows*d.StateDim), make([]float64, 0, rows*d.ActionDim), make([]float64, rows*width)
		at := -1
		return estimate.Left(times, lengths, ofLevels, func(n int, t float64) (float64, error) {
			if n != at {
				states, actions, at = states[:0], actions[:0], n
				for _, r := range o.Records {
					states, actions = append(states, r.States[n]...), append(actions, r.Actions[n]...)
				}
			}
			err := f.Eval(rows, out, []float64{t}, states, actions)
			return take(out), err
		})
	}
	if d.RunningCost != nil {
		if inCost, err = left(d.RunningCost(t, x, a), 1, func(v []float64) float64 { return stat.Mean(v, nil) }); err != nil {
			return 0, 0, err
		}
	}
	ones := make([]float64, d.Noises())
	floats.AddConst(1/math.Sqrt(float64(len(ones))), ones)
	var moves []expr.Value
	if d.Drift != nil {
		moves = append(moves, d.Drift(t, x, a))
	}
	switch noise := expr.Vector(ones); {
	case d.Noise != nil:
		moves = append(moves, d.Noise(t, x, a, noise))
	case d.Diffusion != nil:
		moves = append(moves, d.Diffusion.Mul(t, x, noise))
	}
	end := make([]float64, len(o.Records))
	for j := range d.StateDim {
		for r, record := range o.Records {
			end[r] = record.States[len(record.States)-1][j]
		}
		std := stat.StdDev(end, nil)
		if !(std > 0) {
			continue
		}
		for i, move := range moves {
			v, err := left(move, d.StateDim, func(v []float64) float64 {
				sum := 0.0
				for r := range o.Records {
					sum += v[r*d.StateDim+j]
				}
				return sum / float64(len(o.Records))
			})
			if err != nil {
				return 0, 0, err
			}
			if i == len(moves)-1 {
				v /= math.Sqrt(d.Horizon) // ΔW = 1 over a unit of time
			}
			inX = math.Max(inX, math.Abs(v)/std)
		}
	}
	return inCost, inX, nil
}
