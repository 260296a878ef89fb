package main

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/words"
)

// benchFigure draws for each problem the relative error, the mean over the seeds,
// against the seconds since the start: a line for Y0 in training, a point of the same
// colour for the final estimate, and the published figure.
func benchFigure(cells []benchCell) *figure {
	f := &figure{}
	for i := 0; i < len(cells); {
		j := i
		for j < len(cells) && cells[j].family == cells[i].family {
			j++
		}
		f.benchPanel(cells[i:j])
		i = j
	}
	return f
}

func (f *figure) benchPanel(cells []benchCell) {
	p := newPanel("time in seconds", "relative error")
	p.Title.Text = identity(cells[0].member)
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	p.X.Tick.Marker, p.Y.Tick.Marker = logTicks{}, logTicks{}
	all := extent{math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)}
	for i := range cells {
		c := &cells[i]
		training, estimate := c.curve()
		all.add(append(training, estimate...))
		shade := shade(c.preset == "default")
		if len(training) > 0 {
			line, _ := plotter.NewLine(training) // fails on non-numbers alone, which curve leaves out
			line.Color, line.Width = shade, vg.Points(1.5)
			p.Add(line)
			f.explain(c.preset+": in training", line)
		}
		if len(estimate) > 0 {
			point := marks(estimate, shade, draw.CircleGlyph{})
			p.Add(point)
			f.explain(c.preset+": estimate", point)
		}
	}
	if run := cells[0].family.PublishedRun; run != nil {
		at := plotter.XYs{{X: run.Seconds, Y: run.Error}}
		all.add(at)
		point := marks(at, color.Black, draw.CrossGlyph{})
		p.Add(point)
		f.explain("published", point)
	}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = all.decades()
	f.panels = append(f.panels, p)
}

// curve is the relative error in training and that of the estimate against time,
// without the start, which no logarithmic axis has room for.
func (c *benchCell) curve() (training, estimate plotter.XYs) {
	for _, at := range c.runs[0].Checkpoints {
		var values, seconds []float64
		for _, r := range c.runs {
			if p := r.at(at.Iteration); p != nil {
				values, seconds = append(values, p.Value), append(seconds, p.Seconds)
			}
		}
		if r := c.row("", values, seconds); r.seconds > 0 && r.err > 0 && words.Known(r.err) && at.Iteration > 0 {
			training = append(training, plotter.XY{X: r.seconds, Y: r.err})
		}
	}
	rows := c.rows()
	if r := rows[len(rows)-1]; r.err > 0 && r.seconds > 0 && words.Known(r.err) {
		estimate = plotter.XYs{{X: r.seconds, Y: r.err}}
	}
	return training, estimate
}

func marks(at plotter.XYs, shade color.Color, shape draw.GlyphDrawer) *plotter.Scatter {
	s, _ := plotter.NewScatter(at) // as above
	s.GlyphStyle = draw.GlyphStyle{Color: shade, Radius: vg.Points(4), Shape: shape}
	return s
}

// extent is the range of points with positive coordinates.
type extent struct{ xmin, xmax, ymin, ymax float64 }

func (e *extent) add(points plotter.XYs) {
	for _, p := range points {
		e.xmin, e.xmax = math.Min(e.xmin, p.X), math.Max(e.xmax, p.X)
		e.ymin, e.ymax = math.Min(e.ymin, p.Y), math.Max(e.ymax, p.Y)
	}
}

// decades is the extent widened to whole powers of ten, one to ten where it is empty.
func (e *extent) decades() (xmin, xmax, ymin, ymax float64) {
	if e.xmin > e.xmax {
		return 1, 10, 1, 10
	}
	down := func(x float64) float64 { return math.Pow(10, math.Floor(math.Log10(x))) }
	up := func(x float64) float64 { return math.Pow(10, math.Floor(math.Log10(x))+1) }
	return down(e.xmin), up(e.xmax), down(e.ymin), up(e.ymax)
}
