package estimate

import (
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/random"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"gonum.org/v1/gonum/floats"
)

// The number of paths that go on from each state. Each two of them are a pair:
// the noise of the mean product falls like their number, twice as fast as with fresh pairs. Of an
// estimate of many paths they are one in pathsBranch, a tenth of its work or less.
const (
	leastBranches = 8
	mostBranches  = 64
	pathsBranch   = 4096
)

// Where the bias is the largest part of the error there are moreBranches times as many, a quarter of the estimate's work,
// if that has branchedPaths or more.
const (
	moreBranches  = 4
	branchedPaths = leastBranches * pathsBranch / 2
)

// branches is that number for an estimate on so many paths.
func branches(paths int) int { return min(max(paths/pathsBranch, leastBranches), mostBranches) }

// pairs is a chunk of states at one time with paths from each, see networkBias.
type pairs[T autodiff.Float] struct {
	e             *engine[T]      `ranks:"-"`
	all           *walk.Origin    `ranks:"-"` // of the walk
	from          *walk.Origin    `ranks:"-"` // of the states
	w             *walk.Walker[T] `ranks:"-"`
	std           float64         // of the mismatch seen from time 0
	chunk, chunks int             // this one of so many

	branches int // from each state

	product []float64         // of y with y and z, of each state, see products
	square  []float64         // of z with z
	sizes   [shapes][]float64 // T ‖Γε‖² in the direction of the shape
	squares []float64         // (Γη)²
	c       *curvature

	directed [shapes][]float64 // the unit vectors of the shapes, rows×d
	logs     []float64         // ln Γ of the states
	span     float64           // T

	// The first step from the states: where it begins, and its noise.
	t        float64
	x, z, dw []float64
	y        []float64 // the walker's, as it goes on
	u        []float64 // what was fitted of u in the states
}

// The ways in which the error of Z may be spread over the components.
const (
	isotropic = iota // evenly
	common           // the same in all
	along            // in the direction of Z
	steepest         // in that in which f is curved most
	shapes
)

// Observe keeps the first step.
func (p *pairs[T]) Observe(n int, t float64, x, dw, z []float64) error {
	if n > 0 {
		return nil
	}
	p.t = t
	if p.e.Linearised() {
		p.u = slices.Clone(p.y)
	}
	p.x, p.z, p.dw = slices.Clone(x), slices.Clone(z), slices.Clone(dw)
	if p.e.Eq.UsesZ {
		span := p.from.Lengths[0] // of the tail, see walk
		for i, v := range p.w.V[:len(dw)] {
			p.dw[i] -= float64(v) * span
		}
	}
	return nil
}

// step is the one at a time that the chunks divide evenly.
func (p *pairs[T]) step() int {
	last := p.all.Steps() - 1
	t := p.all.T + (float64(p.chunk)+0.5)/float64(p.chunks)*p.all.Span()
	k := 0
	for k < last && p.all.Times[k+1] <= t {
		k++
	}
	return k
}

func (p *pairs[T]) walk(y0 float64) error {
	w, eq, k := p.w, p.e.Eq, p.step()
	const rows = walk.ChunkRows
	all := p.all
	y, logs := make([]float64, rows), make([]float64, rows)
	walk.Spread(y, []float64{y0})
	follow := func(batch int, from *walk.Origin, y, logs []float64, o walk.Observer) error {
		if !eq.UsesY {
			logs = nil // Γ = 1
		}
		if err := w.Begin(walk.ForPairs, batch, p.chunk*rows, rows, from); err != nil {
			return err
		}
		err := w.Follow(1, y, logs, o)
		if p.e.Linearised() {
			copy(logs, w.Weights())
		}
		return err
	}
	if err := follow(0, all.Head(k), y, logs, nil); err != nil {
		return err
	}
	states := slices.Clone(w.X)
	h := p.from.Lengths[0]
	span := all.Span()
	t := newProducts(eq, p.std, span, h, logs)
	for i := range p.branches {
		copy(w.X, states)
		end, gamma := slices.Clone(y), make([]float64, rows)
		p.y = end
		if err := follow(i+1, p.from, end, gamma, p); err != nil {
			return err
		}
		p.mismatch(end, gamma)
		if i == 0 {
			if p.e.Linearised() {
				copy(y, p.u)
			}
			p.c.t, p.c.x, p.c.y, p.c.z = p.t, p.x, y, p.z
			t.c, p.logs, p.span = p.c, logs, span
			if eq.Curved {
				p.directions()
				t.directions = p.directed
			}
		}
		if err := t.add(end, p.dw); err != nil {
			return err
		}
	}
	var err error
	p.product, p.square, err = t.finish()
	p.sizes, p.squares = t.sizes(), t.squares()
	if p.e.Linearised() {
		p.squares = t.passed()
	}
	return err
}

// mismatch turns the ends of branches, whose logarithms of Γ are given, into mismatches as seen from the states. With a fitted u
// it is what that is there, less what the branch carries.
func (p *pairs[T]) mismatch(end, logs []float64) {
	if p.e.Linearised() {
		for r, v := range p.w.Carried() {
			end[r] = p.u[r] - v
		}
		return
	}
	for r := range end {
		end[r] = math.Exp(logs[r]) * (end[r] - p.w.G[r])
	}
}

// spread is −T Γ D f(ε), with D f(ε) = ½(f(z+ε) + f(z−ε)) − f(z), in the mean over the states for
// an error ε of Z of the given shape: a random one with the variance of the mismatch over the
// span, times the square of a factor. size is the mean without the signs, which may cancel for one
// shape and not for another.
func (p *pairs[T]) spread(shape int, factor float64) (mean, size float64, err error) {
	d := p.e.Eq.Dim
	s := random.Stream{Key: random.Key(p.e.Seed, uint64(walk.ForCurvature)), Path: uint32(p.chunk), Batch: uint32(shape)}
	lengths := p.lengths(factor)
	e := make([]float64, len(p.c.z))
	s.Normals(e, 1)
	if shape == isotropic {
		floats.Scale(1/math.Sqrt(float64(d)), e)
	} else {
		for r := range lengths {
			lengths[r] *= e[r*d]
		}
		copy(e, p.directed[shape])
	}
	scaleRows(e, lengths)
	second, err := p.c.second(e)
	for r, v := range second {
		v *= p.span * math.Exp(p.logs[r]) / float64(len(second))
		mean, size = mean-v, size+math.Abs(v)
	}
	return mean, size, err
}

// lengths are those of an error of Z at the states that has the variance of the mismatch over
// the span, times the square of a factor.
func (p *pairs[T]) lengths(factor float64) []float64 {
	out := make([]float64, len(p.logs))
	for r, l := range p.logs {
		out[r] = factor * p.std * math.Exp(-l) / math.Sqrt(p.span)
	}
	return out
}

// directions fills in a unit vector of each shape for each state. The steepest is that of the
// power method for ∂²f/∂z², with differences of ∂f/∂z as wide as the errors.
func (p *pairs[T]) directions() {
	d := p.e.Eq.Dim
	for _, shape := range []int{common, along, steepest} {
		p.directed[shape] = make([]float64, len(p.c.z))
	}
	walk.Spread(p.directed[common], []float64{1 / math.Sqrt(float64(d))})
	copy(p.directed[along], p.c.z)
	normalise(p.directed[along], d)
	v := p.directed[steepest]
	s := random.Stream{Key: random.Key(p.e.Seed, uint64(walk.ForCurvature)), Path: uint32(p.chunk), Batch: shapes}
	s.Normals(v, 1)
	normalise(v, d)
	lengths := p.lengths(1)
	for range 4 {
		step := slices.Clone(v)
		scaleRows(step, lengths)
		near, next := make([]float64, len(v)), make([]float64, len(v))
		for _, side := range []float64{1, -1} {
			for i := range near {
				near[i] = p.c.z[i] + side*step[i]
			}
			for i, slope := range p.w.Slope(p.c.t, p.c.x, p.c.y, near) {
				next[i] += side * float64(slope)
			}
		}
		normalise(next, d)
		for r := 0; r < len(v); r += d {
			if floats.Norm(next[r:r+d], 2) > 0 { // else f is not curved there
				copy(v[r:r+d], next[r:r+d])
			}
		}
	}
}

// normalise makes unit vectors of rows, but of those that are 0.
func normalise(v []float64, d int) {
	for r := 0; r < len(v); r += d {
		if norm := floats.Norm(v[r:r+d], 2); norm > 0 {
			floats.Scale(1/norm, v[r:r+d])
		}
	}
}
