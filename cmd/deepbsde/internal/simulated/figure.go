package simulated

import (
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/figure"
	"github.com/deepbsde/deepbsde/control"
)

// SamplePaths are drawn in full beside the quantiles.
const SamplePaths = 3

// drawnComponents are the first ones of state and action.
const drawnComponents = 2

// Figure draws the chosen component of state and action and the cost so far.
func (s *Simulation) Figure() *figure.Figure { return s.figure(s.tracks(s.Component)) }

// Overview draws the first components of the state, then of the action, and the cost so
// far.
func (s *Simulation) Overview() *figure.Figure {
	var states, actions, cost []track
	for k := range min(drawnComponents, max(s.Grid.StateDim, s.Grid.ActionDim)) {
		tracks := s.tracks(k)
		if k < s.Grid.StateDim {
			states = append(states, tracks[0])
		}
		if k < s.Grid.ActionDim {
			actions = append(actions, tracks[len(tracks)-2])
		}
		cost = tracks[len(tracks)-1:]
	}
	return s.figure(append(append(states, actions...), cost...))
}

// figure draws tracks against time with a few sample paths of each policy on the same
// noise.
func (s *Simulation) figure(tracks []track) *figure.Figure {
	clock := "time t"
	if s.Stages {
		clock = "stage"
	}
	var list []figure.Track
	for _, t := range tracks {
		one := figure.Track{Name: t.name}
		for _, p := range s.Policies {
			one.Policies = append(one.Policies, s.tracked(p, t))
		}
		list = append(list, one)
	}
	return figure.Tracks(s.Identity+s.Unfinished, clock, list)
}

// tracked is a track under one policy.
func (s *Simulation) tracked(p Policy, t track) figure.Tracked {
	out := figure.Tracked{Name: p.Name, Samples: make([][]float64, min(SamplePaths, len(p.Records)))}
	for n := range t.n {
		q := quantiles(p.at(func(r *control.Record) float64 { return t.get(r, n) }))
		out.T = append(out.T, s.Grid.Time(min(n, s.Grid.Steps)))
		out.Low, out.Median, out.High = append(out.Low, q[0]), append(out.Median, q[1]), append(out.High, q[2])
		for i := range out.Samples {
			out.Samples[i] = append(out.Samples[i], t.get(&p.Records[i], n))
		}
	}
	return out
}
