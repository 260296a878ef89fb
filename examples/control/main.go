// Control trains a policy for dynamics, costs and constraints of its own.
//
// A house is heated through a day of cold weather. State: the temperature of the room and
// of the walls, in °C above the lowest that is comfortable; action: the heating power, from 0
// to 6 kW. Outside it is coldest at night, people and sun disturb the room at random, and
// power costs twice as much in the evening:
//
//	dR = (k(W − R) + l(O(t) − R) + c·a) dt + s dB,   dW = m(R − W) dt      (t in hours)
//
// The cost is that of the power, plus what the house has lost in warmth at the end. That
// the room stays comfortable, R ≥ 0, is a constraint: no bound on the power guarantees it,
// so its violation is penalised in training and reported by the run.
//
// The reference is dynamic programming on a grid, for the same problem with the penalty as
// a cost like any other. Both policies are simulated on the same noise. The objective is
// cost and penalty together; the other lines are of the trained policy. It prints
//
//	objective    14.33 trained, 14.35 by dynamic programming
//	cost         14.02 without the penalty
//	cold         at most 1.3 °C below comfort; the worst hour of a day 0.28 °C in the mean
//	first power  0.0 kW
package main

import (
	"context"
	"fmt"
	"log"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/policy"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/control/reference/programme"
)

const weight = 2 // of the penalty, currency an hour and °C²

// outside is the temperature of the air, price that of a kWh.
func outside(t expr.Value) expr.Value {
	return t.AddConst(-15).Scale(math.Pi / 12).Cos().Scale(5).AddConst(-15)
}

func price(t expr.Value) expr.Value {
	evening := t.AddConst(-17).Scale(2).Sigmoid().Sub(t.AddConst(-21).Scale(2).Sigmoid())
	return evening.Scale(0.3).AddConst(0.3)
}

func coldness(_, x, _ expr.Value) expr.Value { return x.At(0).Neg() }

var house = control.Problem{
	Name: "house", StateDim: 2, ActionDim: 1, NoiseDim: 1, Horizon: 24, Start: []float64{2, 1},
	StateNames: []string{"room [°C]", "walls [°C]"}, ActionNames: []string{"power [kW]"},
	Drift: func(t, x, a expr.Value) expr.Value {
		room, walls := x.At(0), x.At(1)
		dRoom := walls.Sub(room).Scale(0.4).Add(outside(t).Sub(room).Scale(0.05)).Add(a.Scale(0.4))
		return expr.Concat(dRoom, room.Sub(walls).Scale(0.1))
	},
	Noise: func(_, _, _, dw expr.Value) expr.Value {
		return expr.Concat(dw.Scale(0.3), expr.Const(0))
	},
	RunningCost:  func(t, _, a expr.Value) expr.Value { return price(t).Mul(a) },
	TerminalCost: func(x expr.Value) expr.Value { return x.Sum().AddConst(-3).Scale(-1.5) },
	Actions:      control.Box{Lower: []float64{0}, Upper: []float64{6}},
	Constraints:  []control.Constraint{{Name: "comfort", Violation: coldness, Weight: weight}},
}

func main() {
	ctx := context.Background()
	const steps = 24
	r, err := bsde.Solve(ctx, house, policy.Method{}, &bsde.Settings{Steps: steps, Iterations: 800, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	penalised := house
	penalised.Constraints = nil
	penalised.RunningCost = func(t, x, a expr.Value) expr.Value {
		return house.RunningCost(t, x, a).Add(coldness(t, x, a).Relu().Square().Scale(weight))
	}
	d, err := penalised.Discretise(steps)
	if err != nil {
		log.Fatal(err)
	}
	grid, err := programme.Solve(ctx, d, programme.Grid{Lower: []float64{-4, -4}, Upper: []float64{6, 5}, Points: []int{31, 31}}, 0)
	if err != nil {
		log.Fatal(err)
	}
	objective := func(p control.Policy) *control.Outcome {
		o, err := control.Simulate(ctx, d, p, control.Simulation{Paths: 1024, Seed: 1})
		if err != nil {
			log.Fatal(err)
		}
		return o
	}
	trained, best := objective(r.Policy), objective(grid)
	fmt.Printf("objective    %.2f trained, %.2f by dynamic programming\n", trained.Cost, best.Cost)
	fmt.Printf("cost         %.2f without the penalty\n", r.OnGrid().Value)
	fmt.Printf("cold         at most %.1f °C below comfort; the worst hour of a day %.2f °C in the mean\n", r.Control.Violation[0], r.Control.ViolationMean[0])
	fmt.Printf("first power  %.1f kW\n", r.Control.Action[0])
}
