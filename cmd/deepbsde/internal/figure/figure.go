// Package figure draws: plots side by side under one title and one key, as PNG, SVG or
// PDF, and each kind of picture that the program has from plain series of numbers. It
// knows how something looks, not where it comes from.
package figure

import (
	"bytes"
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// Figure is plots side by side under one title and one key. The key stands above the
// plots, where it covers no data whatever the size.
type Figure struct {
	Title  string
	panels []*plot.Plot
	key    []keyEntry
	small  bool // panels for a page, where letters are larger beside them
}

type keyEntry struct {
	name   string
	thumbs []plot.Thumbnailer
}

// explain adds an entry to the key, unless there is one of that name.
func (f *Figure) explain(name string, thumbs ...plot.Thumbnailer) {
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
	grid := make([][]*plot.Plot, rows)
	for i := range grid {
		grid[i] = make([]*plot.Plot, cols)
		copy(grid[i], f.panels[i*cols:min((i+1)*cols, len(f.panels))])
	}
	for _, p := range f.panels {
		letter(p, area.Size().X/vg.Length(cols)-2*pad, area.Size().Y/vg.Length(rows)-2*pad)
	}
	tiles := draw.Tiles{Rows: rows, Cols: cols, PadX: pad, PadY: pad, PadTop: pad, PadBottom: pad, PadLeft: pad, PadRight: pad}
	areas := plot.Align(grid, tiles, area)
	for i, p := range f.panels {
		p.Draw(areas[i/cols][i%cols])
	}
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return nil, err
	}
	if format == "svg" {
		return bytes.ReplaceAll(b.Bytes(), []byte("font-family:Liberation Sans;"), []byte(svgFonts)), nil
	}
	return b.Bytes(), nil
}

// pad is the space around and between panels.
const pad = 4 * vg.Millimeter

// svgFonts names, beside the font that the layout was made for, those of the same
// widths on systems that do not have it.
const svgFonts = "font-family:Liberation Sans,Arial,Helvetica,sans-serif;"

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
	c.Scale(float64(scale), float64(scale))
	return c, draw.NewCanvas(c, w, h), nil
}

// grid is the number of rows and columns: two columns, or, where the size is given, as
// many as give panels of the best proportions.
func (f *Figure) grid(size Size) (rows, cols int) {
	n := len(f.panels)
	over := func(cols int) int { return (n + cols - 1) / cols }
	if size.Width == 0 {
		cols = min(2, n)
		return over(cols), cols
	}
	best := math.Inf(1)
	for c := 1; c <= n; c++ {
		shape := float64(size.Width) / float64(c) / (float64(size.Height) / float64(over(c)))
		if misfit := math.Abs(math.Log(shape / float64(panelWidth/panelHeight))); misfit < best {
			best, cols = misfit, c
		}
	}
	return over(cols), cols
}

// letter sets the letters of a panel and the numbers on its axes, as many as there is
// room for.
func letter(p *plot.Plot, width, height vg.Length) {
	for _, w := range []struct {
		style *text.Style
		size  float64
	}{
		{&p.Title.TextStyle, 12}, {&p.X.Label.TextStyle, 11}, {&p.Y.Label.TextStyle, 11},
		{&p.X.Tick.Label, 10}, {&p.Y.Tick.Label, 10},
	} {
		w.style.Font = sans(w.size)
	}
	p.X.Label.Padding, p.Y.Label.Padding, p.Title.Padding = vg.Points(3), vg.Points(3), vg.Points(4)
	width, height = width-50, height-40 // what is left for the axes, about
	length := func() vg.Length { return p.Y.Label.TextStyle.Rectangle(p.Y.Label.Text).Size().X }
	if length() > height {
		p.Y.Label.Text = inTwoLines(p.Y.Label.Text)
	}
	if long := length(); long > height {
		p.Y.Label.TextStyle.Font = sans(max(6, float64(11*height/long)))
	}
	for _, a := range []struct {
		axis *plot.Axis
		room float64 // numbers
	}{{&p.X, float64(width / 45)}, {&p.Y, float64(height / 22)}} {
		most := int(max(2, min(6, a.room)))
		switch a.axis.Tick.Marker.(type) {
		case plot.DefaultTicks, roundTicks:
			a.axis.Tick.Marker = roundTicks{most}
		}
	}
}

// inTwoLines breaks a label at the blank next to its middle.
func inTwoLines(s string) string {
	at := -1
	for i, c := range s {
		if middle := len(s) / 2; c == ' ' && (at < 0 || max(i-middle, middle-i) < max(at-middle, middle-at)) {
			at = i
		}
	}
	if at < 0 {
		return s
	}
	return s[:at] + "\n" + s[at+1:]
}

func sans(size float64) font.Font {
	return font.Font{Typeface: "Liberation", Variant: "Sans", Size: vg.Points(size)}
}

// shorten cuts words that are wider than the room for them.
func shorten(s string, style text.Style, room vg.Length) string {
	if style.Rectangle(s).Size().X <= room {
		return s
	}
	runes := []rune(s)
	for len(runes) > 1 && style.Rectangle(string(runes)+"…").Size().X > room {
		runes = runes[:len(runes)-1]
	}
	return strings.TrimSpace(string(runes)) + "…"
}
