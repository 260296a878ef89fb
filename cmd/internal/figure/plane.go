package figure

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/deepbsde/deepbsde/bsde/words"
)

// Axis is a component of x with the range that it runs through.
type Axis struct {
	Name      string
	Low, High float64
}

// at is the i-th of so many values of the range.
func (a Axis) at(i, count int) float64 {
	return a.Low + (a.High-a.Low)*float64(i)/float64(count-1)
}

// Surface is the values of one run in a plane, N×N of them, those of a value of X
// together.
type Surface struct {
	Name   string
	N      int
	Values []float64
	Centre Point  // where x0 lies
	Stop   []bool // where a rule stops, as Values; nil for none
}

// Plane is runs in one plane through x0.
type Plane struct {
	Title string
	Value string // what the values are
	X, Y  Axis
	Runs  []Surface
}

// How many points are drawn along a side: of the colours and of the contours, which are lines
// between points.
const colorPoints, contourPoints = 257, 97

// Figure draws the values as colours with contours at the numbers of the bar, a panel for
// each run.
func (a Plane) Figure() (*Figure, error) {
	f := &Figure{Title: a.Title}
	lo, hi := a.extent()
	if lo > hi {
		return nil, fmt.Errorf("no value in the plane is finite")
	}
	if lo == hi {
		lo, hi = lo-math.Max(1e-9, 1e-3*math.Abs(lo)), hi+math.Max(1e-9, 1e-3*math.Abs(hi))
	}
	palette, err := newPalette()
	if err != nil {
		return nil, err
	}
	f.bar = &bar{a.Value, lo, hi, palette}
	for _, r := range a.Runs {
		p := newPanel(a.X.Name, a.Y.Name)
		if len(a.Runs) > 1 {
			p.Title.Text = r.Name
		}
		h := plotter.NewHeatMap(newSurface(a.X, a.Y, r.N, r.Values, colorPoints), palette)
		h.Min, h.Max, h.Rasterized = lo, hi, true // the edges of rectangles would be seen
		h.Underflow, h.Overflow = palette.list[0], palette.list[shades-1]
		p.Add(toTheEdge{h})
		f.contours(p, newSurface(a.X, a.Y, r.N, r.Values, contourPoints))
		f.stops(p, a, r)
		f.start(p, r.Centre)
		p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = a.X.Low, a.X.High, a.Y.Low, a.Y.High
		f.panels = append(f.panels, p)
	}
	return f, nil
}

// extent is the range of all values.
func (a Plane) extent() (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, r := range a.Runs {
		for _, v := range r.Values {
			if words.Known(v) {
				lo, hi = math.Min(lo, v), math.Max(hi, v)
			}
		}
	}
	return lo, hi
}

// contours draws where the values are those that the bar says; around values that are not
// known there is no telling.
func (f *Figure) contours(p *plot.Plot, s *surface) {
	if !s.known() {
		return
	}
	var levels []float64
	for _, t := range f.bar.ticks() {
		levels = append(levels, t.Value)
	}
	if len(levels) == 0 {
		return
	}
	lines := plotter.NewContour(s, levels, nil)
	lines.LineStyles = []draw.LineStyle{{Color: color.NRGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xa0}, Width: vg.Points(0.8)}}
	p.Add(lines)
}

// stops marks where a rule stops.
func (f *Figure) stops(p *plot.Plot, a Plane, r Surface) {
	var list []Point
	for i, stop := range r.Stop {
		if stop {
			list = append(list, Point{X: a.X.at(i/r.N, r.N), Y: a.Y.at(i%r.N, r.N)})
		}
	}
	if len(list) == 0 {
		return
	}
	dots, rings := marks(list, black, draw.CircleGlyph{}), marks(list, color.White, draw.RingGlyph{})
	dots.Radius, rings.Radius = vg.Points(1.5), vg.Points(1.9)
	p.Add(dots, rings)
	f.explain("exercise", dots, rings)
}

// start marks x0, white in black to be seen on every colour.
func (f *Figure) start(p *plot.Plot, at Point) {
	disc, ring := marks([]Point{at}, color.White, draw.CircleGlyph{}), marks([]Point{at}, black, draw.RingGlyph{})
	disc.Radius, ring.Radius = vg.Points(3.5), vg.Points(3.5)
	p.Add(disc, ring)
	f.explain("x0", disc, ring)
}

// toTheEdge is a heat map without room around it.
type toTheEdge struct{ *plotter.HeatMap }

// GlyphBoxes is none.
func (toTheEdge) GlyphBoxes(*plot.Plot) []plot.GlyphBox { return nil }
