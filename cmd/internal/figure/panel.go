package figure

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// newPanel is an empty panel with its axes and grid.
func newPanel(x, y string) *plot.Plot {
	p := plot.New()
	p.X.Label.Text, p.Y.Label.Text = x, y
	p.Add(plotter.NewGrid())
	return p
}

// addMargin keeps what is drawn off the upper and the lower end.
func addMargin(p *plot.Plot) {
	margin := 0.04 * (p.Y.Max - p.Y.Min)
	p.Y.Min, p.Y.Max = p.Y.Min-margin, p.Y.Max+margin
}

func (f *Figure) curve(p *plot.Plot, name string, points plotter.XYs, shade color.Color) {
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

// band fills the plot between two values.
func band(p *plot.Plot, shade color.Color, first, last, lo, hi float64) *plotter.Polygon {
	area, err := plotter.NewPolygon(plotter.XYs{{X: first, Y: lo}, {X: last, Y: lo}, {X: last, Y: hi}, {X: first, Y: hi}})
	if err != nil {
		return nil
	}
	area.Color, area.LineStyle.Width = shade, 0
	p.Add(area)
	return area
}

func marks(at plotter.XYs, shade color.Color, shape draw.GlyphDrawer) *plotter.Scatter {
	s, _ := plotter.NewScatter(at) // as above
	s.GlyphStyle = draw.GlyphStyle{Color: shade, Radius: vg.Points(4), Shape: shape}
	return s
}
