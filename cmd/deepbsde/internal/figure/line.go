package figure

import (
	"fmt"
	"image/color"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"github.com/deepbsde/deepbsde/bsde/words"
)

// Curve is something along a line, of one run.
type Curve struct {
	Name   string
	Points []Valued
	Policy bool // of a policy, which has no error but that of sampling
}

// Valued is a value with the half-width of its 95 % interval of all errors, its standard
// error, and the exact value; NaN where one is not known.
type Valued struct {
	X, Value, Error, StdErr, Exact float64
	Doubt                          bool // the value says of itself that it is not trustworthy
}

// Line is a panel of curves along a line, those of one name in one colour.
type Line struct {
	X, Y   string
	Curves []Curve
}

// AddLine draws curves, each with its 95 % interval as a band, that of sampling alone darker
// inside, and beside them the exact values of the first.
func (f *Figure) AddLine(l Line) {
	p := newPanel(l.X, l.Y)
	var exact plotter.XYs
	var names []string
	for i, c := range l.Curves {
		if !slices.Contains(names, c.Name) {
			names = append(names, c.Name)
		}
		shade := runColors[slices.Index(names, c.Name)%len(runColors)]
		var line plotter.XYs
		for _, v := range c.Points {
			if words.Known(v.Exact) && i == 0 {
				exact = append(exact, plotter.XY{X: v.X, Y: v.Exact})
			}
			if words.Known(v.Value) {
				line = append(line, plotter.XY{X: v.X, Y: v.Value})
			}
		}
		sampling := func(v Valued) float64 { return words.Normal95 * v.StdErr }
		if c.Policy {
			f.explain(c.Name+": 95 % interval", alongside(p, c.Points, faint(shade), sampling)...)
		} else {
			wide := alongside(p, c.Points, faint(shade), func(v Valued) float64 { return v.Error })
			f.explain(c.Name+": all errors, "+worth(c.Points), wide...)
			if wide == nil { // the same colour as inside a band
				wide = alongside(p, c.Points, faint(shade), sampling)
			}
			if narrow := alongside(p, c.Points, darker(shade), sampling); narrow != nil {
				f.explain(c.Name+": sampling alone, 95 %", slices.Concat(wide, narrow)...)
			}
		}
		f.curve(p, c.Name, line, shade)
	}
	if dashed, err := plotter.NewLine(exact); err == nil && len(exact) > 1 {
		dashed.Dashes, dashed.Width = dashes, vg.Points(1)
		p.Add(dashed)
		f.explain("exact", dashed)
	}
	addMargin(p)
	f.panels = append(f.panels, p)
}

// alongside shades the points that have a half-width, a stretch of neighbours each, and gives
// one of the stretches for the key.
func alongside(p *plot.Plot, points []Valued, shade color.Color, half func(Valued) float64) (example []plot.Thumbnailer) {
	var upper, lower plotter.XYs
	fill := func() {
		slices.Reverse(lower)
		area, err := plotter.NewPolygon(append(upper, lower...))
		if err == nil && len(upper) > 1 {
			area.Color, area.LineStyle.Width = shade, 0
			p.Add(area)
			example = []plot.Thumbnailer{area}
		}
		upper, lower = nil, nil
	}
	for _, v := range points {
		h := half(v)
		if !words.Known(v.Value) || !words.Known(h) || h == 0 {
			fill()
			continue
		}
		upper, lower = append(upper, plotter.XY{X: v.X, Y: v.Value + h}), append(lower, plotter.XY{X: v.X, Y: v.Value - h})
	}
	fill()
	return example
}

// worth is what the intervals of all errors along a line are worth.
func worth(list []Valued) string {
	known, doubted := 0, 0
	for _, v := range list {
		if words.Known(v.Error) {
			known++
			if v.Doubt {
				doubted++
			}
		}
	}
	if 0 < doubted && doubted < known {
		return fmt.Sprintf("95 %% but at %d of %d points", doubted, known)
	}
	return stated(doubted > 0)
}
