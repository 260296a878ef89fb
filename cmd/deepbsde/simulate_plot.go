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

// panels draws the chosen state and action and the cost so far against time: the 5 and
// 95 % quantiles as a band, the median, and a few sample paths of the trained policy on
// the noise that the optimal one saw.
func (s *simulated) panels() []*plot.Plot {
	var list []*plot.Plot
	for _, track := range s.tracks() {
		p := plot.New()
		p.Title.Text = identity(s.member)
		p.X.Label.Text, p.Y.Label.Text = "time", track.name
		p.Legend.Top, p.Legend.Padding = true, vg.Millimeter
		p.Add(plotter.NewGrid())
		for i := range s.policies { // the optimal one, dashed, on top
			s.draw(p, s.policies[i], track)
		}
		room := 0.6 * (p.Y.Max - p.Y.Min) // for the legend
		p.Y.Max += room
		list = append(list, p)
	}
	return list
}

// draw adds one policy to a panel.
func (s *simulated) draw(p *plot.Plot, policy simulatedPolicy, t track) {
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
			line.Dashes = []vg.Length{vg.Points(5), vg.Points(3)}
		}
		p.Add(line)
		p.Legend.Add(policy.name+": median, 5 to 95 %", line)
	}
	for i := range policy.Records[:min(samplePaths, len(policy.Records))] {
		var path plotter.XYs
		for n := range t.n {
			path = append(path, plotter.XY{X: times(n), Y: t.get(&policy.Records[i], n)})
		}
		if line, err := plotter.NewLine(path); err == nil {
			line.Color, line.Width = shade, vg.Points(0.5)
			if policy.name == "optimal" {
				line.Dashes = []vg.Length{vg.Points(5), vg.Points(3)}
			}
			p.Add(line)
			if i == 0 {
				p.Legend.Add(policy.name+": sample paths", line)
			}
		}
	}
}
