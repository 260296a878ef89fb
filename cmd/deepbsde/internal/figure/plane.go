package figure

import (
	"math"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/deepbsde/deepbsde/bsde/words"
)

// Axis is a component of x with the range that it runs through.
type Axis struct {
	Name      string
	Low, High float64
}

// at is the i-th of so many values of the range.
func (a Axis) at(i, count int) float64 {
	return a.Low + (a.High-a.Low)*float64(i)/float64(count-1)
}

// Surface is the values of one run in a plane, N×N of them, those of a value of X
// together.
type Surface struct {
	Name   string
	N      int
	Values []float64
	Centre Point // where x0 lies
}

// Plane is runs in one plane through x0.
type Plane struct {
	Title string
	X, Y  Axis
	Runs  []Surface
}

// Figure draws the values in bands of colour, a panel for each run.
func (a Plane) Figure() (*Figure, error) {
	f := &Figure{Title: a.Title}
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, r := range a.Runs {
		for _, v := range r.Values {
			if words.Known(v) {
				lo, hi = math.Min(lo, v), math.Max(hi, v)
			}
		}
	}
	bands, err := newBands(lo, hi)
	if err != nil {
		return nil, err
	}
	for _, r := range a.Runs {
		p := newPanel(a.X.Name, a.Y.Name)
		if len(a.Runs) > 1 {
			p.Title.Text = r.Name
		}
		h := plotter.NewHeatMap(&surface{a.X, a.Y, r.N, r.Values}, bands.palette)
		bands.color(h)
		p.Add(h)
		ring := marks([]Point{r.Centre}, black, draw.RingGlyph{})
		ring.Radius = vg.Points(3.5)
		p.Add(ring)
		f.explain("x0", ring)
		p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = a.X.Low, a.X.High, a.Y.Low, a.Y.High
		f.panels = append(f.panels, p)
	}
	for i, c := range bands.palette.Colors() {
		f.explain(bands.name(i), swatch{c})
	}
	return f, nil
}
