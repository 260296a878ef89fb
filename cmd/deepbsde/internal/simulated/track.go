package simulated

import (
	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/control"
)

// track is something that develops in time; it has values for n steps.
type track struct {
	name string
	n    int
	end  bool // the last value is one more at the end
	get  func(r *control.Record, step int) float64
}

// tracks are component k of the state and of the action, and the cost so far.
func (s *Simulation) tracks(k int) (list []track) {
	if k < s.Grid.StateDim {
		list = append(list, s.state(k))
	}
	if k < s.Grid.ActionDim {
		list = append(list, s.action(k))
	}
	return append(list, s.cost())
}

// state is component k of the state.
func (s *Simulation) state(k int) track {
	return track{name: words.Component(s.Grid.StateNames, k, "state x"), n: s.Grid.Steps + 1,
		get: func(r *control.Record, n int) float64 { return r.States[n][k] }}
}

// action is component k of the action.
func (s *Simulation) action(k int) track {
	return track{name: words.Component(s.Grid.ActionNames, k, "action a"), n: s.Grid.Steps,
		get: func(r *control.Record, n int) float64 { return r.Actions[n][k] }}
}

// cost is the cost so far, at last with the terminal one.
func (s *Simulation) cost() track {
	name := "cost so far"
	if s.Grid.Maximize {
		name = "reward so far"
	}
	return track{name: name, n: s.Grid.Steps + 2, end: true,
		get: func(r *control.Record, n int) float64 { return r.Costs[n] }}
}
