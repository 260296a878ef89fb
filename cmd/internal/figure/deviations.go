package figure

import (
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"github.com/deepbsde/deepbsde/bsde/words"
)

// Side tells of a bound where the value lies that it bounds.
type Side int

// The sides: Neither for what is no bound.
const (
	Below   Side = -1
	Neither Side = 0
	Above   Side = 1
)

// Dot is a value with the half-width of its 95 % interval, of all errors and of sampling
// alone; NaN where it is not known.
type Dot struct {
	Name                  string
	Value, Half, Sampling float64
	Solver                bool // trained, and not a reference
	Doubt                 bool // it says of itself that it is not trustworthy
	Side                  Side
}

// Deviations is values of one thing beside the best of them, nil for none.
type Deviations struct {
	Title  string
	Best   *float64
	StdErr float64 // of the best, 0 where it is exact or its error is not stated
	Dots   []Dot
}

// best is the best value with the digits that matter beside the errors: its own, or a tenth of
// the smallest of the others.
func (d Deviations) best() string {
	least, six := math.Inf(1), words.ToError(*d.Best, math.NaN())
	for _, r := range d.Dots {
		if math.Abs(r.Value-*d.Best) > 1e-3*math.Abs(*d.Best) && d.StdErr < 1e-6*math.Abs(*d.Best) {
			return six // the axis shows no more
		}
		if words.Known(r.Half) && r.Half > 0 && r.Value != *d.Best {
			least = math.Min(least, r.Half)
		}
	}
	if d.StdErr > 0 || words.Known(least) {
		return words.Reference(*d.Best, d.StdErr, least/words.Normal95)
	}
	return six
}

// AddDeviations draws the deviation of every value from the best in per cent, or the value
// where there is no best, with its 95 % interval as a bar, whose thick part is sampling
// alone. A bound is a triangle that points to where the value is.
func (f *Figure) AddDeviations(d Deviations) {
	p := plot.New()
	p.Title.Text = d.Title
	p.Add(plotter.NewGrid())
	shift, unit := 0.0, 1.0
	p.X.Label.Text = "u(0, x0)"
	if d.Best != nil {
		shift, unit = *d.Best, 100/math.Abs(*d.Best)
		p.X.Label.Text = "deviation from " + d.best() + " in %"
		zero, _ := plotter.NewLine(plotter.XYs{{X: 0, Y: -0.5}, {X: 0, Y: float64(len(d.Dots)) - 0.5}}) // fails on non-numbers alone
		zero.Color = color.Gray{Y: 128}
		p.Add(zero)
	}
	var names []string
	bars, thick := false, false
	for _, r := range slices.Backward(d.Dots) { // the first one on top
		if !words.Known(r.Value) {
			continue
		}
		at := barred{x: unit * (r.Value - shift), y: float64(len(names)), half: unit * r.Half}
		if bar, err := plotter.NewXErrorBars(at); err == nil && at.half > 0 {
			p.Add(bar)
			bars = true
		}
		name := r.Name
		if !words.Known(r.Half) {
			name += " (error unknown)"
		} else if inner := unit * r.Sampling; inner > 0 && inner < at.half { // the thicker part of the bar
			line, _ := plotter.NewLine(plotter.XYs{{X: at.x - inner, Y: at.y}, {X: at.x + inner, Y: at.y}}) // numbers all
			line.Color, line.Width = shade(r.Solver), vg.Points(3)
			p.Add(line)
			thick = true
		}
		if r.Doubt && words.Known(r.Half) {
			name += " (not trustworthy)"
		}
		mark := marks(plotter.XYs{{X: at.x, Y: at.y}}, shade(r.Solver), glyph(r.Side))
		p.Add(mark)
		if r.Side != Neither {
			f.explain("a bound, on this side of which the value lies", mark)
		}
		names = append(names, name)
	}
	if bars {
		p.X.Label.Text += ", with 95 % interval"
	}
	if thick {
		p.X.Label.Text += " (thick: sampling)"
	}
	p.NominalY(names...)
	p.Y.Tick.Label.Font.Size = font.Points(10)
	p.Y.Min, p.Y.Max = -0.5, math.Max(float64(len(names))-0.5, 0.5)
	if p.X.Min >= p.X.Max { // nothing that has a width
		p.X.Min, p.X.Max = p.X.Min-1, p.X.Min+1
	}
	margin := 0.05 * (p.X.Max - p.X.Min)
	p.X.Min, p.X.Max = p.X.Min-margin, p.X.Max+margin
	f.panels = append(f.panels, p)
}

// barred is one point with an error bar along x.
type barred struct{ x, y, half float64 }

// Len is one.
func (b barred) Len() int { return 1 }

// XY is the point.
func (b barred) XY(int) (x, y float64) { return b.x, b.y }

// XError is half the bar on either side.
func (b barred) XError(int) (low, high float64) { return b.half, b.half }
