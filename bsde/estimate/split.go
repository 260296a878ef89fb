package estimate

import (
	"math"

	"github.com/deepbsde/deepbsde/bsde/internal/equation"
)

// split is a generator f(y) alone on a range that u does not leave, linear beyond it.
type split struct {
	lo, step float64
	of       func(y ...float64) ([]float64, error) // f
	steepest float64                               // the largest |f′|
}

// splitPoints is the number of points of a curve. Between two of them it is taken linear: the
// curvature is seen at that distance.
const splitPoints = 4096

// newSplit is the f of an equation where it is a function of y alone; else it is nil. g
// has been seen between lo and hi.
func newSplit(eq *equation.Equation, lo, hi float64) (*split, error) {
	if !eq.UsesY || eq.UsesZ || !eq.Bent {
		return nil, nil
	}
	last := len(eq.FList) - 1
	for _, in := range []int{equation.InT, equation.InX, equation.InZ} {
		if equation.DependsOn(eq.FList, in, false)[last] {
			return nil, nil
		}
	}
	s := &split{of: func(y ...float64) ([]float64, error) {
		out := make([]float64, len(y))
		err := eq.F.Eval(len(y), out, []float64{0}, make([]float64, eq.Dim), y, make([]float64, eq.Dim))
		return out, err
	}}
	lo, hi, ok, err := span(s.of, lo, hi)
	if err != nil || !ok {
		return nil, err
	}
	s.lo, s.step = lo, (hi-lo)/(splitPoints-1)
	f, err := s.of(s.points()...)
	if err != nil {
		return nil, err
	}
	for i := 1; i < len(f); i++ {
		s.steepest = math.Max(s.steepest, math.Abs(f[i]-f[i-1])/s.step)
	}
	if !finite(s.steepest) {
		return nil, nil
	}
	return s, nil
}

// points are those of a curve.
func (s *split) points() []float64 {
	y := make([]float64, splitPoints)
	for i := range y {
		y[i] = s.lo + float64(i)*s.step
	}
	return y
}

// inside is the number of the range that is nearest to y.
func (s *split) inside(y float64) float64 {
	return math.Min(math.Max(y, s.lo), s.lo+(splitPoints-1)*s.step)
}

// curve is a function on that range, as the sum of a convex and a concave one.
type curve struct {
	lo, step float64
	f        []float64 // at equal distances
	bent     []float64 // the convex part there, with the value 0 and the slope 0 at the lower end
	least    float64   // the least slope of the functions that bound it, see backward
}

// curve is the one with such values at the points; nil where they are not finite.
func (s *split) curve(f []float64) *curve {
	c := &curve{lo: s.lo, step: s.step, f: f, bent: make([]float64, splitPoints)}
	before := (f[1] - f[0]) / s.step
	convex := 0.0
	c.least = before
	for i := 1; i < splitPoints; i++ {
		c.bent[i] = c.bent[i-1] + convex*s.step
		if i+1 < splitPoints {
			slope := (f[i+1] - f[i]) / s.step
			convex += math.Max(slope-before, 0)
			c.least += math.Min(slope-before, 0)
			before = slope
		}
	}
	if !finite(c.least) || !finite(convex) {
		return nil
	}
	return c
}

// at is the function, its convex part and the slopes of both at y.
func (c *curve) at(y float64) (f, bent, slope, bentSlope float64) {
	x := (y - c.lo) / c.step
	i := min(max(int(math.Floor(x)), 0), splitPoints-2)
	w := x - float64(i)
	slope, bentSlope = c.f[i+1]-c.f[i], c.bent[i+1]-c.bent[i]
	return c.f[i] + w*slope, c.bent[i] + w*bentSlope, slope / c.step, bentSlope / c.step
}

// value is the function at y.
func (c *curve) value(y float64) float64 {
	f, _, _, _ := c.at(y)
	return f
}

// span widens the range of g to one that u does not leave: its ends are a sub- and a
// supersolution, f(lo) ≥ 0 ≥ f(hi), a fifth of the width away or more where there is one, for
// the paths that are yet to come. Where there is no such end f must be linear beyond the one that
// is taken, as the split is; else ok is false.
func span(f func(y ...float64) ([]float64, error), lo, hi float64) (a, b float64, ok bool, err error) {
	width := math.Max(hi-lo, 1e-3*(math.Abs(lo)+math.Abs(hi)))
	end := func(from, step, sign float64) (float64, bool, error) {
		const tries = 200 // 40 of them a decade, from a fifth of the width on
		y := make([]float64, 2*tries)
		for i := range tries {
			y[i] = from + step*0.2*math.Pow(10, float64(i)/40)
			y[tries+i] = from + step*0.2*math.Pow(10, -float64(i+1)/40)
		}
		y[len(y)-1] = from
		v, err := f(y...)
		if err != nil {
			return 0, false, err
		}
		for i := range v {
			if sign*v[i] >= 0 {
				return y[i], true, nil
			}
		}
		first, last := tries/4, tries-1
		slope := (v[first+1] - v[first]) / (y[first+1] - y[first])
		for i := first; i <= last; i++ {
			line := v[first] + slope*(y[i]-y[first])
			if !(math.Abs(v[i]-line) <= 1e-9*(math.Abs(v[i])+math.Abs(line))) {
				return 0, false, nil
			}
		}
		return y[first+1], true, nil
	}
	a, ok, err = end(lo, -width, 1)
	if err != nil || !ok {
		return 0, 0, false, err
	}
	b, ok, err = end(hi, width, -1)
	return a, b, ok, err
}
