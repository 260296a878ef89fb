package main

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"github.com/deepbsde/deepbsde/control"
)

// samplePaths are drawn in full beside the quantiles.
const samplePaths = 3

// figure draws tracks, such as the chosen state and action and the cost so far, against
// time: the 5 and 95 % quantiles as a band, the median, and a few sample paths of the
// trained policy on the noise that the optimal one saw.
func (s *simulated) figure(tracks []track) *figure {
	f := &figure{title: identity(s.member) + s.unfinished}
	for _, track := range tracks {
		p := newPanel(s.clock(), track.name)
		for i := range s.policies { // the optimal one, dashed, on top
			s.draw(f, p, s.policies[i], track)
		}
		addMargin(p)
		f.panels = append(f.panels, p)
	}
	return f
}

// clock is what the time of the problem counts.
func (s *simulated) clock() string {
	if s.control.Problem.Stages > 0 {
		return "stage"
	}
	return "time t"
}

// draw adds one policy to a panel.
func (s *simulated) draw(f *figure, p *plot.Plot, policy simulatedPolicy, t track) {
	shade := blue
	if policy.name == "trained" {
		shade = orange
	}
	times := func(n int) float64 { return s.grid.Time(min(n, s.grid.Steps)) }
	var median, band plotter.XYs
	var upper plotter.XYs
	for n := range t.n {
		q := quantiles(policy.at(func(r *control.Record) float64 { return t.get(r, n) }))
		band = append(band, plotter.XY{X: times(n), Y: q[0]})
		median = append(median, plotter.XY{X: times(n), Y: q[1]})
		upper = append(upper, plotter.XY{X: times(n), Y: q[2]})
	}
	for i := len(upper) - 1; i >= 0; i-- {
		band = append(band, upper[i])
	}
	if area, err := plotter.NewPolygon(band); err == nil {
		area.Color = color.NRGBA{R: shade.R, G: shade.G, B: shade.B, A: 0x30}
		area.LineStyle.Width = 0
		p.Add(area)
	}
	if line, err := plotter.NewLine(median); err == nil {
		line.Color, line.Width = shade, vg.Points(2)
		if policy.name == "optimal" {
			line.Dashes = dashes
		}
		p.Add(line)
		f.explain(policy.name+": median, 5 to 95 %", line)
	}
	for i := range policy.Records[:min(samplePaths, len(policy.Records))] {
		var path plotter.XYs
		for n := range t.n {
			path = append(path, plotter.XY{X: times(n), Y: t.get(&policy.Records[i], n)})
		}
		if line, err := plotter.NewLine(path); err == nil {
			line.Color, line.Width = shade, vg.Points(0.5)
			if policy.name == "optimal" {
				line.Dashes = dashes
			}
			p.Add(line)
			f.explain(policy.name+": sample paths", line)
		}
	}
}
