package ruled

import (
	"fmt"

	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/points"
	"github.com/deepbsde/deepbsde/cmd/internal/figure"
)

const (
	linePoints  = 801
	planePoints = 161
	// panels is the number of dates with a panel of their own.
	panels = 4
	// drawn is the number of paths whose ends are marked.
	drawn = 400
)

// Region asks for the gain of exercise, see exercise.Solution.Gain, in states as far as paths end, and is that as a
// picture. It is for one or two dimensions; start is x0.
func (s *Simulation) Region(start []float64, gain func(t float64, x []float64) ([]float64, error)) (*figure.Region, error) {
	if s.Dim > 2 || len(s.Dates) == 0 {
		return nil, fmt.Errorf("%s: a picture of the rule needs one or two dimensions, and a date before T; 'deepbsde plot RUN --what plane' shows where it stops in a plane through x0", s.Identity)
	}
	r := &figure.Region{Title: s.Identity, N: linePoints, X: s.axis(0, start), Start: figure.Point{Y: start[0]}, End: s.Horizon, Of: len(s.Dates)}
	chosen := s.Dates
	if s.Dim == 2 {
		r.N, r.Y, r.Start = planePoints, s.axis(1, start), figure.Point{X: start[0], Y: start[1]}
		chosen = spread(s.Dates, panels)
	}
	x := r.States()
	for _, t := range chosen {
		g, err := gain(t, x)
		if err != nil {
			return nil, err
		}
		at := figure.RegionDate{Time: t, Gain: g}
		for _, p := range s.Paths[:min(len(s.Paths), drawn*s.Dim)] {
			switch {
			case p.Held || p.Time != t:
			case s.Dim == 1:
				at.Stopped = append(at.Stopped, figure.Point{X: t, Y: p.State[0]})
			default:
				at.Stopped = append(at.Stopped, figure.Point{X: p.State[0], Y: p.State[1]})
			}
		}
		r.Dates = append(r.Dates, at)
	}
	return r, nil
}

// axis is a component as far as all but few of the paths end, and x0.
func (s *Simulation) axis(k int, start []float64) figure.Axis {
	v := make([]float64, len(s.Paths))
	for i, p := range s.Paths {
		v[i] = p.State[k]
	}
	name := words.Component(s.States, k, "x")
	if len(start) == 1 && s.States == nil {
		name = "x"
	}
	low, high := points.Reach(v, 0.005, start[k])
	return figure.Axis{Name: name, Low: low, High: high}
}

// spread is at most so many of a list, the first and the last among them.
func spread(list []float64, most int) (some []float64) {
	if len(list) <= most {
		return list
	}
	for i := range most {
		some = append(some, list[i*(len(list)-1)/(most-1)])
	}
	return some
}
