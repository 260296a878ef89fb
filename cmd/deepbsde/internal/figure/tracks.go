package figure

import (
	"fmt"
	"image/color"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// Track is something that develops in time, under each policy; or many things of a kind.
type Track struct {
	Name     string
	Many     bool // of many things the median of each, as lines
	Policies []Tracked
}

// Tracked is a track under one policy: the points of time, the 5, 50 and 95 % quantiles at
// each, and sample paths of the same length; of many things the lines alone.
type Tracked struct {
	Name              string // trained or optimal
	T                 []float64
	Low, Median, High []float64
	Lines             [][]float64
}

// Shows is what is drawn of it, in words.
func (t Track) Shows() string {
	lines := len(t.Policies[0].Lines)
	if t.Many {
		return fmt.Sprintf("the median of each of %d", lines)
	}
	return fmt.Sprintf("the median, the band from 5 to 95 %% and %d sample paths", lines)
}

// Tracks draws tracks against time, which the clock counts: the 5 and 95 % quantiles as a
// band, the median, and the sample paths. The policies stand on top of each other in
// their order, the optimal one dashed.
func Tracks(title, clock string, tracks []Track) *Figure {
	f := &Figure{Title: title}
	for _, track := range tracks {
		p := newPanel(clock, track.Name)
		for _, t := range track.Policies {
			f.addTracked(p, t, track.Many)
		}
		addMargin(p)
		f.panels = append(f.panels, p)
	}
	return f
}

// addTracked adds one policy to a panel.
func (f *Figure) addTracked(p *plot.Plot, t Tracked, many bool) {
	shade := blue
	if t.Name == "trained" {
		shade = orange
	}
	along := func(v []float64) (points plotter.XYs) {
		for n, y := range v {
			points = append(points, plotter.XY{X: t.T[n], Y: y})
		}
		return points
	}
	upper := along(t.High)
	slices.Reverse(upper)
	if area, err := plotter.NewPolygon(append(along(t.Low), upper...)); err == nil && !many {
		area.Color = color.NRGBA{R: shade.R, G: shade.G, B: shade.B, A: 0x30}
		area.LineStyle.Width = 0
		p.Add(area)
	}
	draw := func(points plotter.XYs, width float64, what string) {
		if line, err := plotter.NewLine(points); err == nil {
			line.Color, line.Width = shade, vg.Points(width)
			if t.Name == "optimal" {
				line.Dashes = dashes
			}
			p.Add(line)
			f.explain(t.Name+": "+what, line)
		}
	}
	width, what := 0.5, "sample paths"
	if many {
		width, what = 0.8, "median of each"
	} else {
		draw(along(t.Median), 2, "median, 5 to 95 %")
	}
	for _, path := range t.Lines {
		draw(along(path), width, what)
	}
}
