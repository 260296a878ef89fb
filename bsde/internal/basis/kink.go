package basis

import (
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
)

// kink is the number m(x) whose sign decides at the kink of g: a − b of g = max(a, b). Before T the
// expectation of g has a bend there as wide as what m has still to go, s √(T − t).
type kink struct {
	decides *expr.Func
	s       float64 // standard deviation of m in unit time near the kink
}

// newKink is nil where g has no kink.
func newKink(p *pde.Problem) (*kink, error) {
	x := expr.Input("x", p.Dim)
	m, ok := p.Terminal(x).Kink()
	if !ok || m.Width() != 1 {
		return nil, nil
	}
	decides, err := expr.Compile(m, x)
	return &kink{decides: decides}, err
}

// measure finds s from the last step of paths, of those that end nearest to the kink. It tells whether
// m varies.
func (k *kink) measure(s *Sample) (bool, error) {
	N := s.Grid.Steps()
	last, before := make([]float64, s.Paths), make([]float64, s.Paths)
	if err := k.decides.Eval(s.Paths, before, s.State(N-1)); err != nil {
		return false, err
	}
	if err := k.decides.Eval(s.Paths, last, s.State(N)); err != nil {
		return false, err
	}
	far := make([]float64, s.Paths)
	for r, v := range last {
		far[r] = math.Abs(v)
	}
	slices.Sort(far)
	near, count, sum := far[len(far)/4], 0.0, 0.0
	for r, v := range last {
		if math.Abs(v) <= near {
			sum += (v - before[r]) * (v - before[r])
			count++
		}
	}
	k.s = math.Sqrt(sum / count / s.Grid.Length(N-1))
	return k.s > 0 && !math.IsInf(k.s, 0), nil
}

// kinks is the number of numbers that it gives.
const kinks = 3

// kinks fills in, from column first on, how likely m is above 0 at T, how far the expectation of max(m, 0) is above
// max(m, 0), and its second derivative, by the logistic distribution.
func (p *Point) kinks(first int) {
	m := p.pay[:p.rows]
	p.paid = false
	if p.kink.decides.Eval(p.rows, m, p.x) != nil {
		clear(m)
	}
	unit := 1.7 * p.places[p.n].kink
	for r, v := range m {
		e := math.Exp(-math.Abs(v * unit))
		above := 1 / (1 + e)
		if v < 0 {
			above = e / (1 + e)
		}
		q := p.q[r*p.pools+first:]
		q[0], q[1], q[2] = above, math.Log1p(e), above*(1-above)
	}
}
