package main

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/words"
)

// runColors tell the runs apart; more than six begin again.
var runColors = []color.RGBA{orange, blue, {R: 0x00, G: 0x9e, B: 0x73, A: 0xff}, {R: 0xcc, G: 0x79, B: 0xa7, A: 0xff}, {R: 0xe6, G: 0x9f, B: 0x00, A: 0xff}, {R: 0x56, G: 0xb4, B: 0xe9, A: 0xff}}

var dashes = []vg.Length{vg.Points(5), vg.Points(3)}

// axis is something that can be read off a line of the metrics.
type axis struct {
	label string
	get   func(metricsLine) float64
}

var (
	overSteps   = axis{"gradient steps", func(l metricsLine) float64 { return l.Step }}
	overSeconds = axis{"time in seconds", func(l metricsLine) float64 { return l.Seconds }}
)

// trainingFigure draws value and loss, each over steps and over seconds, or what is
// asked for of these; a policy has no loss but its value.
func trainingFigure(runs []*plottedRun, what, over string) *figure {
	f := &figure{title: runs[0].label()}
	value := axis{runs[0].valueName(), func(l metricsLine) float64 { return orNaN(l.Value) }}
	loss := axis{"loss", func(l metricsLine) float64 { return orNaN(l.Loss) }}
	var axes []axis
	if over != "seconds" {
		axes = append(axes, overSteps)
	}
	if over != "steps" {
		axes = append(axes, overSeconds)
	}
	if what == "close-up" {
		f.panels = append(f.panels, f.valuePanel(runs, overSteps, value, 0.5))
	}
	if what == "training" || what == "value" {
		for _, x := range axes {
			f.panels = append(f.panels, f.valuePanel(runs, x, value, 0))
		}
	}
	if (what == "training" || what == "loss") && !runs[0].isPolicy() {
		for _, x := range axes {
			f.panels = append(f.panels, f.lossPanel(runs, x, loss))
		}
	}
	return f
}

// valueName is what the value of the metrics is.
func (r *plottedRun) valueName() string {
	switch {
	case !r.isPolicy():
		return "Y0"
	case r.result != nil && r.result.Maximize:
		return "reward on validation paths"
	}
	return "cost on validation paths"
}

func orNaN(x *float64) float64 {
	if x == nil {
		return math.NaN()
	}
	return *x
}

// newPanel is an empty panel with its axes and grid.
func newPanel(x, y string) *plot.Plot {
	p := plot.New()
	p.X.Label.Text, p.Y.Label.Text = x, y
	p.Add(plotter.NewGrid())
	return p
}

// valuePanel draws the value of each run with its final interval, and the reference,
// from the given share of the steps on.
func (f *figure) valuePanel(runs []*plottedRun, x, y axis, from float64) *plot.Plot {
	p := newPanel(x.label, y.label)
	first, last := from*lastOf(runs, x), lastOf(runs, x)
	if first == last { // nothing but the state before training
		last++
	}
	bands := map[*plottedRun]*plotter.Polygon{}
	for i, r := range runs { // below all lines
		if res := r.result; res != nil && res.Value != nil && len(res.CI95) == 2 {
			bands[r] = band(p, runColors[i%len(runColors)], first, last, res.CI95[0], res.CI95[1])
		}
	}
	for i, r := range runs {
		shade := runColors[i%len(runColors)]
		f.curve(p, r.name, r.points(x, y, first, false), shade)
		if bands[r] != nil {
			point := marks(plotter.XYs{{X: last, Y: *r.result.Value}}, shade, glyph(0))
			p.Add(point)
			f.explain(r.name+": final estimate, 95 % interval", bands[r], point)
		}
	}
	if ref := reference(runs); ref != nil {
		name := "reference"
		if half := 1.96 * orNaN(ref.StdErr); half > 0.005*(math.Max(p.Y.Max, *ref.Value)-math.Min(p.Y.Min, *ref.Value)) {
			band(p, color.RGBA{A: 0xff}, first, last, *ref.Value-half, *ref.Value+half)
			name = "reference, its 95 % error in grey"
		}
		if line, err := plotter.NewLine(plotter.XYs{{X: first, Y: *ref.Value}, {X: last, Y: *ref.Value}}); err == nil {
			line.Dashes, line.Width = dashes, vg.Points(1)
			p.Add(line)
			f.explain(name, line)
		}
	}
	p.X.Min, p.X.Max = first, last
	addMargin(p)
	return p
}

// addMargin keeps what is drawn off the upper and the lower end.
func addMargin(p *plot.Plot) {
	margin := 0.04 * (p.Y.Max - p.Y.Min)
	p.Y.Min, p.Y.Max = p.Y.Min-margin, p.Y.Max+margin
}

// lossPanel draws the loss of each run, on a logarithmic axis where it covers a decade.
func (f *figure) lossPanel(runs []*plottedRun, x, y axis) *plot.Plot {
	p := newPanel(x.label, y.label)
	for i, r := range runs {
		f.curve(p, r.name, r.points(x, y, 0, true), runColors[i%len(runColors)])
	}
	if p.Y.Min > 0 && p.Y.Max > 10*p.Y.Min {
		p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, logTicks{}
		p.Y.Min, p.Y.Max = p.Y.Min/1.1, p.Y.Max*1.1
	} else {
		addMargin(p)
	}
	p.X.Min = 0
	return p
}

// points are the known points of a run from some x on; those of a logarithmic axis are
// positive.
func (r *plottedRun) points(x, y axis, from float64, logarithmic bool) (list plotter.XYs) {
	for _, l := range r.history {
		if v := y.get(l); words.Known(v) && x.get(l) >= from && (!logarithmic || v > 0) {
			list = append(list, plotter.XY{X: x.get(l), Y: v})
		}
	}
	return list
}

// lastOf is the end of the longest run.
func lastOf(runs []*plottedRun, x axis) (last float64) {
	for _, r := range runs {
		for _, l := range r.history {
			last = math.Max(last, x.get(l))
		}
	}
	return last
}

func (f *figure) curve(p *plot.Plot, name string, points plotter.XYs, shade color.Color) {
	switch len(points) {
	case 0:
		return
	case 1: // no line
		point := marks(points, shade, draw.RingGlyph{})
		p.Add(point)
		f.explain(name, point)
		return
	}
	if line, err := plotter.NewLine(points); err == nil {
		line.Color, line.Width = shade, vg.Points(1.5)
		p.Add(line)
		f.explain(name, line)
	}
}

// band fills the plot between two values with a shade of a colour.
func band(p *plot.Plot, c color.RGBA, first, last, lo, hi float64) *plotter.Polygon {
	area, err := plotter.NewPolygon(plotter.XYs{{X: first, Y: lo}, {X: last, Y: lo}, {X: last, Y: hi}, {X: first, Y: hi}})
	if err != nil {
		return nil
	}
	area.Color, area.LineStyle.Width = color.NRGBA{R: c.R, G: c.G, B: c.B, A: 0x38}, 0
	p.Add(area)
	return area
}

// reference is that of the first run that has one.
func reference(runs []*plottedRun) *jsonReference {
	for _, r := range runs {
		if r.reference != nil && r.reference.Value != nil {
			return r.reference
		}
	}
	return nil
}
