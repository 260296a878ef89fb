package figure

import (
	"slices"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/words"
)

// Curve is something along a line, of one run.
type Curve struct {
	Name   string
	Points []Valued
}

// Valued is a value with its standard error and the exact one, NaN where not known.
type Valued struct{ X, Value, StdErr, Exact float64 }

// Line is a panel of curves along a line.
type Line struct {
	X, Y   string
	Curves []Curve
}

// AddLine draws curves, each with its 95 % interval as a band, and beside them the exact
// values of the first.
func (f *Figure) AddLine(l Line) {
	p := newPanel(l.X, l.Y)
	var exact plotter.XYs
	for i, c := range l.Curves {
		shade := runColors[i%len(runColors)]
		var line, upper, lower plotter.XYs
		for _, v := range c.Points {
			if words.Known(v.Exact) && i == 0 {
				exact = append(exact, plotter.XY{X: v.X, Y: v.Exact})
			}
			if words.Known(v.Value) && words.Known(v.StdErr) {
				line = append(line, plotter.XY{X: v.X, Y: v.Value})
				upper = append(upper, plotter.XY{X: v.X, Y: v.Value + 1.96*v.StdErr})
				lower = append(lower, plotter.XY{X: v.X, Y: v.Value - 1.96*v.StdErr})
			}
		}
		slices.Reverse(lower)
		if area, err := plotter.NewPolygon(append(upper, lower...)); err == nil && len(upper) > 1 {
			area.Color, area.LineStyle.Width = faint(shade), 0
			p.Add(area)
			if upper[0].Y > line[0].Y {
				f.explain(c.Name+": 95 % interval", area)
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
