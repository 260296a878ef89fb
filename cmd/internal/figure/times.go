package figure

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Point is a point of a curve.
type Point = plotter.XY

// Timed is what some settings gave: the error in training against the seconds since the
// start, and that of the estimate after it.
type Timed struct {
	Name               string
	Solver             bool // in the colour of a solver
	Training, Estimate []Point
}

// Times is a panel of errors against time.
type Times struct {
	Title     string
	Settings  []Timed
	Published *Point // nil for none
}

// AddTimes draws errors against time: a line for the training, a point of the same colour
// for the final estimate, and the published figure.
func (f *Figure) AddTimes(t Times) {
	p := newPanel("time in seconds", "relative error")
	p.Title.Text = t.Title
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	p.X.Tick.Marker, p.Y.Tick.Marker = logTicks{}, logTicks{}
	all := extent{math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)}
	for _, s := range t.Settings {
		all.add(s.Training)
		all.add(s.Estimate)
		shade := shade(s.Solver)
		if len(s.Training) > 0 {
			line, _ := plotter.NewLine(plotter.XYs(s.Training)) // fails on non-numbers alone, which nobody gives
			line.Color, line.Width = shade, vg.Points(1.5)
			p.Add(line)
			f.explain(s.Name+": in training", line)
		}
		if len(s.Estimate) > 0 {
			point := marks(s.Estimate, shade, draw.CircleGlyph{})
			p.Add(point)
			f.explain(s.Name+": estimate", point)
		}
	}
	if t.Published != nil {
		at := []Point{*t.Published}
		all.add(at)
		point := marks(at, color.Black, draw.CrossGlyph{})
		p.Add(point)
		f.explain("published", point)
	}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = all.decades()
	f.panels = append(f.panels, p)
}

// extent is the range of points with positive coordinates.
type extent struct{ xmin, xmax, ymin, ymax float64 }

func (e *extent) add(points []Point) {
	for _, p := range points {
		e.xmin, e.xmax = math.Min(e.xmin, p.X), math.Max(e.xmax, p.X)
		e.ymin, e.ymax = math.Min(e.ymin, p.Y), math.Max(e.ymax, p.Y)
	}
}

// decades is the extent widened to whole powers of ten, one to ten where it is empty.
func (e *extent) decades() (xmin, xmax, ymin, ymax float64) {
	if e.xmin > e.xmax {
		return 1, 10, 1, 10
	}
	down := func(x float64) float64 { return math.Pow(10, math.Floor(math.Log10(x))) }
	up := func(x float64) float64 { return math.Pow(10, math.Floor(math.Log10(x))+1) }
	return down(e.xmin), up(e.xmax), down(e.ymin), up(e.ymax)
}
