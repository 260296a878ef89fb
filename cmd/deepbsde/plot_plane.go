package main

import (
	"fmt"
	"math"

	"gonum.org/v1/plot/palette/moreland"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/words"
)

// planeFigure draws u in a plane through x0 in bands of colour, a panel for each run.
func planeFigure(plane [2]scan, runs []scannedRun) (*figure, error) {
	first := runs[0]
	value := "u(t, x)"
	if first.policy != nil {
		value = "cost of the policy"
		if first.control.Problem.Maximize {
			value = "reward of the policy"
		}
	}
	others := ""
	if len(first.start()) > 2 {
		others = ", the other components as in x0"
	}
	f := &figure{title: fmt.Sprintf("%s: %s at t = %s%s", identity(first.member), value, words.Exact(first.points[0].Time), others)}
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, r := range runs {
		for _, p := range r.points {
			if words.Known(p.Value) {
				lo, hi = math.Min(lo, p.Value), math.Max(hi, p.Value)
			}
		}
	}
	bands, err := newBands(lo, hi)
	if err != nil {
		return nil, err
	}
	for _, r := range runs {
		p := newPanel(fmt.Sprintf("x[%d]", plane[0].component), fmt.Sprintf("x[%d]", plane[1].component))
		if len(runs) > 1 {
			p.Title.Text = r.name
		}
		n := int(math.Round(math.Sqrt(float64(len(r.points)))))
		h := plotter.NewHeatMap(&surface{plane, n, r.points}, bands.palette)
		bands.color(h)
		p.Add(h)
		x0 := r.start()
		ring := marks(plotter.XYs{{X: x0[plane[0].component], Y: x0[plane[1].component]}}, black, draw.RingGlyph{})
		ring.Radius = vg.Points(3.5)
		p.Add(ring)
		f.explain("x0", ring)
		p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = plane[0].lo, plane[0].hi, plane[1].lo, plane[1].hi
		f.panels = append(f.panels, p)
	}
	for i, c := range bands.palette.Colors() {
		f.explain(bands.name(i), swatch{c})
	}
	return f, nil
}

// bands are intervals of values, each with its colour.
type bands struct {
	edges   []float64
	labels  []string
	palette *colors
}

// newBands divides the range into up to a dozen bands with round edges.
func newBands(lo, hi float64) (*bands, error) {
	if !(hi > lo) { // the same everywhere, or nothing known
		if lo > hi {
			return nil, fmt.Errorf("no value in the plane is finite")
		}
		hi = lo + math.Max(1e-9, 1e-3*math.Abs(lo))
	}
	ticks := roundTicks{12}.Ticks(lo, hi)
	b := &bands{}
	for _, t := range ticks {
		b.edges, b.labels = append(b.edges, t.Value), append(b.labels, t.Label)
	}
	step := hi - lo
	if len(ticks) > 1 {
		step = ticks[1].Value - ticks[0].Value
	}
	if len(ticks) == 0 {
		b.edges, b.labels = []float64{lo}, []string{words.Exact(lo)}
	}
	if b.edges[0] > lo { // as far as the values go
		b.edges, b.labels = append([]float64{b.edges[0] - step}, b.edges...), append([]string{""}, b.labels...)
	}
	if last := b.edges[len(b.edges)-1]; last < hi || len(b.edges) == 1 {
		b.edges, b.labels = append(b.edges, last+step), append(b.labels, "")
	}
	m := moreland.Kindlmann()
	m.SetMin(0)
	m.SetMax(1)
	b.palette = &colors{}
	for i := range len(b.edges) - 1 {
		// Neither black nor white, which would hide the grid or the ring.
		c, err := m.At(0.15 + 0.75*float64(i)/math.Max(1, float64(len(b.edges)-2)))
		if err != nil {
			return nil, err
		}
		b.palette.list = append(b.palette.list, c)
	}
	return b, nil
}

// color makes the plot show each band in its colour: it rounds to the nearest of colours
// that stand for values, the first one for Min and the last one for Max.
func (b *bands) color(h *plotter.HeatMap) {
	last, half := len(b.edges)-1, (b.edges[1]-b.edges[0])/2
	h.Min, h.Max = b.edges[0]+half, b.edges[last]-half
	h.Underflow, h.Overflow = b.palette.list[0], b.palette.list[last-1]
	h.Rasterized = true // the edges of rectangles would be seen
}

// name is the interval of band i.
func (b *bands) name(i int) string {
	switch lo, hi := b.labels[i], b.labels[i+1]; {
	case lo == "":
		return "below " + hi
	case hi == "":
		return "above " + lo
	default:
		return lo + " … " + hi
	}
}
