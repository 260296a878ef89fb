package figure

import (
	"cmp"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// Growth is what something costs against a size, for each of several kinds.
type Growth struct {
	X, Y  string
	Kinds []Costs
	// Linear axes from 0 with whole sizes, without the lines of growth in proportion.
	Linear bool
}

// Costs are those of one kind.
type Costs struct {
	Name   string
	Points []Point
}

// Figure draws the costs on logarithmic axes, and through the last of each kind what growth in
// proportion would be.
func (g Growth) Figure() *Figure {
	f := &Figure{}
	p := newPanel(g.X, g.Y)
	for i, kind := range g.Kinds {
		shade := runColors[i%len(runColors)]
		var points plotter.XYs
		for _, at := range kind.Points {
			points = append(points, plotter.XY(at))
		}
		slices.SortFunc(points, func(a, b plotter.XY) int { return cmp.Compare(a.X, b.X) })
		f.curve(p, kind.Name, points, shade)
		p.Add(marks(points, shade, glyph(Neither)))
		if g.Linear || len(points) == 0 {
			continue
		}
		last := points[len(points)-1]
		if line, err := plotter.NewLine(plotter.XYs{{X: points[0].X, Y: last.Y * points[0].X / last.X}, last}); err == nil {
			line.Color, line.Dashes, line.Width = shade, dashes, vg.Points(0.8)
			p.Add(line)
			f.explain("in proportion", line)
		}
	}
	switch {
	case g.Linear:
		p.X.Tick.Marker, p.Y.Min = wholeTicks{}, 0
		addMargin(p)
	default:
		p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
		p.X.Tick.Marker, p.Y.Tick.Marker = logTicks{}, logTicks{}
		p.Y.Min, p.Y.Max = p.Y.Min/1.2, p.Y.Max*1.2
	}
	f.panels = append(f.panels, p)
	return f
}
