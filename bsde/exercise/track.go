package exercise

import (
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/bsde/internal/equation"
)

// track is what was met along rows of paths, for recursions backward in time.
type track struct {
	points []passage // by grid point
	g      []float64 // rows: g(X_T)
	stop   []int     // rows: the point of the grid where the rule stops, N where it never does
	met    []int     // the points that were met, but for the last
}

// passage is one grid point and the step after it.
type passage struct {
	date                bool
	pay                 []float64 // Φ, at dates
	martingale          []float64 // the fitted increment
	factor, add, weight []float64 // see Step
	t                   float64
	x                   []float64 // rows×d; nil where f is affine
}

// path is one that a recursion goes back along: the rule's, or the best in hindsight.
type path bool

const (
	ruled path = false
	best  path = true
)

// follow walks along paths from o and keeps what it meets; rule tells whether their stopping
// times are wanted. Steps are those of the grid or, for a stride of 2, of two of its steps at a time, along the
// same noise.
func (w *walker) follow(k *track, of noise, o *origin, first, rows, stride int) error {
	w.begin(rows, o.x)
	N := w.Grid.Steps()
	if k.points == nil {
		k.points = make([]passage, N+1)
		k.g, k.stop = make([]float64, rowsAtOnce), make([]int, rowsAtOnce)
	}
	for r := range rows {
		k.stop[r] = N
	}
	stops := make([]bool, rows)
	t := o.t
	k.met = k.met[:0]
	for n, next := o.n, 0; n < N; n = next {
		if next = n + 1; stride == 2 && n%2 == 0 && t == w.Grid.Time(n) {
			next = n + 2
		}
		k.met = append(k.met, n)
		h, p := w.Grid.Time(next)-t, &k.points[n]
		if stride == 1 {
			h = w.length(o, n)
		}
		p.t, p.date = t, w.Dates[n] && t == w.Grid.Time(n)
		if err := w.look(n, t, h, p.date); err != nil {
			return err
		}
		if p.date {
			if err := w.exercises(t, stops); err != nil {
				return err
			}
			p.pay = append(p.pay[:0], w.pay[:rows]...)
			for r, s := range stops {
				if s && k.stop[r] == N {
					k.stop[r] = n
				}
			}
		}
		p.factor = append(p.factor[:0], w.step.Factor[:rows]...)
		p.add = append(p.add[:0], w.step.Add[:rows]...)
		p.weight = append(p.weight[:0], w.step.Weight[:rows]...)
		if w.gen.bent {
			p.x = append(p.x[:0], w.x[:rows*w.Eq.Dim]...)
		}
		w.draw(of, n, first, h/float64(next-n))
		if next == n+2 {
			w.drawMore(of, n+1, first, h/2)
		}
		p.martingale = slices.Grow(p.martingale[:0], rows)[:rows]
		if err := w.at.Increment(h, w.dw[:rows*w.Eq.Dim], p.martingale); err != nil {
			return err
		}
		if err := w.advance(t, h); err != nil {
			return err
		}
		t = w.Grid.Time(next)
	}
	return w.Eq.G.Eval(rows, k.g[:rows], w.x[:rows*w.Eq.Dim])
}

// backward fills out with what each path gives at its begin: by the rule, whose mean is no more
// than u, or the best in hindsight less the martingale, whose mean is no less. In a step a value c
// becomes Factor c + Add, along the tangent of f, or with curved c + Weight f(c) itself: where f is
// concave (convex) in c alone this keeps the mean below (above) u, by Jensen's inequality.
func (w *walker) backward(k *track, rows int, p path, curved bool, out []float64) error {
	copy(out[:rows], k.g[:rows])
	f := w.step.value[:rows]
	for _, n := range slices.Backward(k.met) {
		at := &k.points[n]
		for r := range rows {
			out[r] -= at.martingale[r]
		}
		if curved {
			if err := w.gen.f.Eval(rows, f, []float64{at.t}, at.x, out[:rows], w.step.zero[:rows*w.Eq.Dim]); err != nil {
				return err
			}
		}
		for r := range rows {
			if curved {
				out[r] += at.weight[r] * f[r]
			} else {
				out[r] = at.factor[r]*out[r] + at.add[r]
			}
			switch {
			case !at.date:
			case p == best:
				out[r] = math.Max(out[r], at.pay[r])
			case k.stop[r] == n:
				out[r] = at.pay[r]
			}
		}
	}
	return nil
}

// sides says which recursions bound u, and with f itself or its tangent.
type sides struct {
	lower, upper             bool // proved
	lowerCurved, upperCurved bool
}

// sides reads them off the shape of f in (y, z).
func (g *generator) sides() sides {
	switch {
	case !g.bent:
		return sides{lower: true, upper: true}
	case g.shape == equation.Convex:
		return sides{lower: true, upper: !g.usesZ, upperCurved: !g.usesZ}
	case g.shape == equation.Concave:
		return sides{lower: !g.usesZ, upper: true, lowerCurved: !g.usesZ}
	}
	return sides{}
}
