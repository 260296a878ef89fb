package figure

import (
	"cmp"
	"image/color"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

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
	Marks  bool // a mark at each point with its intervals as bars, for few points and several curves of a name
}

// names are those of the curves, each once.
func (l Line) names() (list []string) {
	for _, c := range l.Curves {
		if !slices.Contains(list, c.Name) {
			list = append(list, c.Name)
		}
	}
	return list
}

// AddLine draws curves, each with its 95 % interval as a band, that of sampling alone darker
// inside, and beside them the exact values of the first.
func (f *Figure) AddLine(l Line) {
	p := newPanel(l.X, l.Y)
	var exact plotter.XYs
	names := l.names()
	for i, c := range l.Curves {
		named := func(what string) string {
			if len(names) == 1 {
				return cmp.Or(what, "estimate")
			}
			return ofRun(c.Name, what)
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
		switch {
		case l.Marks:
			all := func(v Valued) float64 { return v.Error }
			if c.Policy {
				all = sampling
			}
			f.explain(named("all errors, 95 %"), bars(p, c.Points, shade, thinBar, all)...)
			if !c.Policy {
				f.explain(named("sampling alone, 95 %"), bars(p, c.Points, shade, thickBar, sampling)...)
			}
		case c.Policy:
			f.explain(named("95 % interval"), alongside(p, c.Points, faint(shade), sampling)...)
		default:
			wide := alongside(p, c.Points, faint(shade), func(v Valued) float64 { return v.Error })
			f.explain(named("all errors, 95 %"), wide...)
			if wide == nil { // the same colour as inside a band
				wide = alongside(p, c.Points, faint(shade), sampling)
			}
			if narrow := alongside(p, c.Points, darker(shade), sampling); narrow != nil {
				f.explain(named("sampling alone, 95 %"), slices.Concat(wide, narrow)...)
			}
		}
		f.curve(p, named(""), line, shade)
		f.points(p, c, shade, l.Marks)
	}
	if dashed, err := plotter.NewLine(exact); err == nil && len(exact) > 1 {
		dashed.Dashes, dashed.Width = dashes, vg.Points(1)
		p.Add(dashed)
		f.explain("exact", dashed)
	}
	addMargin(p)
	f.panels = append(f.panels, p)
}

// points marks the points of a curve, if they shall be, and those that say that they are not trustworthy.
func (f *Figure) points(p *plot.Plot, c Curve, shade color.Color, all bool) {
	var sure, doubtful plotter.XYs
	for _, v := range c.Points {
		switch at := (plotter.XY{X: v.X, Y: v.Value}); {
		case !words.Known(v.Value):
		case v.Doubt:
			doubtful = append(doubtful, at)
		case all:
			sure = append(sure, at)
		}
	}
	if len(sure) > 0 {
		dots := marks(sure, shade, draw.CircleGlyph{})
		dots.Radius = vg.Points(2)
		p.Add(dots)
	}
	if len(doubtful) > 0 {
		crosses := marks(doubtful, shade, draw.CrossGlyph{})
		p.Add(crosses)
		f.explain("not trustworthy", crosses)
	}
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
