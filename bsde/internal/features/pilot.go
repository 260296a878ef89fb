package features

import (
	"context"
	"math"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"gonum.org/v1/gonum/floats"
)

// slopePaths and poolPaths are the numbers of paths that give the statistics of σᵀ∇g and of the
// pooled numbers, see walk.Fewer.
const (
	slopePaths = 2048
	poolPaths  = 512
	chunk      = 64
)

// New measures the statistics of the features on paths as the problem states them, and leaves out
// those that explain nothing there. Sums are made by chunks and added in order, so that they do not
// depend on the number of workers.
func New(ctx context.Context, p *walk.Pilot, sc *walk.Scales) (*Set, error) {
	s, err := newSet(p.Eq, p.Grid, sc, p.Seed)
	if err != nil {
		return nil, err
	}
	if err := s.slopes(ctx, p); err != nil {
		return nil, err
	}
	if err := s.pool(ctx, p); err != nil {
		return nil, err
	}
	if err := s.choose(ctx, p, sc); err != nil {
		return nil, err
	}
	s.draw(p.Seed) // the number of pooled numbers is known now
	return s, nil
}

// slopes are the statistics of σᵀ∇g(X_T): its rms, the directions that hold most of it, and its mean ḡ where that differs from
// component to component by more than its error.
func (s *Set) slopes(ctx context.Context, p *walk.Pilot) error {
	t, x := expr.Input("t", 1), expr.Input("x", s.dim)
	f, err := expr.Compile(ScaledGradient(p.Eq, t, x), t, x)
	if err != nil {
		return err
	}
	mean, square := make([]float64, s.dim), make([]float64, s.dim)
	paths := walk.Fewer(slopePaths, s.dim)
	rows := make([]float64, min(paths, max(sampled/s.dim/chunk, 1)*chunk)*s.dim)
	err = sums(ctx, p, paths, [][]float64{mean, square}, func(c int, part [][]float64) error {
		return p.Along(walk.ForFeatures, c*chunk, chunk, func(n int, x, _ []float64) error {
			if n < s.steps {
				return nil
			}
			v := make([]float64, chunk*s.dim)
			if err := f.Eval(chunk, v, []float64{p.Eq.Horizon}, x); err != nil {
				return err
			}
			moments(part, v)
			if first := c * len(v); first < len(rows) {
				copy(rows[first:], v)
			}
			return nil
		})
	}, ranks.Each(rows, chunk*s.dim))
	for i, v := range rows {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			rows[i] = 0
		}
	}
	s.Directions = walk.Directions{D: directions(rows, s.dim, p.Seed)}
	floats.Scale(1/float64(paths), mean)
	floats.Scale(1/float64(paths), square)
	s.slope = math.Sqrt(floats.Sum(square) / float64(s.dim))
	if math.IsInf(s.slope, 0) {
		s.slope = 0
	}
	s.mean = s.direction(mean, square)
	s.axes = beyond(s.Directions.D, s.dim)
	return err
}

// moments adds rows of numbers and their squares to part; what is not finite counts as 0.
func moments(part [][]float64, v []float64) {
	for i, v := range v {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			part[0][i%len(part[0])] += v
			part[1][i%len(part[1])] += v * v
		}
	}
}

// direction is ḡ in length √d: its components that are beyond three standard errors, and nil
// where they are all alike as far as their errors tell.
func (s *Set) direction(mean, square []float64) []float64 {
	if s.dim < 2 {
		return nil
	}
	common, d := floats.Sum(mean)/float64(s.dim), float64(s.dim)
	out, norm, unlike := make([]float64, s.dim), 0.0, 0.0
	for j, m := range mean {
		err := math.Sqrt(math.Max(square[j]-m*m, 0) / float64(walk.Fewer(slopePaths, s.dim)))
		unlike += (m - common) * (m - common) / (err*err + 1e-12*square[j] + math.SmallestNonzeroFloat64)
		if math.Abs(m) > 3*err {
			out[j] = m
			norm = math.Hypot(norm, m)
		}
	}
	if norm == 0 || !(unlike > d+5*math.Sqrt(2*d)) {
		return nil
	}
	floats.Scale(math.Sqrt(d)/norm, out)
	return out
}

// pool measures the mean and standard deviation of the pooled numbers, over paths and steps.
func (s *Set) pool(ctx context.Context, p *walk.Pilot) error {
	programs, err := s.evaluators(p.Pool.Workers())
	if err != nil {
		return err
	}
	paths := walk.Fewer(poolPaths, s.dim)
	mean, square := make([]float64, s.pools()), make([]float64, s.pools())
	err = sums(ctx, p, paths, [][]float64{mean, square}, func(c int, part [][]float64) error {
		f := <-programs
		defer func() { programs <- f }()
		return p.Along(walk.ForFeatures, c*chunk, chunk, func(n int, x, _ []float64) error {
			if n < s.steps {
				f.run(s, n, x, nil, 0)
				moments(part, f.pooled)
			}
			return nil
		})
	})
	s.pooled, s.unit = mean, square
	for i, v := range square {
		s.pooled[i] /= float64(paths * s.steps)
		variance := v/float64(paths*s.steps) - s.pooled[i]*s.pooled[i]
		s.unit[i] = 1 / (math.Sqrt(math.Max(variance, 0)) + 1e-6)
	}
	return err
}

// evaluator computes what the pilot needs of the features in one step.
type evaluator struct {
	*autodiff.Program[float64]
	serial                 *autodiff.Pool
	at, x, dw, curl, along []float64
	pooled, products       []float64 // chunk×q, chunk×moments
}

// evaluators makes one for each worker.
func (s *Set) evaluators(workers int) (chan *evaluator, error) {
	list := make(chan *evaluator, workers)
	for range workers {
		g := autodiff.NewGraph[float64](&autodiff.Layout{}, false)
		in := func(name string) autodiff.Node { return g.Input(name, chunk, s.dim) }
		vectors, q := s.raw(g, s.placeOf(g, g.Input("at", 1, len(s.places[0]))), in("x"))
		var along autodiff.Node
		if p := s.Directions.Terms(); p > 0 {
			along = g.Input("along", chunk, p)
		}
		pooled, products := g.Concat(q...), Moments(g, vectors, in("dw"), in("curl"), along)
		p, err := autodiff.Compile[float64](g, autodiff.Target{Outputs: []autodiff.Node{pooled, products}}, nil, nil)
		if err != nil {
			return nil, err
		}
		list <- &evaluator{p, autodiff.NewPool(1), p.Input("at"), p.Input("x"), p.Input("dw"), p.Input("curl"), p.Input("along"), p.Value(pooled), p.Value(products)}
	}
	return list, nil
}

// run computes them at step n in the states x, for increments of length h.
func (f *evaluator) run(s *Set, n int, x, dw []float64, h float64) {
	copy(f.at, s.places[n])
	copy(f.x, x)
	copy(f.dw, dw)
	for i, v := range dw {
		f.curl[i] = (v*v - h) / 2
	}
	Along(s, f.along, dw, h)
	f.Run(f.serial)
}

// sums lets f add the paths of each chunk to arrays of its own, and adds them up in order; others is what else f writes.
func sums(ctx context.Context, p *walk.Pilot, paths int, into [][]float64, f func(c int, part [][]float64) error, others ...ranks.Out) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	chunks := paths / chunk
	parts := make([][][]float64, chunks)
	err := p.Pool.Share(chunks, func(c int) error {
		for _, total := range into {
			parts[c] = append(parts[c], make([]float64, len(total)))
		}
		return f(c, parts[c])
	}, append(others, ranks.Each(parts, 1))...)
	if err != nil {
		return err
	}
	for _, part := range parts {
		for i, total := range into {
			floats.Add(total, part[i])
		}
	}
	return nil
}
