// Package basis has the functions of the state that a backward method fits values and
// martingale increments with, for equations with early exercise: order statistics, smooth
// maxima, the obstacle, and random functions of these; and vectors that the noise is
// multiplied by. Everything is plain arithmetic on rows of states.
package basis

import (
	"math"

	"github.com/deepbsde/deepbsde/autodiff/random"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
)

// Basis is the functions for one problem and one time grid. In ℓ = log x where σ is
// diag(x) L with a constant L, else ℓ = x, the pooled numbers are
//
//	q: the largest and the smallest components, log-sum-exp of ±(ℓ − max)/(s √(T − t)),
//	   the mean, the log of the mean of e^ℓ, a fixed direction
//
// those of the groups that are in use, in standard deviations. Values are fitted with
//
//	1, q, q², Φ, Φ q_1, Φ q_2, tanh(q·w + b)
//
// and martingale increments with products of ρ = (1, q_1, q_2, tanh(…)) and of ψ_k·ξ and
// a square of ξ with mean 0, ξ the increment of ℓ without its drift. ψ_k are vectors with
// the shape that ∂u/∂ℓ may have: 1 in all components, softmaxes, the gradient of Φ.
type Basis struct {
	Groups
	noise    *noise
	dim      int
	places   []place
	obstacle *obstacle
	kink     *kink // nil where g has none
	pools    int
	ridges   int       // random functions of values
	weights  []float64 // pools×ridges: 2w
	offsets  []float64 // 2b
	short    int       // random functions in ρ
	picks    []bool    // of each vector, whether it picks components
}

// Groups say which of the functions are in use.
type Groups struct {
	Top, Bottom bool      // order statistics and softmaxes from above, from below
	Arithmetic  bool      // the mean of e^ℓ beside that of ℓ = log x
	Slope       bool      // ∂Φ/∂ℓ as a vector
	Direction   []float64 // of length 1, that of E ∂g/∂ℓ; nil: none
	Kink        bool      // where g has a kink, in what is left of its time
}

// place is the numbers of one step.
type place struct {
	time        float64
	common      float64   // the mean of ℓ over paths and components
	sharp       float64   // 1/(s √(T − t)), s the standard deviation of a component of ℓ in unit time
	mean        []float64 // of the components of ℓ
	pay         float64   // 1/the scale of Φ
	kink        float64   // 1/(standard deviation of what is to come of the number that decides at the kink)
	qMean, qInv []float64
}

const (
	// sparse is the number of random functions of values, rich that where the fit has pathsEnough.
	sparse, rich = 32, 64
	pathsEnough  = 1 << 14
	// richest is that of two or three states, where functions are cheap: with 64 the bounds of bermudan-max-call from 90 on
	// were .24 and .57 % apart for d = 2 (two seeds), with 128 .11 and .23 %.
	richest = 128
	// few is the number of random functions in ρ beside several vectors, many that beside one.
	few, many = 8, 20
	// order is the number of order statistics.
	order = 3
	// mostPooled bounds a pooled number, in standard deviations.
	mostPooled = 4
)

// orders is the number of order statistics.
func (b *Basis) orders() int { return min(order, b.dim) }

// pooled is the number of pooled numbers.
func (b *Basis) pooled() int {
	n := 1
	if b.Top {
		n += b.orders() + 1
	}
	if b.Bottom {
		n += b.orders() + 1
	}
	if b.Arithmetic {
		n++
	}
	if b.Direction != nil {
		n++
	}
	if b.Kink {
		n += kinks
	}
	return n
}

// softmaxes is the number of vectors that pick components. They follow that of 1.
func (b *Basis) softmaxes() (n int) {
	if b.Top {
		n += 3
	}
	if b.Bottom {
		n += 3
	}
	return n
}

// Vectors is the number of vectors ψ.
func (b *Basis) Vectors() int {
	n := 1 + b.softmaxes()
	for _, has := range []bool{b.Arithmetic, b.Slope, b.Direction != nil} {
		if has {
			n++
		}
	}
	return n
}

// Values is the number of functions that values are fitted with.
func (b *Basis) Values() int { return 1 + 2*b.pools + 1 + min(2, b.pools) + b.ridges }

// Hidden is the width of ρ.
func (b *Basis) Hidden() int { return 1 + b.direct() + b.short }

// direct is the number of pooled numbers in ρ: all of them beside a kink, else the first two.
func (b *Basis) direct() int {
	if b.Kink {
		return b.pools
	}
	return min(2, b.pools)
}

// Moments is the number of products of vectors and noise: the second half is their squares.
func (b *Basis) Moments() int {
	if b.noise.loading == nil {
		return b.Vectors()
	}
	return 2 * b.Vectors()
}

// Columns is the number of all coefficients of one step.
func (b *Basis) Columns() int { return b.Values() + b.Hidden()*b.Moments() }

// draw chooses the random functions.
func (b *Basis) draw(seed uint64) {
	b.pools = b.pooled()
	b.picks = make([]bool, b.Vectors())
	for k := 1; k <= b.softmaxes(); k++ {
		b.picks[k] = true
	}
	b.short = few
	if b.Vectors() < 3 {
		b.short = many
	}
	b.weights, b.offsets = make([]float64, b.pools*b.ridges), make([]float64, b.ridges)
	stream := random.Stream{Key: random.Key(seed, uint64(walk.ForFeatures))}
	stream.Normals(b.weights, 2)
	stream.Path = 1
	stream.Normals(b.offsets, 1)
	for i, v := range b.offsets {
		b.offsets[i] = 8*(0.5*math.Erfc(-v/math.Sqrt2)) - 4
	}
}
