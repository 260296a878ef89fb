// Package flow bounds u from both sides where f is a function of y alone, by the flow of y' = f(y) and Jensen's inequality.
package flow

import (
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
)

// Generator is a generator f(y) alone on a range that u does not leave, linear beyond it.
type Generator struct {
	lo, step float64
	of       func(y ...float64) ([]float64, error) // f
	steepest float64                               // the largest |f′|
}

// splitPoints is the number of points of a curve. Between two of them it is taken linear: the
// curvature is seen at that distance.
const splitPoints = 4096

// InYAlone tells whether f is a function of y alone, and not affine.
func InYAlone(eq *equation.Equation) bool {
	if !eq.UsesY || eq.UsesZ || !eq.Bent {
		return false
	}
	return !slices.ContainsFunc([]int{equation.InT, equation.InX, equation.InZ}, func(in int) bool { return expr.Contains(eq.FList, in) })
}

// New is the f of an equation where it is a function of y alone; else it is nil. g
// has been seen between lo and hi.
func New(eq *equation.Equation, lo, hi float64) (*Generator, error) {
	if !InYAlone(eq) {
		return nil, nil
	}
	s := &Generator{of: func(y ...float64) ([]float64, error) {
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
func (s *Generator) points() []float64 {
	y := make([]float64, splitPoints)
	for i := range y {
		y[i] = s.lo + float64(i)*s.step
	}
	return y
}

// inside is the number of the range that is nearest to y.
func (s *Generator) inside(y float64) float64 {
	return math.Min(math.Max(y, s.lo), s.lo+(splitPoints-1)*s.step)
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
