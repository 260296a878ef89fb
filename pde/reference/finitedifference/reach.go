package finitedifference

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/deepbsde/deepbsde/pde/reference/internal/sample"
)

// The domain: so many standard deviations beyond the means, so many coarsest meshes a
// deviation (both in one and in two dimensions), and at most so many meshes in all.
var (
	domainDeviations   = []float64{7, 6}
	meshesPerDeviation = []float64{14, 3}
)

const mostMeshes = 800

// reach is how far ξ_t comes in one coordinate until T.
type reach struct {
	lo, hi    float64 // so many deviations beyond the means
	deviation float64 // at T
	core      float64 // median of |ξ_T| beside a square-root process, else 0
}

// like tells whether two estimates of the reach are finite and differ by no more than
// what a domain may: a factor of 1½, where there is more than rounding.
func (r reach) like(o reach) bool {
	width, other := r.hi-r.lo, o.hi-o.lo
	near := func(a, b float64) bool { return a <= 1.5*b+1e-9*width && b <= 1.5*a+1e-9*width }
	return near(r.deviation, o.deviation) && near(width, other) && !math.IsInf(width, 1)
}

// domain sets the mesh width and the number of nodes from a short simulation of ξ by
// Euler steps: the reach needs to be known to a few per cent only. A drift that is too
// fast for the steps shows when they are made shorter.
func (l *lattice) domain() error {
	const most = 25600
	found, err := l.reaches(100)
	for steps := 400; err == nil && steps <= most; steps *= 4 {
		coarse := found
		if found, err = l.reaches(steps); err == nil && slices.EqualFunc(coarse, found, reach.like) {
			for i, r := range coarse {
				l.axes[i].lay(r, l.p.Dim)
			}
			return nil
		}
	}
	if err != nil {
		return err
	}
	for i, r := range found {
		if math.IsNaN(r.hi-r.lo) || math.IsInf(r.hi-r.lo, 0) {
			return fmt.Errorf("component %d of X_t is not finite in a simulation; check drift and diffusion away from the start", i)
		}
	}
	return fmt.Errorf("needs a drift and diffusion that a simulation in %d Euler steps can follow, to know how far X_t reaches; shorten the horizon %g or slow the fastest rate", most, l.p.Horizon)
}

// reaches estimates the reach of every coordinate.
func (l *lattice) reaches(steps int) ([]reach, error) {
	const paths = 1000
	d := l.p.Dim
	h, beyond := l.p.Horizon/float64(steps), domainDeviations[d-1]
	rng := rand.New(rand.NewPCG(2, 1970))
	xi, x := make([]float64, paths*d), make([]float64, paths*d)
	all, farthest := make([]reach, d), make([]float64, d)
	for n := range steps {
		for r := range x {
			x[r] = l.axes[r%d].at(xi[r])
		}
		if err := l.advance(rng, float64(n)*h, h, x, xi); err != nil {
			return nil, err
		}
		for i := range d {
			var of sample.Moments
			for r := i; r < len(xi); r += d {
				if l.axes[i].closed {
					xi[r] = math.Max(xi[r], l.axes[i].bottom())
				}
				farthest[i] = math.Max(farthest[i], xi[r])
				of.Add(xi[r])
			}
			mean, deviation := of.Mean, math.Sqrt(of.M2/paths)
			all[i] = reach{
				lo:        math.Min(all[i].lo, mean-beyond*deviation),
				hi:        math.Max(all[i].hi, mean+beyond*deviation),
				deviation: deviation,
			}
		}
	}
	for i, a := range l.axes {
		if a.bend > 0 { // the law has a tail e^{−x/c}: of a thousand paths none is at a third of this
			all[i].hi = math.Min(all[i].hi, farthest[i]+math.Log(3))
		} else if len(l.move.Roots) > 0 && !a.closed {
			all[i].core = median(xi, i, d)
		}
	}
	return all, nil
}

// median is that of |ξ| of component i.
func median(xi []float64, i, d int) float64 {
	var size []float64
	for r := i; r < len(xi); r += d {
		size = append(size, math.Abs(xi[r]))
	}
	slices.Sort(size)
	return size[len(size)/2]
}

// advance moves ξ, which is at x, by one Euler step; where there are square-root processes
// by the step that knows them.
func (l *lattice) advance(rng *rand.Rand, t, h float64, x, xi []float64) error {
	d, paths := l.p.Dim, len(x)/l.p.Dim
	if len(l.move.Roots) > 0 {
		dw, next := make([]float64, len(x)), make([]float64, len(x))
		for r := range dw {
			dw[r] = math.Sqrt(h) * rng.NormFloat64()
		}
		err := l.move.Step(t, h, paths, x, dw, nil, next)
		for r, v := range next {
			xi[r] = l.axes[r%d].xi(v)
		}
		return err
	}
	b, s, err := l.coefficients(t, paths, x)
	if err != nil {
		return err
	}
	for r := range paths {
		for k := range d {
			w := math.Sqrt(h) * rng.NormFloat64()
			for i := range d {
				xi[r*d+i] += s[k][r*d+i] * w
			}
		}
	}
	for r := range xi {
		xi[r] += b[r] * h
	}
	return nil
}

// lay chooses the mesh for the reach in a problem of d dimensions.
func (a *axis) lay(r reach, d int) {
	scale := 1.0
	if !a.log {
		scale += math.Abs(a.x0)
	}
	if r.deviation < 1e-9*scale { // without noise
		r.deviation = 0.01 * scale
		r.lo, r.hi = r.lo-domainDeviations[d-1]*r.deviation, r.hi+domainDeviations[d-1]*r.deviation
	}
	if r.core > 0 {
		// What a square-root process drives has a law with a sharp peak and heavy tails, and u
		// the kinks of g as long as the square-root process is near 0.
		a.core, a.wide = r.core, r.deviation
		r.lo, r.hi = 1.6*r.lo, 1.6*r.hi // the tails are those of e^{−|ξ|} rather than of a normal law
		r.lo, r.hi, r.deviation = a.squeeze(r.lo), a.squeeze(r.hi), 1
	}
	a.mesh(r.lo, r.hi, r.deviation/meshesPerDeviation[d-1])
}

// mesh lays the nodes over [lo, hi], about h apart.
func (a *axis) mesh(lo, hi, h float64) {
	a.h = math.Max(h, (hi-lo)/mostMeshes)
	switch {
	case a.closed && a.bottom() == 0:
		a.below = 0
	case a.closed && lo <= a.bottom(): // a node at x = 0
		a.below = max(2, int(math.Round(-a.bottom()/a.h)))
		a.h = -a.bottom() / float64(a.below)
	default:
		a.closed = false
		a.below = max(2, int(math.Ceil(-lo/a.h)))
	}
	a.above = max(2, int(math.Ceil(hi/a.h)))
}
