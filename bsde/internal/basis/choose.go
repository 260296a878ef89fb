package basis

import (
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde/internal/features"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/grid"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// Sample is paths that the statistics are measured on.
type Sample struct {
	Grid  *grid.Grid
	Paths int
	State func(n int) []float64 // Paths×d: the states at point n
	End   []float64             // g(X_T)
	Fit   int                   // number of paths that will be fitted to
	Seed  uint64                // of the random functions
}

// useful is the share of the spread that a group has to take off to be used.
const useful = 0.005

// New measures the statistics of the functions and leaves out the groups that explain
// nothing of g(X_T).
func New(p *pde.Problem, s *Sample) (*Basis, error) {
	b := &Basis{dim: p.Dim, ridges: sparse}
	if s.Fit >= pathsEnough {
		if b.ridges = rich; b.dim == 2 || b.dim == 3 {
			b.ridges = richest
		}
	}
	var err error
	if b.noise, err = newNoise(p); err != nil {
		return nil, err
	}
	if b.obstacle, err = newObstacle(p, b.noise); err != nil {
		return nil, err
	}
	if b.kink, err = newKink(p); err != nil {
		return nil, err
	}
	if b.kink != nil {
		if b.Kink, err = b.kink.measure(s); err != nil {
			return nil, err
		}
	}
	if err := b.place(s); err != nil {
		return nil, err
	}
	if p.Dim > 1 {
		slopes, err := b.endSlopes(p, s)
		if err != nil {
			return nil, err
		}
		if err := b.choose(s, slopes); err != nil {
			return nil, err
		}
		if !b.Top && !b.Bottom {
			if b.Slope, err = b.bends(s); err != nil {
				return nil, err
			}
		}
	}
	b.draw(s.Seed)
	b.standardise(s, nil)
	return b, nil
}

// place measures the components of ℓ at each step, and the scale of Φ.
func (b *Basis) place(s *Sample) error {
	d, m := b.dim, s.Paths
	l, pay := make([]float64, m*d), make([]float64, m)
	spread := make([]float64, d)
	scale := 0.0
	for n := range s.Grid.Steps() + 1 {
		x := s.State(n)
		b.noise.coordinates(x, l)
		at := place{time: s.Grid.Time(n), mean: make([]float64, d)}
		for r := range m {
			floats.AddScaled(at.mean, 1/float64(m), l[r*d:(r+1)*d])
		}
		at.common = floats.Sum(at.mean) / float64(d)
		if err := b.obstacle.value.Eval(m, pay, []float64{at.time}, x); err != nil {
			return err
		}
		scale = math.Max(scale, math.Sqrt(floats.Dot(pay, pay)/float64(m)))
		b.places = append(b.places, at)
	}
	for r := range m { // l is at T now
		for j := range d {
			v := l[r*d+j] - b.places[s.Grid.Steps()].mean[j]
			spread[j] += v * v / float64(m)
		}
	}
	unit := math.Sqrt(floats.Sum(spread) / float64(d) / s.Grid.Horizon())
	if !(unit > 0) {
		unit = 1
	}
	if !(scale > 0) {
		scale = 1
	}
	for n := range b.places {
		at := &b.places[n]
		left := s.Grid.Horizon() - at.time
		if n < s.Grid.Steps() {
			left = math.Max(left, s.Grid.Length(n))
		}
		root := math.Sqrt(math.Max(left, 1e-12))
		at.sharp, at.pay = 1/(unit*root), 1/scale
		if b.Kink {
			at.kink = 1 / (b.kink.s * root)
		}
	}
	return nil
}

// endSlopes is ∂g/∂ℓ at T of all paths, Paths×d.
func (b *Basis) endSlopes(p *pde.Problem, s *Sample) ([]float64, error) {
	t, x := expr.Input("t", 1), expr.Input("x", b.dim)
	slope, err := expr.Compile(p.Terminal(x).Gradient(x).Broadcast(b.dim), t, x)
	if err != nil {
		return nil, err
	}
	o := &obstacle{slope: slope, log: b.noise.log()}
	rows := make([]float64, s.Paths*b.dim)
	return rows, o.gradient(s.Grid.Horizon(), s.Paths, s.State(s.Grid.Steps()), rows)
}

// direction is E ∂g/∂ℓ at T, of length 1; nil where all components are alike.
func (b *Basis) direction(slopes []float64, paths int) []float64 {
	mean := make([]float64, b.dim)
	for r := range paths {
		floats.Add(mean, slopes[r*b.dim:(r+1)*b.dim])
	}
	size := floats.Norm(mean, 2)
	if size == 0 {
		return nil
	}
	floats.Scale(1/size, mean)
	if math.Abs(floats.Sum(mean)) > 0.995*math.Sqrt(float64(b.dim)) {
		return nil
	}
	return mean
}

// below tells whether g depends more on the smallest component than on the largest. In two or three dimensions the order
// statistics from above and from below are the same numbers, but not the vectors.
func (b *Basis) below(slopes []float64, s *Sample) bool {
	x, lead := s.State(s.Grid.Steps()), 0.0
	for r := range s.Paths {
		row, slope := x[r*b.dim:(r+1)*b.dim], slopes[r*b.dim:(r+1)*b.dim]
		lead += math.Abs(slope[floats.MinIdx(row)]) - math.Abs(slope[floats.MaxIdx(row)])
	}
	return lead > 0
}

// bends tells whether ∂Φ/∂ℓ has not the same number in all components, in which case it is no multiple of
// the vector that is always there.
func (b *Basis) bends(s *Sample) (bool, error) {
	n, d := s.Grid.Steps(), b.dim
	rows := min(s.Paths, 256)
	slope := make([]float64, rows*d)
	if err := b.obstacle.gradient(b.places[n].time, rows, s.State(n)[:rows*d], slope); err != nil {
		return false, err
	}
	along, size := 0.0, 0.0
	for r := range rows {
		v := slope[r*d : (r+1)*d]
		sum := floats.Sum(v)
		along += sum * sum / float64(d)
		size += floats.Dot(v, v)
	}
	return along < 0.999*size, nil
}

// choose adds groups: first those with softmaxes, which have the vectors for claims on the largest or
// the smallest component, then the others. slopes is ∂g/∂ℓ at T.
func (b *Basis) choose(s *Sample, slopes []float64) error {
	var others []func(g *Groups)
	if b.noise.log() {
		others = append(others, func(g *Groups) { g.Arithmetic = true })
	}
	if direction := b.direction(slopes, s.Paths); direction != nil {
		others = append(others, func(g *Groups) { g.Direction = direction })
	}
	sides := []func(g *Groups){func(g *Groups) { g.Top = true }, func(g *Groups) { g.Bottom = true }}
	if b.below(slopes, s) {
		slices.Reverse(sides)
	}
	if err := b.addUseful(s, sides); err != nil {
		return err
	}
	return b.addUseful(s, others)
}

// addUseful adds groups one by one, the best first and of nearly equal ones the first, as long as they explain more.
func (b *Basis) addUseful(s *Sample, groups []func(g *Groups)) error {
	best, err := b.unexplained(s, b.Groups)
	if err != nil {
		return err
	}
	for len(groups) > 0 {
		pick, left := -1, best
		for i, add := range groups {
			g := b.Groups
			add(&g)
			v, err := b.unexplained(s, g)
			if err != nil {
				return err
			}
			if v < left && (pick < 0 || v < (1-useful)*left) {
				pick, left = i, v
			}
		}
		if pick < 0 || left > (1-useful)*best {
			return nil
		}
		groups[pick](&b.Groups)
		best = left
		groups = append(groups[:pick:pick], groups[pick+1:]...)
	}
	return nil
}

// unexplained is the share of the variance of g(X_T) that functions of some groups leave, the
// geometric mean over three times, with a correction for the number of functions.
func (b *Basis) unexplained(s *Sample, g Groups) (float64, error) {
	c := *b
	c.Groups = g
	c.Kink = false // it would hide what groups do, as Φ would
	c.places = append([]place(nil), b.places...)
	for n := range c.places {
		c.places[n].pay = 0 // Φ would hide what groups do where it is 0
	}
	c.draw(s.Seed)
	steps := s.Grid.Steps()
	times := []int{max(1, steps/4), max(1, steps/2), max(1, 3*steps/4)}
	c.standardise(s, times)
	const rows = 256
	at, product := c.NewPoint(rows), 1.0
	centre := stat.Mean(s.End, nil)
	for _, n := range times {
		x := s.State(n)
		size := c.Values()
		normal, block := features.NewNormal(size), features.NewBlock[float64](rows, size)
		for first := 0; first < s.Paths; first += rows {
			m := min(rows, s.Paths-first)
			at.Move(n, m, x[first*b.dim:(first+m)*b.dim])
			if err := at.Values(block.J, size); err != nil {
				return 0, err
			}
			block.R = block.R[:0]
			for _, v := range s.End[first : first+m] {
				block.R = append(block.R, centre-v)
			}
			block.Sum()
			features.Add(normal, &block)
		}
		w := normal.Solve(1e-8, nil)
		if w == nil || normal.Spread() == 0 {
			continue
		}
		free := math.Max(1-2*float64(size)/float64(s.Paths), 0.1) // a fit explains that much of noise, twice: once more on other paths
		product *= normal.Left(w) / (normal.Spread() * normal.Spread()) / free
	}
	return math.Cbrt(product), nil
}

// standardise measures mean and standard deviation of the pooled numbers at some points of the
// grid, nil for all.
func (b *Basis) standardise(s *Sample, points []int) {
	if points == nil {
		for n := range s.Grid.Steps() + 1 {
			points = append(points, n)
		}
	}
	const rows = 256
	at := b.NewPoint(rows)
	for _, n := range points {
		b.places[n].qMean = nil
		mean, square := make([]float64, b.pools), make([]float64, b.pools)
		x := s.State(n)
		for first := 0; first < s.Paths; first += rows {
			m := min(rows, s.Paths-first)
			at.Move(n, m, x[first*b.dim:(first+m)*b.dim])
			for r := range m {
				for j, v := range at.q[r*b.pools : (r+1)*b.pools] {
					mean[j] += v / float64(s.Paths)
					square[j] += v * v / float64(s.Paths)
				}
			}
		}
		inv := make([]float64, b.pools)
		for j := range inv {
			variance := square[j] - mean[j]*mean[j]
			inv[j] = 1
			if variance > 1e-12*math.Max(square[j], 1e-300) {
				inv[j] = 1 / math.Sqrt(variance)
			}
		}
		b.places[n].qMean, b.places[n].qInv = mean, inv
		if b.Kink {
			b.leaveOut(s, n, at)
		}
	}
}

// ownPart is the share of the variance of a number beside a kink that the others must leave: with less its coefficients
// are large and cancel, but not where the bound of one of the numbers cuts it off.
const ownPart = 1e-3

// leaveOut makes the numbers of the kink 0 at a point of the grid where the numbers before them say the same.
func (b *Basis) leaveOut(s *Sample, n int, at *Point) {
	const rows = 256
	gram := mat.NewSymDense(b.pools, nil)
	for first := 0; first < s.Paths; first += rows {
		m := min(rows, s.Paths-first)
		at.Move(n, m, s.State(n)[first*b.dim:(first+m)*b.dim])
		for r := range m {
			gram.SymRankOne(gram, 1/float64(s.Paths), mat.NewVecDense(b.pools, at.q[r*b.pools:(r+1)*b.pools]))
		}
	}
	// Elimination column by column leaves on the diagonal what those before do not explain.
	for j := range b.pools {
		own := gram.At(j, j)
		if j >= b.pools-kinks && !(own > ownPart) {
			b.places[n].qInv[j] = 0
		}
		if !(own > 1e-12) || b.places[n].qInv[j] == 0 {
			continue
		}
		for i := j + 1; i < b.pools; i++ {
			for k := i; k < b.pools; k++ {
				gram.SetSym(i, k, gram.At(i, k)-gram.At(j, i)*gram.At(j, k)/own)
			}
		}
	}
}
