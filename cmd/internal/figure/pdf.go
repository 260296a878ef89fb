package figure

import (
	"image"
	"image/color"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"

	"github.com/deepbsde/deepbsde/cmd/internal/letters"
)

// document is a PDF picture without three faults of gonum/plot's: it draws images upside down,
// takes transparent colours for darker ones, and writes every letter beyond ASCII as two or
// three others.
type document struct{ vg.CanvasWriterTo }

// DrawImage draws an image upright.
func (d document) DrawImage(at vg.Rectangle, img image.Image) {
	box := img.Bounds()
	upright := image.NewNRGBA(box)
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			upright.Set(x, box.Max.Y-1-(y-box.Min.Y), img.At(x, y))
		}
	}
	d.CanvasWriterTo.DrawImage(at, upright)
}

// SetColor sets the colour of what is drawn next.
func (d document) SetColor(c color.Color) {
	if c == nil {
		c = color.Black
	}
	d.CanvasWriterTo.SetColor(straight{c})
}

// straight is a colour whose parts are not multiplied with its opacity, as gonum/plot takes
// them to be.
type straight struct{ color.Color }

// RGBA is the parts of the colour.
func (s straight) RGBA() (r, g, b, a uint32) {
	c := color.NRGBA64Model.Convert(s.Color).(color.NRGBA64)
	return uint32(c.R), uint32(c.G), uint32(c.B), uint32(c.A)
}

// FillString writes words, as outlines where they are not in ASCII alone.
func (d document) FillString(f font.Face, at vg.Point, words string) {
	for _, r := range words {
		if r > '~' {
			d.Fill(letters.Path(f, at, words))
			return
		}
	}
	d.CanvasWriterTo.FillString(f, at, words)
}
