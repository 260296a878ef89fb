package simulated

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/deepbsde/deepbsde/cmd/internal/figure"
	"github.com/deepbsde/deepbsde/control"
)

// samplePaths are drawn in full beside the quantiles.
const samplePaths = 3

// MostDrawn is how many states or actions have a panel each; more are drawn in one.
const MostDrawn = 8

// Figure draws the chosen component of state and action and the cost so far.
func (s *Simulation) Figure() *figure.Figure { return s.figure(s.drawn(s.tracks(s.Component))) }

// Overview draws all components of the state, then of the action, and the cost so far.
func (s *Simulation) Overview() *figure.Figure { return s.figure(s.Tracks()) }

// figure draws tracks against time with a few sample paths of each policy on the same
// noise.
func (s *Simulation) figure(tracks []figure.Track) *figure.Figure {
	return figure.Tracks(s.Identity+s.Unfinished, s.Clock(), tracks)
}

// Clock is what counts the time.
func (s *Simulation) Clock() string {
	if s.Stages {
		return "stage"
	}
	return "time t"
}

// Tracks are all components of the state, then of the action, and the cost so far.
func (s *Simulation) Tracks() []figure.Track {
	var states, actions []track
	for k := range s.Grid.StateDim {
		states = append(states, s.state(k))
	}
	for k := range s.Grid.ActionDim {
		actions = append(actions, s.action(k))
	}
	list := append(s.together("states", states), s.together("actions", actions)...)
	return append(list, s.drawn([]track{s.cost()})...)
}

// together is tracks of one kind, the medians of all in one where there are many, or of those of one name: prices[0]
// to prices[9] of a state in one, its signals in the next.
func (s *Simulation) together(kind string, tracks []track) (list []figure.Track) {
	if len(tracks) <= MostDrawn {
		return s.drawn(tracks)
	}
	for len(tracks) > 0 {
		name := stem(tracks[0].name)
		n := slices.IndexFunc(tracks, func(t track) bool { return stem(t.name) != name })
		if n < 0 {
			n = len(tracks)
		}
		list = append(list, s.medians(Together(kind, n, func(k int) string { return tracks[k].name }), tracks[:n]))
		tracks = tracks[n:]
	}
	return list
}

// Together is what many components of a kind, states or actions, are called in one panel: by the name that they share.
func Together(kind string, count int, name func(k int) string) string {
	switch shared := stem(name(0)); {
	case shared == "" || shared != stem(name(count-1)) || shared == "state x" || shared == "action a":
		return fmt.Sprintf("the %d %s", count, kind)
	default:
		return fmt.Sprintf("%s, all %d", shared, count)
	}
}

var numbered = regexp.MustCompile(`\[\d+\]$`)

// stem is the name that a component shares with its neighbours, without its number; "" for a name of its own.
func stem(name string) string {
	if at := numbered.FindStringIndex(name); at != nil {
		return name[:at[0]]
	}
	return ""
}

// medians are those of many tracks in one.
func (s *Simulation) medians(name string, tracks []track) figure.Track {
	all := figure.Track{Name: name, Many: true}
	for _, p := range s.Policies {
		one := figure.Tracked{Name: p.Name}
		for _, t := range tracks {
			of := s.tracked(p, t)
			one.T, one.Lines = of.T, append(one.Lines, of.Median)
		}
		all.Policies = append(all.Policies, one)
	}
	return all
}

// drawn is tracks for a picture, without what is 0 until it jumps at the end, as a cost that
// is terminal alone: a vertical line tells nothing.
func (s *Simulation) drawn(tracks []track) (list []figure.Track) {
	for _, t := range tracks {
		if t.end && s.nothingBefore(t) {
			continue
		}
		one := figure.Track{Name: t.name}
		for _, p := range s.Policies {
			one.Policies = append(one.Policies, s.tracked(p, t))
		}
		list = append(list, one)
	}
	return list
}

// nothingBefore tells that a track is 0 on all paths before its last value.
func (s *Simulation) nothingBefore(t track) bool {
	for _, p := range s.Policies {
		for i := range p.Records {
			for n := range t.n - 1 {
				if t.get(&p.Records[i], n) != 0 {
					return false
				}
			}
		}
	}
	return true
}

// tracked is a track under one policy.
func (s *Simulation) tracked(p Policy, t track) figure.Tracked {
	out := figure.Tracked{Name: p.Name, Lines: make([][]float64, min(samplePaths, len(p.Records)))}
	for n := range t.n {
		q := quantiles(p.at(func(r *control.Record) float64 { return t.get(r, n) }))
		out.T = append(out.T, s.Grid.Time(min(n, s.Grid.Steps)))
		out.Low, out.Median, out.High = append(out.Low, q[0]), append(out.Median, q[1]), append(out.High, q[2])
		for i := range out.Lines {
			out.Lines[i] = append(out.Lines[i], t.get(&p.Records[i], n))
		}
	}
	return out
}
