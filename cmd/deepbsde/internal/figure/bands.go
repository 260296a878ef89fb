package figure

import (
	"fmt"
	"math"

	"gonum.org/v1/plot/palette/moreland"
	"gonum.org/v1/plot/plotter"

	"github.com/deepbsde/deepbsde/bsde/words"
)

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
