package cost

import (
	"context"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde/internal/between"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/control"
	"gonum.org/v1/gonum/floats"
)

// largeBetween is the share of the cost, or of the spread of X, that may happen between the points of all levels.
const largeBetween = 0.01

// ofLevels are the weights of the levels in the value that steps makes: V₁ + D₁ + 2/3 D₂ + 8/3 D₃.
var ofLevels = []between.Level{{Parts: 2, Weight: 1. / 3}, {Parts: 4, Weight: -2}, {Parts: 8, Weight: 8. / 3}}

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
	// left is that of the mean of a function over the paths; nil where it does not depend on t.
	left := func(of expr.Value, width int) ([]float64, error) {
		list, err := expr.Nodes(of, t, x, a)
		if err != nil || !equation.DependsOn(list, 0, false)[len(list)-1] {
			return nil, err
		}
		f, err := expr.Compile(of, t, x, a)
		if err != nil {
			return nil, err
		}
		rows := len(o.Records)
		var states, actions []float64
		all, at := make([]float64, rows*width), -1
		return between.Left(times, lengths, ofLevels, width, func(n int, t float64, out []float64) error {
			if n != at {
				states, actions, at = states[:0], actions[:0], n
				for _, r := range o.Records {
					states, actions = append(states, r.States[n]...), append(actions, r.Actions[n]...)
				}
			}
			err := f.Eval(rows, all, []float64{t}, states, actions)
			clear(out)
			for r := range rows {
				floats.AddScaled(out, 1/float64(rows), all[r*width:(r+1)*width])
			}
			return err
		})
	}
	if d.RunningCost != nil {
		v, err := left(d.RunningCost(t, x, a), 1)
		if err != nil {
			return 0, 0, err
		}
		inCost = floats.Sum(v)
	}
	var ends []float64
	for _, r := range o.Records {
		ends = append(ends, r.States[len(r.States)-1]...)
	}
	moves := func(of expr.Value, unit float64) error {
		v, err := left(of, d.StateDim)
		inX = math.Max(inX, between.InDeviations(v, ends)/unit)
		return err
	}
	if d.Drift != nil {
		if err := moves(d.Drift(t, x, a), 1); err != nil {
			return 0, 0, err
		}
	}
	ones := make([]float64, d.Noises())
	floats.AddConst(1/math.Sqrt(float64(len(ones))), ones)
	unit := math.Sqrt(d.Horizon) // ΔW = 1 over a unit of time
	switch noise := expr.Vector(ones); {
	case d.Noise != nil:
		err = moves(d.Noise(t, x, a, noise), unit)
	case d.Diffusion != nil:
		err = moves(d.Diffusion.Mul(t, x, noise), unit)
	}
	return inCost, inX, err
}
