package flow

import "math"

// curve is a function on that range, as the sum of a convex and a concave one.
type curve struct {
	lo, step float64
	f        []float64 // at equal distances
	bent     []float64 // the convex part there, with the value 0 and the slope 0 at the lower end
	least    float64   // the least slope of the functions that bound it, see Track.Backward
}

// curve is the one with such values at the points; nil where they are not finite.
func (s *Generator) curve(f []float64) *curve {
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

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
