package problems

import (
	"context"
	"fmt"
	"math"
	"sync"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/control/reference/programme"
	"github.com/deepbsde/deepbsde/pde"
)

var energyStorage = &Family{
	Name:  "energy-storage",
	Title: "storage between wind supply, a random price and a demand",
	Equation: `state: energy R in the storage, wind W, price P; stages t = 0, 1, … are hours
actions: c = wind → storage,   0 ≤ c ≤ min(W, rate, (capacity − R)/η)
         s = storage → demand and market,   0 ≤ s ≤ min(R, rate)
R' = R + ηc − s
W' = W + 0.2 (5 − W) + σ_W w₁, cut off at 0 and 10
P' = P̄(t+1) + 0.7 (P − P̄(t)) + σ_P w₂, cut off at 0 and 60
maximise E Σ P·(min(D(t), W − c) + s)
D(t) = 5 − 2.5 cos(π(t−6)/12), P̄(t) = 30 − 10 cos(π(t−6)/12)
R_0 = 0, W_0 = 5, P_0 = P̄(0)`,
	Citation: hanE2016 + ", example 2; after Jiang, Powell (2015), Oper. Res. 63(6); the numbers are this library's",
	Dim:      3,
	Params: []Param{
		{Name: "stages", Default: 24, Doc: "number of hours, a whole number", Min: 1, Max: 240},
		positive("capacity", 10, "of the storage, MWh"),
		positive("rate", 4, "largest charge and largest discharge, MWh an hour"),
		{Name: "efficiency", Default: 0.9, Doc: "η, of charging", Min: 0, Max: 1, Open: true},
		{Name: "wind-volatility", Default: 1.2, Doc: "σ_W, MWh, at most 3", Min: 0, Max: 3},
		{Name: "price-volatility", Default: 4, Doc: "σ_P, money a MWh, at most 10", Min: 0, Max: 10},
	},
	Recorded: &pde.Reference{
		Value: 3662.93, StdErr: 3.0, Method: "dynamic programming on a grid",
		Source: "deepbsde reference energy-storage: 25×17×17 points, against half of them in each axis",
	},
	Training: map[string]Training{
		"shared":   {Iterations: 3000, LearningRate: 5e-3},
		"per-step": {Iterations: 4000, LearningRate: 5e-3},
	},
	Definition: Definition{
		Control: func(dim int, v Values) (*Control, error) {
			if dim != 3 {
				return nil, fmt.Errorf("dimension %d, want 3: storage, wind and price", dim)
			}
			if v["stages"] != math.Floor(v["stages"]) {
				return nil, fmt.Errorf("parameter stages is %g, want a whole number", v["stages"])
			}
			s := storage{int(v["stages"]), v["capacity"], v["rate"], v["efficiency"], v["wind-volatility"], v["price-volatility"]}
			solve := s.solver()
			return &Control{
				Problem: s.problem(),
				Slow:    true,
				Optimal: func(ctx context.Context, d *control.Discrete) (control.Policy, error) {
					return solve(ctx, d, 0)
				},
				References: []ControlReference{{
					Name: "dynamic-programming",
					Doc:  "backward induction on a grid of storage, wind and price",
					Run: func(ctx context.Context, d *control.Discrete, sampling pde.Sampling) (*pde.Reference, error) {
						solution, err := solve(ctx, d, sampling.Workers)
						if err != nil {
							return nil, err
						}
						return solution.Reference()
					},
				}},
			}, nil
		},
	},
}

// storage are the parameters. Wind that is neither used nor stored is lost; the market
// sells what the demand lacks, and its price is that of the demand, so that a MWh from
// the storage earns P wherever it goes, and of the wind that is not stored the demand
// gets as much as it takes: of the five flows (wind → demand, wind → storage, storage →
// demand, storage → market, market → demand) two are free.
type storage struct {
	stages                     int
	capacity, rate, efficiency float64
	windNoise, priceNoise      float64
}

const (
	windMean, windReturn, windMost    = 5, 0.2, 10
	priceMean, priceMemory, priceMost = 30, 0.7, 60
	demandMean, demandSwing           = 5, 2.5 // MWh
	priceSwing                        = 10
	troughHour                        = 6
)

// hourAngle is π/12 from π rounded first, as in a problem file; a constant expression
// would be rounded once.
var hourAngle = pi / 12

// pi is a variable, so that it is rounded.
var pi = math.Pi

// daily is mean − swing·cos(2π(t − 6)/24): least at 6 in the morning, most at 18.
func daily(t expr.Value, mean, swing float64) expr.Value {
	return t.AddConst(-troughHour).Scale(hourAngle).Cos().Scale(-swing).AddConst(mean)
}

func (s storage) problem() control.Problem {
	between := func(v expr.Value, lo, hi float64) expr.Value { return v.Max(expr.Const(lo)).Min(expr.Const(hi)) }
	return control.Problem{
		StateDim: 3, ActionDim: 2, NoiseDim: 2, Stages: s.stages, Maximize: true,
		StateNames:  []string{"in storage, MWh", "wind, MWh an hour", "price of a MWh"},
		ActionNames: []string{"into storage, MWh an hour", "out of storage, MWh an hour"},
		Start:       []float64{0, windMean, priceMean - priceSwing*math.Cos(hourAngle*troughHour)},
		Transition: func(t, x, a, w expr.Value) expr.Value {
			wind, price := x.At(1), x.At(2)
			level := x.At(0).Add(a.Dot(expr.Vector([]float64{s.efficiency, -1})))
			wind = wind.Scale(1 - windReturn).AddConst(windReturn * windMean).Add(w.At(0).Scale(s.windNoise))
			price = price.Sub(daily(t, priceMean, priceSwing)).Scale(priceMemory).
				Add(daily(t.AddConst(1), priceMean, priceSwing)).Add(w.At(1).Scale(s.priceNoise))
			// The bounds of the actions keep the level within the storage but for rounding.
			return expr.Concat(between(level, 0, s.capacity), between(wind, 0, windMost), between(price, 0, priceMost))
		},
		RunningCost: func(t, x, a expr.Value) expr.Value {
			served := daily(t, demandMean, demandSwing).Min(x.At(1).Sub(a.At(0)))
			return x.At(2).Mul(served.Add(a.At(1)))
		},
		Actions: control.StateBox{
			Lower: func(_, _ expr.Value) expr.Value { return expr.Vector([]float64{0, 0}) },
			Upper: func(_, x expr.Value) expr.Value {
				level := x.At(0)
				room := level.Neg().AddConst(s.capacity).Scale(1 / s.efficiency)
				return expr.Concat(x.At(1).Min(room), level).Min(expr.Const(s.rate))
			},
		},
	}
}

// grid holds all the states that can be reached. A value has kinks in the level, at the
// rate, and in the wind, at the demand, where the interpolation lies below it, and is
// convex in the price, where it lies above.
func (s storage) grid() programme.Grid {
	charge := s.efficiency * math.Min(s.rate, windMost)
	upper := math.Min(s.capacity, charge*float64(s.stages))
	points := 2*int(4*upper/s.rate) + 1 // eight for what an hour discharges
	return programme.Grid{
		Lower: []float64{0, 0, 0}, Upper: []float64{upper, windMost, priceMost},
		Points: []int{min(max(points, 25), 65), 17, 17}, Actions: []int{5, 5}, Zoom: 5, Nodes: 7,
	}
}

// solver solves a discrete problem once, however often and from wherever it is asked
// for; a second problem takes the place of the first.
func (s storage) solver() func(ctx context.Context, d *control.Discrete, workers int) (*programme.Solution, error) {
	var lock sync.Mutex
	var last *control.Discrete
	var solution *programme.Solution
	return func(ctx context.Context, d *control.Discrete, workers int) (*programme.Solution, error) {
		lock.Lock()
		defer lock.Unlock()
		if d == last {
			return solution, nil
		}
		found, err := programme.Solve(ctx, d, s.grid(), workers)
		if err != nil {
			return nil, err
		}
		last, solution = d, found
		return found, nil
	}
}
