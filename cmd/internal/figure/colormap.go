package figure

import (
	"image"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/palette/moreland"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// viridis are colours of equal steps in lightness, in order also for those who do not see
// some colours and in a grey print.
var viridis = []color.Color{
	color.RGBA{0x44, 0x01, 0x54, 0xff}, color.RGBA{0x47, 0x2d, 0x7b, 0xff}, color.RGBA{0x3b, 0x52, 0x8b, 0xff},
	color.RGBA{0x2c, 0x72, 0x8e, 0xff}, color.RGBA{0x21, 0x91, 0x8c, 0xff}, color.RGBA{0x28, 0xae, 0x80, 0xff},
	color.RGBA{0x5e, 0xc9, 0x62, 0xff}, color.RGBA{0xad, 0xdc, 0x30, 0xff}, color.RGBA{0xfd, 0xe7, 0x25, 0xff},
}

// colors is a palette.
type colors struct{ list []color.Color }

// Colors are those of the palette.
func (c *colors) Colors() []color.Color { return c.list }

// shades is how many colours stand for the values of a range: too many to see a step.
const shades = 256

// newPalette is the colours of a range of values.
func newPalette() (*colors, error) {
	m, err := moreland.NewLuminance(viridis)
	if err != nil {
		return nil, err
	}
	m.SetMin(0)
	m.SetMax(1)
	p := &colors{}
	for i := range shades {
		c, err := m.At(float64(i) / (shades - 1))
		if err != nil {
			return nil, err
		}
		p.list = append(p.list, c)
	}
	return p, nil
}

// bar says which colour is which value. It stands at the right of a figure, as high as the
// axes of its panels.
type bar struct {
	name    string // what the values are
	lo, hi  float64
	palette *colors
}

// Measures of a bar.
const (
	barWidth = 12 * vg.Length(1) // points
	barTick  = 4 * vg.Length(1)
	barGap   = 5 * vg.Length(1)
)

var barWords, barName = lettering(10), lettering(11)

// ticks are the round numbers that it says.
func (b *bar) ticks() []plot.Tick { return roundTicks{8}.Ticks(b.lo, b.hi) }

// width is that of the bar with its words.
func (b *bar) width() (w vg.Length) {
	for _, t := range b.ticks() {
		w = max(w, barWords.Rectangle(t.Label).Size().X)
	}
	return barWidth + barTick + 2*barGap + w + barName.Rectangle(b.name).Size().Y + pad
}

// draw draws the bar from the left of the area, from its lower to its upper end.
func (b *bar) draw(c draw.Canvas) {
	img := image.NewNRGBA(image.Rect(0, 0, 1, len(b.palette.list)))
	for i, shade := range b.palette.list {
		img.Set(0, len(b.palette.list)-1-i, shade)
	}
	box := vg.Rectangle{Min: c.Min, Max: vg.Point{X: c.Min.X + barWidth, Y: c.Max.Y}}
	c.DrawImage(box, img)
	line := draw.LineStyle{Color: color.Black, Width: vg.Points(0.5)}
	c.StrokeLines(line, []vg.Point{box.Min, {X: box.Max.X, Y: box.Min.Y}, box.Max, {X: box.Min.X, Y: box.Max.Y}, box.Min})
	words, widest := barWords, vg.Length(0)
	words.YAlign = draw.YCenter
	for _, t := range b.ticks() {
		y := c.Min.Y + c.Size().Y*vg.Length((t.Value-b.lo)/(b.hi-b.lo))
		c.StrokeLine2(line, box.Max.X, y, box.Max.X+barTick, y)
		c.FillText(words, vg.Point{X: box.Max.X + barTick + barGap/2, Y: y}, t.Label)
		widest = max(widest, words.Rectangle(t.Label).Size().X)
	}
	name := barName
	name.Rotation, name.XAlign, name.YAlign = math.Pi/2, draw.XCenter, draw.YTop
	c.FillText(name, vg.Point{X: box.Max.X + barTick + barGap + widest, Y: c.Center().Y}, shorten(b.name, barName, c.Size().Y))
}
