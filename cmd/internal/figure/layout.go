package figure

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// pad is the space around and between panels.
const pad = 4 * vg.Millimeter

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

// Column is the size of the panels below one another, for a narrow screen.
func (f *Figure) Column() Size {
	width := panelWidth
	if f.bar != nil {
		width += f.bar.width()
	}
	return Size{width, vg.Length(len(f.panels))*panelHeight + f.headerHeight(width)}
}

// place is a panel with the area that it is drawn on.
type place struct {
	*plot.Plot
	area draw.Canvas
}

// arrange gives every panel its place. The last row, where it has fewer panels, fills the
// width, so that no place is empty.
func (f *Figure) arrange(area draw.Canvas, rows, cols int) (list []place) {
	height := area.Size().Y / vg.Length(rows)
	whole := len(f.panels) / cols
	if whole > 0 {
		list = aligned(f.panels[:whole*cols], draw.Crop(area, 0, 0, vg.Length(rows-whole)*height, 0), whole, cols)
	}
	if rest := f.panels[whole*cols:]; len(rest) > 0 {
		list = append(list, aligned(rest, draw.Crop(area, 0, 0, 0, -vg.Length(whole)*height), 1, len(rest))...)
	}
	return list
}

// aligned is rows of panels whose axes are in line.
func aligned(panels []*plot.Plot, area draw.Canvas, rows, cols int) (list []place) {
	grid := make([][]*plot.Plot, rows)
	for i := range grid {
		grid[i] = panels[i*cols : (i+1)*cols]
	}
	for _, p := range panels {
		letter(p, area.Size().X/vg.Length(cols)-2*pad, area.Size().Y/vg.Length(rows)-2*pad)
	}
	tiles := draw.Tiles{Rows: rows, Cols: cols, PadX: pad, PadY: pad, PadTop: pad, PadBottom: pad, PadLeft: pad, PadRight: pad}
	areas := plot.Align(grid, tiles, area)
	for i, p := range panels {
		list = append(list, place{p, areas[i/cols][i%cols]})
	}
	return list
}
