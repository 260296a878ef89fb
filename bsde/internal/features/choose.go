package features

import (
	"context"
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"gonum.org/v1/gonum/floats"
)

// choosePaths is the number of paths, see walk.Fewer, that decide which features are used, half of them for the
// fit and half for the test; never fewer than chooseLeast for each unknown, where the noise would decide.
const (
	choosePaths = 2048
	chooseLeast = 4
)

// worthwhile is the part of the spread that a group of features must take off to be kept.
const worthwhile = 0.2

// worthFew is that of directions: coefficients linear in the pooled numbers cannot show all that they do.
const worthFew = 0.05

// group is what features are kept or left out together.
type group int

const (
	always group = iota
	ofSlope
	ofLargest  // softmaxes with κ > 0
	ofSmallest // with κ < 0
	ofMean
	ofAxes
	ofPairs // of directions, in Γ alone
)

// groups are those of the vectors and of the pooled numbers, in the order of raw.
func (s *Set) groups() (vectors, pooled []group) {
	vectors, pooled = []group{always, always}, []group{always, always}
	if s.slope > 0 {
		vectors, pooled = append(vectors, ofSlope), append(pooled, ofSlope)
	}
	for _, kappa := range s.heads {
		g := ofLargest
		if kappa < 0 {
			g = ofSmallest
		}
		vectors, pooled = append(vectors, g), append(pooled, g)
	}
	if s.mean != nil {
		vectors, pooled = append(vectors, ofMean, ofMean), append(pooled, ofMean)
	}
	for range s.axes {
		vectors, pooled = append(vectors, ofAxes), append(pooled, ofAxes)
	}
	return vectors, pooled
}

// choose leaves out the groups of features that explain nothing of
//
//	G = g(X_T) + Σ f(t_n, X_n, ȳ, 0) h
//
// on paths as the problem states them (walk.Pilot): coefficients linear in the pooled numbers and time are
// fitted on one half of the paths and tested on the other, with and without each group.
func (s *Set) choose(ctx context.Context, p *walk.Pilot, sc *walk.Scales) error {
	vectors, pooled := s.groups()
	// Coefficients that are linear show little of what the terms of high order do: they go with a single direction. Along
	// several, where they take as many unknowns each, none was seen to gain by them.
	defer func() { s.Directions.High = len(s.Directions.D) == 1 }()
	if len(vectors) == 2 && len(s.Directions.D) == 0 {
		return nil
	}
	fit, test, err := s.halves(ctx, p, sc)
	if err != nil {
		return err
	}
	left := func(without map[group]bool) float64 {
		keep, column := []int{0}, 1
		for _, v := range slices.Concat(vectors, vectors, slices.Repeat([]group{ofPairs}, s.Directions.Terms())) {
			for j := range len(pooled) + 2 {
				if !without[v] && (j < 2 || !without[pooled[j-2]]) {
					keep = append(keep, column)
				}
				column++
			}
		}
		w := fit.Solve(1e-3, keep)
		if w == nil {
			return math.Inf(1)
		}
		return math.Sqrt(math.Max(test.Left(w), 0))
	}
	without := map[group]bool{}
	best := left(without)
	for rest := []group{ofPairs, ofAxes, ofSmallest, ofLargest, ofMean, ofSlope}; len(rest) > 0; {
		// That which is missed least goes first, as the noise of what is of no use hides what is. Of those that are missed
		// alike it is the first in this order.
		missed := make([]float64, len(rest))
		least := math.Inf(1)
		for i, g := range rest {
			without[g] = true
			if missed[i] = left(without); missed[i] > (1+worth(g))*best {
				missed[i] = math.Inf(1)
			}
			delete(without, g)
			least = math.Min(least, missed[i])
		}
		if math.IsInf(least, 1) {
			break
		}
		at := slices.IndexFunc(missed, func(v float64) bool { return v <= alike*least })
		without[rest[at]] = true
		best = math.Min(best, missed[at])
		rest = slices.Delete(rest, at, at+1)
	}
	s.drop(without)
	return nil
}

// alike is how far apart two spreads may be that are the same but for the noise of the paths.
const alike = 1.05

// worth is the part of the spread that a group must take off.
func worth(g group) float64 {
	if g == ofPairs || g == ofAxes {
		return worthFew
	}
	return worthwhile
}

// drop leaves out groups of features.
func (s *Set) drop(without map[group]bool) {
	_, pooled := s.groups()
	var mean, unit, heads []float64
	for i, g := range pooled {
		if !without[g] {
			mean, unit = append(mean, s.pooled[i]), append(unit, s.unit[i])
		}
	}
	for _, kappa := range s.heads {
		if kappa > 0 && !without[ofLargest] || kappa < 0 && !without[ofSmallest] {
			heads = append(heads, kappa)
		}
	}
	s.pooled, s.unit, s.heads = mean, unit, heads
	if without[ofSlope] {
		s.slope = 0
	}
	if without[ofMean] {
		s.mean = nil
	}
	if without[ofAxes] {
		s.axes = nil
	}
	if without[ofPairs] && s.dim > 1 {
		s.Directions = walk.Directions{}
	}
}

// halves are the normal equations of −G in coefficients of (1, τ, q) for each moment, from two
// halves of the paths.
func (s *Set) halves(ctx context.Context, p *walk.Pilot, sc *walk.Scales) (fit, test *Normal, err error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	programs, err := s.evaluators(p.Pool.Workers())
	if err != nil {
		return nil, nil, err
	}
	size := 1 + s.Moments()*(s.pools()+2)
	chunks := min(max(walk.Fewer(choosePaths, s.dim), chooseLeast*size), choosePaths) / chunk
	blocks := make([]Block[float64], chunks)
	err = p.Pool.Share(chunks, func(c int) error {
		f := <-programs
		defer func() { programs <- f }()
		blocks[c] = NewBlock[float64](chunk, size)
		return s.regress(p, f, c, sc.Y0, &blocks[c])
	}, ranks.Each(blocks, 1))
	if err != nil {
		return nil, nil, err
	}
	fit, test = NewNormal(size), NewNormal(size)
	for c := range blocks {
		Add([]*Normal{fit, test}[c%2], &blocks[c])
	}
	return fit, test, nil
}

// regress fills a block with chunk c of the paths; y is ȳ.
func (s *Set) regress(p *walk.Pilot, f *evaluator, c int, y float64, b *Block[float64]) error {
	size, q, k := len(b.right), s.pools(), s.Moments()
	g, err := p.Terminal(walk.ForFeatures, slopePaths+c*chunk, chunk, []float64{y}, func(n int, x, dw []float64) error {
		f.run(s, n, x, dw, p.Grid.Length(n))
		for r := range chunk {
			row, column := b.J[r*size:(r+1)*size], 1
			for _, a := range f.products[r*k : (r+1)*k] {
				row[column] += a
				row[column+1] += a * s.places[n][atTime]
				column += 2
				for i, v := range f.pooled[r*q : (r+1)*q] {
					v = (v - s.pooled[i]) * s.unit[i]
					row[column] += a * math.Min(math.Max(v, -mostPooled), mostPooled)
					column++
				}
			}
			row[0] = 1
		}
		return nil
	})
	floats.Scale(-1, g)
	b.R = g
	b.Sum()
	return err
}
