package main

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/words"
	"github.com/deepbsde/deepbsde/pde"
)

// comparisonPanels draws for each problem the deviation of every row from the most
// exact reference in per cent, or the value where there is no reference, with the
// half-width of the interval. A bound is a triangle that points to where the value is.
func comparisonPanels(all []comparison) []*plot.Plot {
	var panels []*plot.Plot
	for i := range all {
		panels = append(panels, all[i].panel())
	}
	return panels
}

func (c *comparison) panel() *plot.Plot {
	p := plot.New()
	p.Title.Text = identity(c.member)
	p.Add(plotter.NewGrid())
	shift, unit := 0.0, 1.0
	p.X.Label.Text = "u(0, x0), with 95 % interval"
	if c.best != nil {
		shift, unit = c.best.Value, 100/math.Abs(c.best.Value)
		p.X.Label.Text = "deviation from " + words.Exact(c.best.Value) + " in %, with 95 % interval"
		zero, _ := plotter.NewLine(plotter.XYs{{X: 0, Y: -0.5}, {X: 0, Y: float64(len(c.rows)) - 0.5}}) // fails on non-numbers alone
		zero.Color = color.Gray{Y: 128}
		p.Add(zero)
	}
	var names []string
	for i := len(c.rows) - 1; i >= 0; i-- { // the first row on top
		r := c.rows[i]
		if r.failed != nil || !words.Known(r.value) {
			continue
		}
		at := barred{x: unit * (r.value - shift), y: float64(len(names)), half: unit * r.halfWidth()}
		if bars, err := plotter.NewXErrorBars(at); err == nil && at.half > 0 {
			p.Add(bars)
		}
		p.Add(marks(plotter.XYs{{X: at.x, Y: at.y}}, shade(r.solver), glyph(r.bound)))
		names = append(names, r.name)
	}
	p.NominalY(names...)
	p.Y.Tick.Label.Font.Size = font.Points(10)
	p.Y.Min, p.Y.Max = -0.5, math.Max(float64(len(names))-0.5, 0.5)
	if p.X.Min >= p.X.Max { // nothing that has a width
		p.X.Min, p.X.Max = p.X.Min-1, p.X.Min+1
	}
	margin := 0.05 * (p.X.Max - p.X.Min)
	p.X.Min, p.X.Max = p.X.Min-margin, p.X.Max+margin
	return p
}

// Colours that everyone can tell apart.
var (
	blue   = color.RGBA{R: 0x00, G: 0x72, B: 0xb2, A: 0xff}
	orange = color.RGBA{R: 0xd5, G: 0x5e, B: 0x00, A: 0xff}
)

func shade(solver bool) color.Color {
	if solver {
		return orange
	}
	return blue
}

func glyph(b pde.Bound) draw.GlyphDrawer {
	switch b {
	case pde.Lower:
		return arrowGlyph{1}
	case pde.Upper:
		return arrowGlyph{-1}
	}
	return draw.CircleGlyph{}
}

// arrowGlyph is a triangle that points right (1) or left (−1).
type arrowGlyph struct{ side vg.Length }

// DrawGlyph draws the triangle.
func (a arrowGlyph) DrawGlyph(c *draw.Canvas, sty draw.GlyphStyle, at vg.Point) {
	r := sty.Radius
	c.FillPolygon(sty.Color, []vg.Point{
		{X: at.X + a.side*r, Y: at.Y}, {X: at.X - a.side*r, Y: at.Y + r}, {X: at.X - a.side*r, Y: at.Y - r},
	})
}

// barred is one point with an error bar along x.
type barred struct{ x, y, half float64 }

func (b barred) Len() int                       { return 1 }
func (b barred) XY(int) (x, y float64)          { return b.x, b.y }
func (b barred) XError(int) (low, high float64) { return b.half, b.half }
