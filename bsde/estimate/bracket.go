package estimate

import (
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
)

// bracket is u(t, x) from below and above on each path, less Y0 with the sign of a mismatch.
type bracket struct{ lower, upper []float64 }

// split is a generator f(y) alone as the sum of a convex and a concave function on a range that
// u does not leave, linear beyond it.
type split struct {
	lo, step float64
	f        []float64 // at equal distances
	bent     []float64 // the convex part there, with the value 0 and the slope 0 at the lower end
	steepest float64   // the least slope of the functions that bound f, see backward
}

// splitPoints is the number of points of a split. Between two of them f is taken linear: its
// curvature is seen at that distance.
const splitPoints = 4096

// newSplit splits the f of an equation where it is a function of y alone; else it is nil. g
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
	at := func(y ...float64) ([]float64, error) {
		out := make([]float64, len(y))
		err := eq.F.Eval(len(y), out, []float64{0}, make([]float64, eq.Dim), y, make([]float64, eq.Dim))
		return out, err
	}
	lo, hi, ok, err := span(at, lo, hi)
	if err != nil || !ok {
		return nil, err
	}
	s := &split{lo: lo, step: (hi - lo) / (splitPoints - 1)}
	y := make([]float64, splitPoints)
	for i := range y {
		y[i] = lo + float64(i)*s.step
	}
	if s.f, err = at(y...); err != nil {
		return nil, err
	}
	s.bent = make([]float64, splitPoints)
	before := (s.f[1] - s.f[0]) / s.step
	convex := 0.0
	s.steepest = before
	for i := 1; i < splitPoints; i++ {
		s.bent[i] = s.bent[i-1] + convex*s.step
		if i+1 < splitPoints {
			slope := (s.f[i+1] - s.f[i]) / s.step
			convex += math.Max(slope-before, 0)
			s.steepest += math.Min(slope-before, 0)
			before = slope
		}
	}
	if !finite(s.steepest) || !finite(convex) {
		return nil, nil
	}
	return s, nil
}

// increasing tells whether c + h F(c) is, on every step of a level.
func (s *split) increasing(eq *equation.Equation, from *walk.Origin, stride int) bool {
	for k := 0; k < from.Steps(); k += stride {
		if 1+eq.SpanBack(from.Length(k, min(stride, from.Steps()-k)))*s.steepest < 0 {
			return false
		}
	}
	return true
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

// at is f, its convex part and the slopes of both at y.
func (s *split) at(y float64) (f, bent, slope, bentSlope float64) {
	x := (y - s.lo) / s.step
	i := min(max(int(math.Floor(x)), 0), splitPoints-2)
	w := x - float64(i)
	slope, bentSlope = s.f[i+1]-s.f[i], s.bent[i+1]-s.bent[i]
	return s.f[i] + w*slope, s.bent[i] + w*bentSlope, slope / s.step, bentSlope / s.step
}

// track keeps the recursion along paths for a bracket.
type track struct {
	eq     *equation.Equation
	from   *walk.Origin
	stride int
	y      []float64   // that of the walk, as it goes on
	values [][]float64 // Y_n
	gains  [][]float64 // what Z and Γ add to Y
	growth func() []float64
	spans  []float64 // what f is multiplied by
}

func newTrack(eq *equation.Equation, from *walk.Origin, stride int, y []float64, growth func() []float64) *track {
	return &track{eq: eq, from: from, stride: stride, y: y, growth: growth}
}

// Observe keeps a step.
func (k *track) Observe(int, float64, []float64, []float64, []float64) error {
	k.values = append(k.values, slices.Clone(k.y))
	k.gains = append(k.gains, slices.Clone(k.growth()))
	first := len(k.spans) * k.stride
	k.spans = append(k.spans, k.eq.SpanBack(k.from.Length(first, min(k.stride, k.from.Steps()-first))))
	return nil
}

// backward bounds the solution y_n = E_n[y_{n+1}] + h f(E_n[y_{n+1}]) of the backward Euler scheme
// along each path from both sides,
//
//	θ_N = g,   c = θ_{n+1} − Z_n·ΔW_n,   θ_n = c + h F(c)
//
// With f the sum of p convex and q concave, F = p + the tangent of q at Y_n is convex and not
// below f: E_n θ_n ≥ y_n by Jensen's inequality. F = q + the tangent of p bounds it from
// below. Both need c + h F(c) to be increasing. Y_n is that of the forward recursion; any
// adapted number will do (after Bender, Schweizer, Zhuo 2017).
func (k *track) backward(s *split, g, lower, upper []float64) {
	copy(lower, g)
	copy(upper, g)
	for n := len(k.spans) - 1; n >= 0; n-- {
		h := k.spans[n]
		for r, y := range k.values[n] {
			y = math.Min(math.Max(y, s.lo), s.lo+(splitPoints-1)*s.step) // u is in the range
			fy, py, slope, bend := s.at(y)
			c := upper[r] - k.gains[n][r]
			_, p, _, _ := s.at(c)
			upper[r] = c + h*(p+fy-py+(slope-bend)*(c-y))
			c = lower[r] - k.gains[n][r]
			f, p, _, _ := s.at(c)
			lower[r] = c + h*(f-p+py+bend*(c-y))
		}
	}
}

// bracket is the limits of both ends over the levels.
func (l *levels) bracket() (lower, upper *limit) {
	ends := [2]*levels{{y0: l.y0}, {y0: l.y0}}
	for i, r := range l.runs {
		if r.bracket == nil {
			break
		}
		for side, each := range [2][]float64{r.bracket.lower, r.bracket.upper} {
			end := ends[side]
			end.runs, end.step = append(end.runs, &residuals{delta: each, slope: 1}), append(end.step, l.step[i])
		}
	}
	a, b := ends[0].limit(), ends[1].limit()
	return &a, &b
}
