package estimate

import "github.com/deepbsde/deepbsde/autodiff/expr"

// curvature takes second differences of f(t, x, y, z) in y and z at one time, for a batch of
// paths.
type curvature struct {
	f       *expr.Func `ranks:"-"`
	t       float64
	x, y, z []float64 // rows×d, rows, rows×d
}

// at is f at y + a·ay + b·by and z + a·az + b·bz.
func (c *curvature) at(a float64, ay, az []float64, b float64, by, bz []float64) ([]float64, error) {
	y, z, out := make([]float64, len(c.y)), make([]float64, len(c.z)), make([]float64, len(c.y))
	for i, v := range c.y {
		y[i] = v + a*ay[i] + b*by[i]
	}
	for i, v := range c.z {
		z[i] = v + a*az[i] + b*bz[i]
	}
	err := c.f.Eval(len(y), out, []float64{c.t}, c.x, y, z)
	return out, err
}

// mixed is the bilinear form of the second derivative for the directions (ay, az) and (by, bz),
// per unit of ay and by where they are not 0: a mixed difference as wide as they are.
func (c *curvature) mixed(ay, az, by, bz []float64) ([]float64, error) {
	out := make([]float64, len(c.y))
	for _, a := range []float64{1, -1} {
		for _, b := range []float64{1, -1} {
			f, err := c.at(a/2, ay, az, b/2, by, bz)
			if err != nil {
				return nil, err
			}
			for i, v := range f {
				out[i] += a * b * v
			}
		}
	}
	for i := range out {
		for _, v := range []float64{ay[i], by[i]} {
			if v != 0 {
				out[i] /= v
			}
		}
	}
	return out, nil
}

// second is ½(f(z+e) + f(z−e)) − f(z).
func (c *curvature) second(e []float64) ([]float64, error) {
	zero, none := make([]float64, len(c.y)), make([]float64, len(c.z))
	out, err := c.at(0, zero, none, 0, zero, none)
	if err != nil {
		return nil, err
	}
	for i := range out {
		out[i] = -out[i]
	}
	for _, side := range []float64{1, -1} {
		f, err := c.at(side, zero, e, 0, zero, none)
		if err != nil {
			return nil, err
		}
		for i, v := range f {
			out[i] += 0.5 * v
		}
	}
	return out, nil
}
