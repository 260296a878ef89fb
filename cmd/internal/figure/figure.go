// Package figure draws: plots side by side under one title and one key, as PNG, SVG or
// PDF, and each kind of picture that the program has from plain series of numbers. It
// knows how something looks, not where it comes from.
package figure

import (
	"bytes"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"github.com/deepbsde/deepbsde/cmd/internal/letters"
)

// Figure is plots side by side under one title and one key. The key stands above the
// plots, where it covers no data whatever the size.
type Figure struct {
	Title  string
	panels []*plot.Plot
	key    []keyEntry
	bar    *bar   // of the colours, nil where colours are no values
	small  bool   // panels for a page, where letters are larger beside them
	prefix string // of the names in an SVG
}

type keyEntry struct {
	name   string
	thumbs []plot.Thumbnailer
}

// explain adds an entry to the key, unless there is one of that name or nothing to explain.
func (f *Figure) explain(name string, thumbs ...plot.Thumbnailer) {
	if len(thumbs) == 0 {
		return
	}
	for _, e := range f.key {
		if e.name == name {
			return
		}
	}
	f.key = append(f.key, keyEntry{name, thumbs})
}

// The size of one panel, unless the size of the picture is given.
const panelWidth, panelHeight = 13 * vg.Centimeter, 9 * vg.Centimeter

// smallPanel is the share of it that small panels have.
const smallPanel = 0.8

// pixels is the resolution of PNG pictures, in dots per inch.
const pixels = 192

// Draw is the figure as a file of the given format; a zero size is one in which every
// panel has its usual size. Panels of other sizes are drawn at the usual one and then
// scaled, letters, lines and marks together, within bounds that keep them legible.
func (f *Figure) Draw(size Size, format string) ([]byte, error) {
	rows, cols := f.grid(size)
	scale := vg.Length(1)
	if size.Width == 0 {
		share := vg.Length(1)
		if f.small {
			share = smallPanel
		}
		size.Width = vg.Length(cols) * share * panelWidth
		if f.bar != nil {
			size.Width += f.bar.width()
		}
		size.Height = vg.Length(rows)*share*panelHeight + f.headerHeight(size.Width)
	} else {
		scale = min(size.Width/vg.Length(cols)/panelWidth, size.Height/vg.Length(rows)/panelHeight)
		scale = max(0.5, min(1.3, scale))
	}
	canvas, area, err := newCanvas(size, scale, format)
	if err != nil {
		return nil, err
	}
	area.FillPolygon(color.White, []vg.Point{area.Min, {X: area.Max.X, Y: area.Min.Y}, area.Max, {X: area.Min.X, Y: area.Max.Y}})
	f.drawHeader(area)
	area = draw.Crop(area, 0, 0, 0, -f.headerHeight(area.Size().X))
	if f.bar != nil {
		area = draw.Crop(area, 0, -f.bar.width(), 0, 0)
	}
	places := f.arrange(area, rows, cols)
	for _, p := range places {
		p.Draw(p.area)
	}
	if f.bar != nil {
		top, bottom := places[0].DataCanvas(places[0].area).Max.Y, places[len(places)-1].DataCanvas(places[len(places)-1].area).Min.Y
		f.bar.draw(draw.Canvas{Canvas: area.Canvas, Rectangle: vg.Rectangle{Min: vg.Point{X: area.Max.X, Y: bottom}, Max: vg.Point{X: area.Max.X + f.bar.width(), Y: top}}})
	}
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return nil, err
	}
	if format == "svg" {
		return letters.Outline(b.Bytes(), f.summary(), f.prefix), nil
	}
	return b.Bytes(), nil
}

// newCanvas is a picture of the given size and the area to draw on, which is larger by
// the scale's inverse.
func newCanvas(size Size, scale vg.Length, format string) (vg.CanvasWriterTo, draw.Canvas, error) {
	w, h := size.Width/scale, size.Height/scale
	if format == "png" { // whose letters blur in any transformation
		c := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(w, h), vgimg.UseDPI(int(math.Round(pixels*float64(scale)))))}
		return c, draw.New(c), nil
	}
	c, err := draw.NewFormattedCanvas(size.Width, size.Height, format)
	if err != nil {
		return nil, draw.Canvas{}, err
	}
	if format == "pdf" {
		c = document{c}
	}
	c.Scale(float64(scale), float64(scale))
	return c, draw.NewCanvas(c, w, h), nil
}
