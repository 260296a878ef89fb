package simulated

import (
	"fmt"

	"github.com/deepbsde/deepbsde/control"
)

// track is something that develops in time; it has values for n steps.
type track struct {
	name string
	n    int
	get  func(r *control.Record, step int) float64
}

// tracks are component k of the state and of the action, and the cost so far.
func (s *Simulation) tracks(k int) (list []track) {
	name := func(names []string, otherwise string) string {
		if names != nil {
			return names[k]
		}
		return fmt.Sprintf(otherwise, k)
	}
	if k < s.Grid.StateDim {
		list = append(list, track{name(s.Grid.StateNames, "state x[%d]"), s.Grid.Steps + 1, func(r *control.Record, n int) float64 { return r.States[n][k] }})
	}
	if k < s.Grid.ActionDim {
		list = append(list, track{name(s.Grid.ActionNames, "action a[%d]"), s.Grid.Steps, func(r *control.Record, n int) float64 { return r.Actions[n][k] }})
	}
	cost := "cost so far"
	if s.Grid.Maximize {
		cost = "reward so far"
	}
	return append(list, track{cost, s.Grid.Steps + 2, func(r *control.Record, n int) float64 { return r.Costs[n] }})
}
