package figure

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"github.com/deepbsde/deepbsde/bsde/words"
)

// The widths of bars: of all errors, and of sampling alone inside.
const thinBar, thickBar = 1, 3

// bars draws the intervals of points, where several bands would add up to another colour, and gives one of them for the
// key.
func bars(p *plot.Plot, points []Valued, shade color.Color, width float64, half func(Valued) float64) (example []plot.Thumbnailer) {
	for _, v := range points {
		h := half(v)
		if !words.Known(v.Value) || !words.Known(h) || h == 0 {
			continue
		}
		bar, err := plotter.NewLine(plotter.XYs{{X: v.X, Y: v.Value - h}, {X: v.X, Y: v.Value + h}})
		if err != nil {
			continue
		}
		bar.Color, bar.Width = shade, vg.Points(width)
		p.Add(bar)
		example = []plot.Thumbnailer{bar}
	}
	return example
}
