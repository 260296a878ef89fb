package programme

import "math"

// axis are equidistant points from lo to hi.
type axis struct {
	lo, hi    float64
	n, stride int  // points, and the distance of neighbours in a table
	beyond    bool // cells go on beyond lo and hi
}

// axes are those of a table of values on a grid, the last one the fastest.
type axes struct {
	list []axis
	size int
}

func newAxes(lower, upper []float64, points []int) axes {
	a := axes{list: make([]axis, len(points)), size: 1}
	for i := len(points) - 1; i >= 0; i-- {
		a.list[i] = axis{lower[i], upper[i], points[i], a.size, false}
		a.size *= points[i]
	}
	return a
}

// at is the position of point i.
func (a *axis) at(i int) float64 {
	if i == a.n-1 {
		return a.hi
	}
	return a.lo + float64(i)*(a.hi-a.lo)/float64(a.n-1)
}

// cell is the point before x and the share of the next one, beyond lo and hi those
// there, or with beyond the shares of a straight line, below 0 or above 1.
func (a *axis) cell(x float64) (i int, share float64) {
	s := (x - a.lo) / (a.hi - a.lo) * float64(a.n-1)
	switch last := float64(a.n - 1); {
	case !(s > 0) && a.beyond:
		return 0, s
	case !(s > 0):
		return 0, 0
	case s >= last && a.beyond:
		return a.n - 2, s - (last - 1)
	case s >= last:
		return a.n - 2, 1
	}
	i = int(s)
	return i, s - float64(i)
}

// points are all points of the grid, size×d.
func (a *axes) points() []float64 {
	out := make([]float64, 0, a.size*len(a.list))
	for i := range a.size {
		for _, ax := range a.list {
			out = append(out, ax.at(i/ax.stride%ax.n))
		}
	}
	return out
}

// interpolate is the multilinear interpolation of a table at x, NaN where x is.
func (a *axes) interpolate(table, x []float64) float64 {
	return a.along(0, 0, table, x)
}

// along interpolates in the axes from k on, at the given place in those before.
func (a *axes) along(k, place int, table, x []float64) float64 {
	if k == len(a.list) {
		return table[place]
	}
	if math.IsNaN(x[k]) {
		return math.NaN()
	}
	ax := &a.list[k]
	i, share := ax.cell(x[k])
	place += i * ax.stride
	low := a.along(k+1, place, table, x)
	if share == 0 {
		return low
	}
	return low + share*(a.along(k+1, place+ax.stride, table, x)-low)
}
