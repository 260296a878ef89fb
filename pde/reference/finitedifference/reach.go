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
	all := make([]reach, d)
	for n := range steps {
		for r := range x {
			x[r] = l.axes[r%d].at(xi[r])
		}
		b, s, err := l.coefficients(float64(n)*h, paths, x)
		if err != nil {
			return nil, err
		}
		for r := range paths {
			for k := range d {
				w := math.Sqrt(h) * rng.NormFloat64()
				for i := range d {
					xi[r*d+i] += s[k][r*d+i] * w
				}
			}
		}
		for i := range d {
			var of sample.Moments
			for r := i; r < len(xi); r += d {
				xi[r] += b[r] * h
				if l.axes[i].closed {
					xi[r] = math.Max(xi[r], -l.axes[i].x0)
				}
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
	return all, nil
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
	a.mesh(r.lo, r.hi, r.deviation/meshesPerDeviation[d-1])
}

// mesh lays the nodes over [lo, hi], about h apart.
func (a *axis) mesh(lo, hi, h float64) {
	a.h = math.Max(h, (hi-lo)/mostMeshes)
	if a.closed && lo <= -a.x0 { // a node at x = 0
		a.below = max(2, int(math.Round(a.x0/a.h)))
		a.h = a.x0 / float64(a.below)
	} else {
		a.closed = false
		a.below = max(2, int(math.Ceil(-lo/a.h)))
	}
	a.above = max(2, int(math.Ceil(hi/a.h)))
}
