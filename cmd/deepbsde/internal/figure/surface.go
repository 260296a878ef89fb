package figure

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// colors is a palette.
type colors struct{ list []color.Color }

// Colors are those of the palette.
func (c *colors) Colors() []color.Color { return c.list }

// swatch is a square in the key.
type swatch struct{ color.Color }

// Thumbnail fills the square.
func (s swatch) Thumbnail(c *draw.Canvas) {
	c.FillPolygon(s.Color, []vg.Point{c.Min, {X: c.Max.X, Y: c.Min.Y}, c.Max, {X: c.Min.X, Y: c.Max.Y}})
}

// surface is the values in a plane, n×n, interpolated to a finer grid.
type surface struct {
	x, y   Axis
	n      int
	values []float64
}

const finer = 16 // points for each that is evaluated

// Dims, X, Y and Z are what plotter.HeatMap wants.
func (s *surface) Dims() (c, r int) { return (s.n-1)*finer + 1, (s.n-1)*finer + 1 }

// X is the value of the first component in column c.
func (s *surface) X(c int) float64 { return s.x.at(c, (s.n-1)*finer+1) }

// Y is the value of the second component in row r.
func (s *surface) Y(r int) float64 { return s.y.at(r, (s.n-1)*finer+1) }

// Z is the value there, bilinear between the points.
func (s *surface) Z(c, r int) float64 {
	i, j := min(c/finer, s.n-2), min(r/finer, s.n-2)
	a, b := float64(c-i*finer)/finer, float64(r-j*finer)/finer
	at := func(i, j int) float64 {
		v := s.values[i*s.n+j]
		if math.IsInf(v, 0) {
			return math.NaN()
		}
		return v
	}
	return (1-a)*((1-b)*at(i, j)+b*at(i, j+1)) + a*((1-b)*at(i+1, j)+b*at(i+1, j+1))
}
