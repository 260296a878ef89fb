package simulated

import (
	"testing"

	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/grid"
)

// simulation is one of so many states and actions on two paths, which cost so much a step and
// one at the end.
func simulation(states, actions int, running float64) *Simulation {
	const steps = 4
	p := Policy{Name: "trained", Outcome: &control.Outcome{}}
	for path := range 2 {
		var r control.Record
		for n := range steps + 2 {
			r.Costs = append(r.Costs, running*float64(n))
			x, a := make([]float64, states), make([]float64, actions)
			for k := range x {
				x[k] = float64(path + n*k)
			}
			if n <= steps {
				r.States = append(r.States, x)
			}
			if n < steps {
				r.Actions = append(r.Actions, a)
			}
		}
		r.Costs[steps+1]++
		p.Records = append(p.Records, r)
	}
	d := &control.Discrete{Problem: control.Problem{StateDim: states, ActionDim: actions}, Grid: grid.Uniform(1, steps), Steps: steps}
	d.ActionNames = make([]string, actions)
	for k := range actions {
		d.ActionNames[k] = "pump " + string(rune('A'+k))
	}
	return &Simulation{Grid: d, Policies: []Policy{p}}
}

// TestAllComponents: every state and every action is drawn under its name, many in one panel,
// and no cost that is a vertical line.
func TestAllComponents(t *testing.T) {
	for _, c := range []struct {
		states, actions int
		running         float64
		want            int
	}{
		{3, 3, 1, 7}, {1, 1, 0, 2}, {8, 2, 1, 11}, {20, 8, 0, 9}, {20, 20, 1, 3},
	} {
		s := simulation(c.states, c.actions, c.running)
		tracks := s.Tracks()
		if len(tracks) != c.want {
			t.Errorf("%d states and %d actions: %d panels, want %d", c.states, c.actions, len(tracks), c.want)
		}
		shown := 0
		for _, one := range tracks {
			if shown++; one.Many {
				shown += len(one.Policies[0].Lines) - 1
			}
		}
		if c.running > 0 {
			shown-- // the cost
		}
		if shown != c.states+c.actions {
			t.Errorf("%d states and %d actions: %d are shown", c.states, c.actions, shown)
		}
	}
	s := simulation(3, 3, 1)
	if tracks := s.Tracks(); tracks[1].Name != "state x[1]" || tracks[5].Name != "pump C" || tracks[6].Name != "cost so far" {
		t.Errorf("panels %+v", tracks)
	}
	s = simulation(12, 1, 1)
	s.Grid.StateNames = pde.Numbered(6, "price", "shares left")
	if tracks := s.Tracks(); len(tracks) != 4 || tracks[0].Name != "price, all 6" || tracks[1].Name != "shares left, all 6" || len(tracks[1].Policies[0].Lines) != 6 {
		t.Errorf("panels %+v", tracks)
	}
	if s = simulation(1, 1, 0); len(s.drawn(s.tracks(0))) != 2 {
		t.Error("a reward at the end alone is drawn")
	}
}
