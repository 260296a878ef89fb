package figure

import (
	"fmt"
	"image/color"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Region is where a rule exercises, in one dimension at each date, in two at some of them.
type Region struct {
	Title string
	X, Y  Axis // Y in two dimensions alone
	N     int  // points along a side
	Start Point
	End   float64 // T
	Dates []RegionDate
	Of    int // the number of all dates, of which these are some
}

// RegionDate is one date: N values of X, or N×N with those of a value of X together, of what exercise gains beside
// going on; and the states in which paths were exercised then.
type RegionDate struct {
	Time    float64
	Gain    []float64
	Stopped []Point
}

// States are those whose gain is drawn, one after the other.
func (r Region) States() (x []float64) {
	for i := range r.N {
		if r.Y.Name == "" {
			x = append(x, r.X.at(i, r.N))
			continue
		}
		for j := range r.N {
			x = append(x, r.X.at(i, r.N), r.Y.at(j, r.N))
		}
	}
	return x
}

// Figure draws the states in which the rule exercises: those whose gain is not negative.
func (r Region) Figure() *Figure {
	if r.Y.Name != "" {
		return r.plane()
	}
	f := &Figure{Title: r.Title}
	p := newPanel("t", r.X.Name)
	gap := r.End
	for i := 1; i < len(r.Dates); i++ {
		gap = math.Min(gap, r.Dates[i].Time-r.Dates[i-1].Time)
	}
	for _, date := range r.Dates {
		for _, part := range r.stretches(date.Gain) {
			area := band(p, faint(orange), date.Time-0.35*gap, date.Time+0.35*gap, part[0], part[1])
			f.explain("exercise at a date", area)
		}
		f.stopped(p, date.Stopped)
	}
	f.start(p, r.Start)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, r.End, r.X.Low, r.X.High
	f.panels = append(f.panels, p)
	return f
}

// stretches are where the gain is not negative along X, with ends between two points as the gain says.
func (r Region) stretches(gain []float64) (list [][2]float64) {
	begin, inside := 0.0, false
	for i, v := range gain {
		at := r.X.at(i, r.N)
		switch {
		case (v >= 0) == inside:
		case inside:
			list, inside = append(list, [2]float64{begin, r.between(gain, i)}), false
		default:
			begin, inside = at, true
			if i > 0 {
				begin = r.between(gain, i)
			}
		}
	}
	if inside {
		list = append(list, [2]float64{begin, r.X.High})
	}
	return list
}

// between is where the gain is 0 between point i and the one before.
func (r Region) between(gain []float64, i int) float64 {
	a, b := gain[i-1], gain[i]
	share := a / (a - b)
	if math.IsInf(a, 0) || math.IsInf(b, 0) {
		share = 0.5
	}
	return r.X.at(i-1, r.N) + share*(r.X.High-r.X.Low)/float64(r.N-1)
}

// plane is a panel for each date.
func (r Region) plane() *Figure {
	f := &Figure{Title: r.Title}
	if len(r.Dates) < r.Of {
		f.Title += fmt.Sprintf(", %d of %d dates", len(r.Dates), r.Of)
	}
	white, light := color.NRGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xff}, color.NRGBA{R: 0xf6, G: 0xd5, B: 0xbf, A: 0xff}
	for _, date := range r.Dates {
		p := newPanel(r.X.Name, r.Y.Name)
		p.Title.Text = "t = " + date.label()
		s := &surface{x: r.X, y: r.Y, n: r.N, z: make([]float64, len(date.Gain))}
		for i, v := range date.Gain {
			if v >= 0 {
				s.z[i] = 1
			}
		}
		h := plotter.NewHeatMap(s, &colors{[]color.Color{white, light}})
		h.Min, h.Max, h.Rasterized = 0, 1, true
		p.Add(toTheEdge{h}, plotter.NewGrid())
		f.stopped(p, date.Stopped)
		f.start(p, r.Start)
		p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = r.X.Low, r.X.High, r.Y.Low, r.Y.High
		f.panels = append(f.panels, p)
	}
	if area, err := plotter.NewPolygon(plotter.XYs{{}, {X: 1}, {Y: 1}}); err == nil {
		area.Color, area.LineStyle.Width = light, 0
		f.explain("exercise at the date", area)
	}
	return f
}

// stopped marks where paths were exercised.
func (f *Figure) stopped(p *plot.Plot, at []Point) {
	if len(at) == 0 {
		return
	}
	dots := marks(at, blue, draw.CircleGlyph{})
	dots.Radius = vg.Points(1.2)
	p.Add(dots)
	f.explain("where paths were exercised", dots)
}

// Shows is what panel i shows, in words.
func (r Region) Shows(i int) string {
	if r.Y.Name == "" {
		return fmt.Sprintf("the values of %s at which the rule exercises at each of %d dates", r.X.Name, len(r.Dates))
	}
	return fmt.Sprintf("the values of %s and %s at which the rule exercises at t = %s", r.X.Name, r.Y.Name, r.Dates[i].label())
}

// label is the time with four digits.
func (d RegionDate) label() string { return strconv.FormatFloat(d.Time, 'g', 4, 64) }
