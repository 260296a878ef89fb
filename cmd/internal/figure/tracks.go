package figure

import (
	"fmt"
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
// their order, the optimal one in dashes, without a band that would hide the others'.
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
	optimal, shade := t.Name == "optimal", blue
	if t.Name == "trained" {
		shade = orange
	}
	var dashed []vg.Length
	if optimal && len(t.Lines) <= 20 { // dashes of more lines would make a pattern
		dashed = dashes
	}
	along := func(v []float64) (points plotter.XYs) {
		for n, y := range v {
			points = append(points, plotter.XY{X: t.T[n], Y: y})
		}
		return points
	}
	draw := func(v []float64, width float64) []plot.Thumbnailer {
		line, err := plotter.NewLine(along(v))
		if err != nil {
			return nil
		}
		line.Color, line.Width = shade, vg.Points(width)
		line.Dashes = dashed
		p.Add(line)
		return []plot.Thumbnailer{line}
	}
	explain := func(what string, thumbs ...plot.Thumbnailer) { f.explain(t.Name+": "+what, thumbs...) }
	width, what := 0.5, "sample paths"
	switch {
	case many:
		width, what = 0.8, "median of each"
		if len(t.Lines) > 20 { // they would be one area
			width = 0.4
		}
	case optimal:
		explain("5 and 95 %", slices.Concat(draw(t.Low, 1), draw(t.High, 1))...)
		explain("median", draw(t.Median, 2)...)
	default:
		upper := along(t.High)
		slices.Reverse(upper)
		area, err := plotter.NewPolygon(append(along(t.Low), upper...))
		if err != nil {
			break
		}
		area.Color, area.LineStyle.Width = faint(shade), 0
		p.Add(area)
		explain("median, 5 to 95 %", append([]plot.Thumbnailer{area}, draw(t.Median, 2)...)...)
	}
	for _, path := range t.Lines {
		draw(path, width)
	}
	if len(t.Lines) > 0 { // as wide as can be seen in the key
		example := &plotter.Line{LineStyle: plotter.DefaultLineStyle}
		example.Color, example.Width, example.Dashes = shade, vg.Points(1.2), dashed
		explain(what, example)
	}
}
