package autodiff

import (
	"math"

	"github.com/deepbsde/deepbsde/autodiff/internal/kernel"
)

// Adam is the optimiser of Kingma, Ba (2015), arXiv:1412.6980, algorithm 1, with
// β1 = 0.9, β2 = 0.999 unless Beta2 is changed, ε = 1e-8. Its state is plain data, so
// that a run can be saved and resumed to the same bits.
type Adam[T Float] struct {
	Beta2 float64 // to be changed before the first step

	Moment1 []T // in the layout of the parameters
	Moment2 []T
	Steps   int // steps made

	segments []segment
	squares  []float64 // Σ g² of each segment
	params   []T
	grads    []T
	shrink   T // factor of the gradient
	rate     T
	c1, c2   T
	measure  *Plan
	move     *Plan
}

// segment is a stretch of the parameters with one multiple of the learning rate,
// short enough to share the work.
type segment struct {
	lo, hi int
	rate   float64
}

const (
	beta1      = 0.9
	adamEps    = 1e-8
	segmentLen = 1 << 15
)

// NewAdam makes the optimiser for parameters of the given layout.
func NewAdam[T Float](l *Layout) *Adam[T] {
	a := &Adam[T]{Beta2: 0.999, Moment1: make([]T, l.Size()), Moment2: make([]T, l.Size())}
	for _, p := range l.params {
		for lo := 0; lo < p.Size(); lo += segmentLen {
			s := segment{p.Offset + lo, p.Offset + min(lo+segmentLen, p.Size()), p.Rate}
			if n := len(a.segments); n > 0 && a.segments[n-1].rate == s.rate && s.hi-a.segments[n-1].lo <= segmentLen {
				a.segments[n-1].hi = s.hi
			} else {
				a.segments = append(a.segments, s)
			}
		}
	}
	a.squares = make([]float64, len(a.segments))
	place := func(i int) float64 { return float64(a.segments[i].lo) / float64(l.Size()) }
	a.measure = &Plan{count: len(a.segments), task: a.measureSegment, where: place}
	a.move = &Plan{count: len(a.segments), task: a.moveSegment, where: place}
	return a
}

// Step moves params along the gradient with the given learning rate. clip, if
// positive, is the largest norm of the gradient; a longer one is scaled down to
// it. Step reports false, and changes nothing, where the gradient is not finite.
func (a *Adam[T]) Step(pool *Pool, params, grads []T, rate, clip float64) bool {
	a.params, a.grads, a.rate = params, grads, T(rate)
	pool.Do(a.measure)
	sum := 0.0
	for _, s := range a.squares {
		sum += s
	}
	norm := math.Sqrt(sum)
	if math.IsNaN(norm) || math.IsInf(norm, 0) {
		return false
	}
	a.shrink = 1
	if clip > 0 && norm > clip {
		a.shrink = T(clip / norm)
	}
	a.Steps++
	a.c1 = T(1 / (1 - math.Pow(beta1, float64(a.Steps))))
	a.c2 = T(1 / (1 - math.Pow(a.Beta2, float64(a.Steps))))
	pool.Do(a.move)
	return true
}

func (a *Adam[T]) measureSegment(i int) {
	s := a.segments[i]
	a.squares[i] = kernel.SumSq(a.grads[s.lo:s.hi])
}

func (a *Adam[T]) moveSegment(i int) {
	s := a.segments[i]
	grads := a.grads[s.lo:s.hi]
	if a.shrink != 1 {
		kernel.Scale(grads, a.shrink, grads)
	}
	kernel.Adam(a.params[s.lo:s.hi], grads, a.Moment1[s.lo:s.hi], a.Moment2[s.lo:s.hi],
		a.rate*T(s.rate), beta1, T(a.Beta2), adamEps, a.c1, a.c2)
}
