package branching

import (
	"fmt"
	"math"
	"sort"
)

// The numbers of a branching law.
const (
	maxPower     = 5      // largest k of a term a_k yᵏ
	lawCells     = 512    // intervals of time on which the rate is constant
	lawSubsteps  = 16     // of the Runge–Kutta method in each of them
	maxOffspring = 1000.0 // expected particles of a path beyond which none is begun
)

// law is the law of the lifetimes and numbers of offspring, in the remaining
// time r = T − t. With M ≥ |g| and the solution of
//
//	m′ = a₁m + Σ_{k≠1} |a_k| mᵏ,   m(0) = M
//
// a particle dies at the rate β(r) = Σ_{k≠1} |a_k| m(r)^{k−1} and leaves k others with
// the probability |a_k| m^{k−1}/β. As β = m′/m − a₁, the factors of the weight of a
// particle that lives from s to r and leaves k others, and of one that lives to 0,
//
//	exp(a₁(s−r) + ∫ᵣˢ β) a_k/(p_k β) = ± m(s)/m(r)ᵏ,   exp(a₁s + ∫₀ˢ β) g = m(s) g/M
//
// multiply up to ± m(T) Π g/M ≤ m(T): the weight of a path is bounded as long as m is
// finite, whatever the number of its particles. The rate is taken to be constant on
// each of a number of intervals, with weights for the rate taken, so that the mean is
// right whatever the accuracy of m.
type law struct {
	a       [maxPower + 1]float64 // a[1] apart
	horizon float64
	h       float64
	hazard  []float64               // ∫₀ʳ β at the ends of the intervals
	weight  [][maxPower + 1]float64 // a_k/(p_k β) on an interval
	shares  [][maxPower + 1]float64 // p_0 + … + p_k
}

// newLaw makes the law, or fails where m is not finite up to T.
func newLaw(a [maxPower + 1]float64, m0, horizon float64) (*law, error) {
	w := &law{a: a, horizon: horizon, h: horizon / lawCells, hazard: make([]float64, lawCells+1)}
	w.weight, w.shares = make([][maxPower + 1]float64, lawCells), make([][maxPower + 1]float64, lawCells)
	l := math.Log(m0)
	offspring := 0.0 // logarithm of the expected number of particles
	for c := range lawCells {
		start := l
		for i := range lawSubsteps {
			l = w.advance(l, w.h/lawSubsteps)
			offspring += w.h / lawSubsteps * w.growth(l)
			if !(l < math.Log(math.MaxFloat64)/maxPower) || !(offspring < math.Log(maxOffspring)) {
				return nil, fmt.Errorf("needs a horizon before the blow-up of m′ = a₁m + Σ|a_k|mᵏ, m(0) = sup|g| (the condition of a finite variance, T < ∫ dm/(a₁m + Σ|a_k|mᵏ) from sup|g|): from %.4g, m or the mean number of particles grows beyond bounds at %.3g, T is %g", m0, w.h*(float64(c)+float64(i+1)/lawSubsteps), horizon)
			}
		}
		beta := 0.0
		if w.beta(l) > 0 { // else the difference is rounding
			beta = math.Max(l-start-a[1]*w.h, 0) / w.h
		}
		w.hazard[c+1] = w.hazard[c] + beta*w.h
		w.interval(c, (l+start)/2, beta)
	}
	return w, nil
}

// beta is Σ_{k≠1} |a_k| mᵏ⁻¹ for l = ln m.
func (w *law) beta(l float64) (b float64) {
	for k, a := range w.a {
		if k != 1 && a != 0 {
			b += math.Abs(a) * math.Exp(float64(k-1)*l)
		}
	}
	return b
}

// growth is the rate at which the expected number of particles grows.
func (w *law) growth(l float64) (b float64) {
	for k, a := range w.a {
		if k > 1 && a != 0 {
			b += float64(k-1) * math.Abs(a) * math.Exp(float64(k-1)*l)
		}
	}
	return b
}

// advance is a Runge–Kutta step of order 4 of l = ln m.
func (w *law) advance(l, h float64) float64 {
	f := func(l float64) float64 { return w.a[1] + w.beta(l) }
	k1 := f(l)
	k2 := f(l + h/2*k1)
	k3 := f(l + h/2*k2)
	k4 := f(l + h*k3)
	return l + h/6*(k1+2*k2+2*k3+k4)
}

// interval sets the probabilities and weights of interval c for ln m = l.
func (w *law) interval(c int, l, beta float64) {
	all, sum := w.beta(l), 0.0
	for k, a := range w.a {
		if k != 1 && a != 0 && beta > 0 {
			p := math.Abs(a) * math.Exp(float64(k-1)*l) / all
			sum += p
			w.weight[c][k] = a / (p * beta)
		}
		w.shares[c][k] = sum
	}
}

// life draws with the uniform numbers u and v what becomes of a particle that has the
// time s left: the time it leaves, the number of its offspring, −1 where it lives to
// the end, and the factor of its weight.
func (w *law) life(s, u, v float64) (r float64, offspring int, factor float64) {
	at := w.cumulative(s)
	left := at + math.Log(u) // the hazard that remains when it dies
	if !(left > 0) {
		return 0, -1, math.Exp(w.a[1]*s + at)
	}
	c := min(sort.Search(lawCells, func(c int) bool { return w.hazard[c+1] >= left }), lawCells-1)
	r = math.Min(w.h*(float64(c)+(left-w.hazard[c])/(w.hazard[c+1]-w.hazard[c])), s)
	k := 0
	for k < maxPower && (w.weight[c][k] == 0 || v > w.shares[c][k]) {
		k++
	}
	for w.weight[c][k] == 0 { // v beyond the rounded sum of the probabilities
		k--
	}
	return r, k, math.Exp(w.a[1]*(s-r)+at-left) * w.weight[c][k]
}

// cumulative is ∫₀ˢ β.
func (w *law) cumulative(s float64) float64 {
	c := min(int(s/w.h), lawCells-1)
	return w.hazard[c] + (s-float64(c)*w.h)/w.h*(w.hazard[c+1]-w.hazard[c])
}
