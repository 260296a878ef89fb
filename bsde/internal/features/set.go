package features

import (
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/autodiff/random"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"github.com/deepbsde/deepbsde/pde/grid"
	"gonum.org/v1/gonum/floats"
)

// sharpness are the κ of the softmaxes of κ s_n x̂, s_n = √((t + h/2)/(T − t)).
var sharpness = []float64{1, -1, 2.5, -2.5}

// Set is the features of a problem on a time grid:
//
//	ψ: 1, x̂, σᵀ∇g(x), softmaxes of κ s_n x̂, ḡ, ḡ∘x̃, D
//	q: mean x̂, mean x̂² − 1, rms of σᵀ∇g(x), log-mean-exp of κ s_n x̂, ḡ·x̃, D·x̃
//
// x̂ has one mean and scale for all components, x̃ = (x − E X_n)/std X_n those of each.
// ḡ = E σᵀ∇g(X_T) carries what makes the components different, and so do the directions D that
// hold most of σᵀ∇g(X_T).
type Set struct {
	dim, steps int
	length     float64   // the mean length of a step
	heads      []float64 // the sharpness of the softmaxes that are used
	gradient   []expr.Node
	slope      float64   // the rms of a component of σᵀ∇g; 0: it is not used
	mean       []float64 // ḡ, of length √d; nil: not used

	// Directions are those in which Γ is not diagonal: the few that hold most of σᵀ∇g(X_T).
	Directions walk.Directions
	axes       [][]float64 // the parts of these that 1 does not have, of length 1

	places       [][]float64 // the numbers of each step, see place
	pooled, unit []float64   // mean and 1/standard deviation of q
	weights      []float64   // of the random functions, (q and τ)×ridges
	offsets      []float64
}

// ridges is the number of random functions tanh(q·w + b) of all pooled numbers, and alongAxes that of those
// of the ones along axes, or along 1 where that is the direction, and of time alone: functions of few numbers are denser.
const (
	ridges    = 32
	alongAxes = 32
)

// Ridges is the number of random functions.
func (s *Set) Ridges() int {
	if len(s.axes) > 0 || s.flat() {
		return ridges + alongAxes
	}
	return ridges
}

// flat tells that 1 is the direction, and the mean of x̂ the number along it.
func (s *Set) flat() bool {
	if len(s.Directions.D) != 1 {
		return false
	}
	part := floats.Sum(s.Directions.D[0])
	return part*part > mostOf*float64(s.dim)
}

// Vectors is the number of vectors ψ.
func (s *Set) Vectors() int {
	n := 2 + len(s.heads)
	if s.slope > 0 {
		n++
	}
	if s.mean != nil {
		n += 2
	}
	return n + len(s.axes)
}

// Part is a number of coefficients for each number of ρ: those of Z, of the diagonal Γ, or of the terms
// of Directions.
type Part struct {
	Name    string
	Columns int
}

// Parts are all of them, in the order of Moments.
func (s *Set) Parts() []Part {
	list := []Part{{"z", s.Vectors()}, {"gamma", s.Vectors()}}
	if p := s.Directions.Terms(); p > 0 {
		list = append(list, Part{"along", p})
	}
	return list
}

// Moments is the number of columns of all parts.
func (s *Set) Moments() int { return 2*s.Vectors() + s.Directions.Terms() }

// pools is the number of pooled numbers, without time.
func (s *Set) pools() int {
	n := 2 + len(s.heads)
	if s.slope > 0 {
		n++
	}
	if s.mean != nil {
		n++
	}
	return n + len(s.axes)
}

// Hidden is the width of ρ: the random functions, 1, the pooled numbers and time.
func (s *Set) Hidden() int { return s.Ridges() + 1 + s.pools() + 1 }

// Length is the mean length of a step.
func (s *Set) Length() float64 { return s.length }

// newSet is a set whose statistics of σᵀ∇g and q are not known yet.
func newSet(eq *equation.Equation, g *grid.Grid, sc *walk.Scales, seed uint64) (*Set, error) {
	s := &Set{dim: eq.Dim, steps: g.Steps(), length: eq.Horizon / float64(g.Steps()), heads: sharpness}
	if eq.Dim < 2 {
		s.heads = nil // a softmax of one component is 1
	}
	widest := 0.0
	for n := range s.steps {
		common, scale := oneScale(sc.Mean[n], sc.InvStd[n])
		widest = math.Max(widest, scale)
		if !(scale > 1e-6*widest) {
			scale = 1
		}
		t, h := g.Time(n), g.Length(n)
		p := []float64{1 / scale, -common / scale, 2*float64(n)/float64(s.steps) - 1, math.Sqrt((t + h/2) / (eq.Horizon - t)), t}
		p = append(p, sc.InvStd[n]...)
		for j, v := range sc.InvStd[n] {
			p = append(p, -sc.Mean[n][j]*v)
		}
		s.places = append(s.places, p)
	}
	t, x := expr.Input("t", 1), expr.Input("x", eq.Dim)
	var err error
	if s.gradient, err = expr.Nodes(ScaledGradient(eq, t, x), t, x); err != nil {
		return nil, err
	}
	s.slope = 1
	s.draw(seed)
	return s, nil
}

// ScaledGradient is σᵀ∇g as an expression in t and x.
func ScaledGradient(eq *equation.Equation, t, x expr.Value) expr.Value {
	noise := expr.Input("dw", eq.Dim)
	along := eq.Diffusion.Mul(t, x, noise).Dot(eq.Terminal(x).Gradient(x).Broadcast(eq.Dim))
	return along.Gradient(noise) // linear in the noise
}

// oneScale is a mean and a scale for all components of X at one time.
func oneScale(mean, invStd []float64) (common, scale float64) {
	d := float64(len(mean))
	for _, m := range mean {
		common += m / d
	}
	sum := 0.0
	for j, m := range mean {
		sum += (m - common) * (m - common)
		if invStd[j] > 0 {
			sum += 1 / (invStd[j] * invStd[j])
		}
	}
	return common, math.Sqrt(sum / d)
}

// draw chooses the random functions: weights of variance 1, offsets between −2 and 2.
func (s *Set) draw(seed uint64) {
	in, count := s.pools()+1, s.Ridges()
	stream := random.Stream{Key: random.Key(seed, uint64(walk.ForFeatures))}
	s.weights, s.offsets = make([]float64, in*count), make([]float64, count)
	stream.Normals(s.weights, 1)
	for i := range s.pools() - len(s.axes) { // the pooled numbers along axes are the last ones, the mean of x̂ the first
		if i > 0 || !s.flat() {
			clear(s.weights[i*count:][ridges:count])
		}
	}
	stream.Path = 1
	stream.Normals(s.offsets, 1)
	for i, v := range s.offsets {
		s.offsets[i] = 4*(0.5*math.Erfc(-v/math.Sqrt2)) - 2
	}
}

// place is where a graph finds the numbers of the steps of its rows: columns, one row a row of x
// or one for all.
type place struct {
	gain, offset, time, sharp, clock autodiff.Node
	tilde                            func(x autodiff.Node) autodiff.Node // x̃
}

// Numbers are those of step n that an evaluation is given, see At.
func (s *Set) Numbers(n int) []float64 { return s.places[n] }

// Where the numbers of a step stand: x̂ = gain·x + offset, the time of the network, s_n, t_n, and x̃ = gain∘x
// + offset in d numbers each.
const (
	atGain = iota
	atOffset
	atTime
	atSharp
	atClock
	atTilde
)

// At are the features of states that all belong to one step, whose Numbers are the row at.
func (s *Set) At(g *autodiff.Graph, at, x autodiff.Node) (vectors []autodiff.Node, hidden autodiff.Node) {
	return s.add(g, s.placeOf(g, at), x)
}

// placeOf is a step whose Numbers are the row at.
func (s *Set) placeOf(g *autodiff.Graph, at autodiff.Node) place {
	return s.newPlace(g, func(i, count int) autodiff.Node { return g.Columns(at, i, count) }, func(i int) autodiff.Node { return g.Columns(at, i, 1) })
}

// Steps are the features of the states of the steps first … first+count−1, which are blocks of
// equal size.
func (s *Set) Steps(g *autodiff.Graph, first, count int, x autodiff.Node) (vectors []autodiff.Node, hidden autodiff.Node) {
	block := func(i, numbers int) autodiff.Node {
		var data []float64
		for n := first; n < first+count; n++ {
			data = append(data, s.places[n][i:i+numbers]...)
		}
		return g.Constant(count, numbers, data)
	}
	column := func(i int) autodiff.Node {
		var data []float64
		for n := first; n < first+count; n++ {
			data = append(data, slices.Repeat(s.places[n][i:i+1], x.Rows/count)...)
		}
		return g.Constant(x.Rows, 1, data)
	}
	return s.add(g, s.newPlace(g, block, column), x)
}

// newPlace finds the numbers by blocks of rows, a row a step, and by columns, a row a state or one for all.
func (s *Set) newPlace(g *autodiff.Graph, block func(i, numbers int) autodiff.Node, column func(i int) autodiff.Node) place {
	return place{
		gain: column(atGain), offset: column(atOffset), time: column(atTime), sharp: column(atSharp), clock: column(atClock),
		tilde: func(x autodiff.Node) autodiff.Node {
			return g.BlockAffine(x, block(atTilde, s.dim), block(atTilde+s.dim, s.dim))
		},
	}
}
