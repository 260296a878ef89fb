package figure

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// runColors tell the runs apart; more than six begin again.
var runColors = []color.RGBA{orange, blue, {R: 0x00, G: 0x9e, B: 0x73, A: 0xff}, {R: 0xcc, G: 0x79, B: 0xa7, A: 0xff}, {R: 0xe6, G: 0x9f, B: 0x00, A: 0xff}, {R: 0x56, G: 0xb4, B: 0xe9, A: 0xff}}

var dashes = []vg.Length{vg.Points(5), vg.Points(3)}

// Colours that everyone can tell apart.
var (
	blue   = color.RGBA{R: 0x00, G: 0x72, B: 0xb2, A: 0xff}
	orange = color.RGBA{R: 0xd5, G: 0x5e, B: 0x00, A: 0xff}
)

var black = color.RGBA{A: 0xff}

// faint is a colour for bands.
func faint(c color.RGBA) color.NRGBA { return color.NRGBA{R: c.R, G: c.G, B: c.B, A: 0x38} }

// darker is a colour for bands within bands.
func darker(c color.RGBA) color.NRGBA { return color.NRGBA{R: c.R, G: c.G, B: c.B, A: 0x58} }

// shade is the colour of a solver or of a reference.
func shade(solver bool) color.Color {
	if solver {
		return orange
	}
	return blue
}

// glyph is the mark of a value: a triangle for a bound.
func glyph(s Side) draw.GlyphDrawer {
	switch s {
	case Above:
		return arrowGlyph{1}
	case Below:
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
