package figure

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/deepbsde/deepbsde/bsde/words"
)

// DrawnPaths are drawn of an equation, however many there are.
const DrawnPaths = 3

// mostMarks stand along a path.
const mostMarks = 20

// Path is the recursion of Y along a path of X.
type Path struct {
	T, Y []float64
	U    []float64 // the exact solution along it, nil where that is not known
	G    float64   // g(X) at its end
}

// Paths draws Y along the first paths as lines, and what it should be as rings in
// the colour of each.
func Paths(title string, paths []Path) *Figure {
	f := &Figure{Title: title}
	p := newPanel("time t", "Y along X")
	target := "g(X) at the end"
	if paths[0].U != nil {
		p.Y.Label.Text, target = "Y and u(t, X) along X", "exact solution u(t, X) at the same points"
	}
	for i, path := range paths[:min(DrawnPaths, len(paths))] {
		shade := runColors[i%len(runColors)]
		var line, rings plotter.XYs
		last := len(path.T) - 1
		every := (last + mostMarks - 1) / mostMarks
		for n, t := range path.T {
			line = append(line, plotter.XY{X: t, Y: path.Y[n]})
			if path.U != nil && (n%every == 0 || n == last) && words.Known(path.U[n]) {
				rings = append(rings, plotter.XY{X: t, Y: path.U[n]})
			}
		}
		if path.U == nil {
			rings = plotter.XYs{{X: path.T[last], Y: path.G}}
		}
		f.curve(p, fmt.Sprintf("Y along %d sample paths, a colour each", min(DrawnPaths, len(paths))), line, shade)
		ring := marks(rings, shade, draw.RingGlyph{})
		ring.Radius = vg.Points(2.5)
		if thread, err := plotter.NewLine(rings); err == nil && len(rings) > 1 {
			thread.Color, thread.Width, thread.Dashes = shade, vg.Points(0.8), dashes
			p.Add(thread)
			f.explain(target, thread, ring)
		}
		p.Add(ring)
		f.explain(target, ring)
	}
	addMargin(p)
	f.panels = []*plot.Plot{p}
	return f
}

// Distance is the root of the mean square of Y less what it should be, over all times
// where the exact solution is known, else at the end, and the standard deviation of
// g(X) to measure it by.
func Distance(paths []Path) (off, spread float64) {
	var sum, count, mean, square float64
	for _, path := range paths {
		last := len(path.T) - 1
		for n := range path.T {
			if path.U != nil || n == last {
				want := path.G
				if path.U != nil {
					want = path.U[n]
				}
				sum += (path.Y[n] - want) * (path.Y[n] - want)
				count++
			}
		}
		mean += path.G / float64(len(paths))
		square += path.G * path.G / float64(len(paths))
	}
	return math.Sqrt(sum / count), math.Sqrt(math.Max(square-mean*mean, 0))
}
