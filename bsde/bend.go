package bsde

import (
	"math"
	"math/rand/v2"

	"github.com/deepbsde/deepbsde/autodiff"
)

// bender measures the curvature of a generator along paths by second differences
// with random errors of Y and Z.
type bender[T autodiff.Float] struct {
	w        *walker[T]
	rng      *rand.Rand
	y        []float64 // the values along the paths
	variance float64   // of the mismatch, per unit of time
	sum      float64   // of D_y f(η) − D_z f(ε)
}

// observe adds D_y f(η) − D_z f(ε) at one time step, with η of variance
// variance·t and ε of variance in all its components together.
func (b *bender[T]) observe(_ int, t float64, x, _, z []float64) error {
	y, rows := b.y, len(b.y)
	errY, errZ := make([]float64, rows), make([]float64, len(z))
	normals(b.rng, errY, math.Sqrt(b.variance*t))
	normals(b.rng, errZ, math.Sqrt(b.variance*float64(rows)/float64(len(z))))
	inY, err := b.second(t, x, y, z, errY, make([]float64, len(z)))
	if err != nil {
		return err
	}
	inZ, err := b.second(t, x, y, z, make([]float64, rows), errZ)
	if err != nil {
		return err
	}
	for r := range inY {
		b.sum += inY[r] - inZ[r]
	}
	return nil
}

// second is ½(f(·+error) + f(·−error)) − f(·) for every path.
func (b *bender[T]) second(t float64, x, y, z, errY, errZ []float64) ([]float64, error) {
	out, f := make([]float64, len(y)), make([]float64, len(y))
	ys, zs := make([]float64, len(y)), make([]float64, len(z))
	for _, side := range []float64{1, -1, 0} {
		for i := range y {
			ys[i] = y[i] + side*errY[i]
		}
		for i := range z {
			zs[i] = z[i] + side*errZ[i]
		}
		if err := b.w.m.eq.generator.Eval(len(y), f, []float64{t}, x, ys, zs); err != nil {
			return nil, err
		}
		weight := 0.5
		if side == 0 {
			weight = -1
		}
		for i, v := range f {
			out[i] += weight * v
		}
	}
	return out, nil
}
