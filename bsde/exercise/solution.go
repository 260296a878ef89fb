package exercise

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/deepbsde/deepbsde/autodiff/parallel"
	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"github.com/deepbsde/deepbsde/pde"
	"gonum.org/v1/gonum/stat"
)

// Solution is a fitted field as bounds of u, and as a rule: when to exercise. It may be used from
// several goroutines.
type Solution struct {
	Config
	model *Model
	field Field
	seed  uint64
	mutex sync.Mutex
}

// Config are the numbers of a Solution.
type Config struct {
	Workers  int // goroutines; results do not depend on it
	Outer    int // paths of the upper bound with inner simulation, 0 for none
	Inner    int // paths from each of their dates
	Gradient int // paths that ∇u is averaged over; negative for no gradient
}

// New is the solution of a model by a field.
func New(m *Model, f Field, seed uint64, c Config) *Solution {
	return &Solution{Config: c, model: m, field: f, seed: seed}
}

// Estimate is the value at one point with its bounds.
type Estimate struct {
	// Estimate has the value in the middle of the bracket, and half its width as the error: Lower and
	// Upper have 1.96 standard errors taken off and added, and so has their middle 95 % between them.
	// NetworkError is half of what is between the bounds themselves, StdErr the standard error of their middle.
	estimate.Estimate

	ByRule, RuleStdErr         float64 // what the rule is worth: the lower bound as it is
	Hindsight, HindsightStdErr float64 // the upper bound as it is
	Nested                     bool    // the upper bound is by inner simulation
	LowerProved, UpperProved   bool    // whether f proves that they are bounds

	Dates       []float64 // of exercise, before T
	Probability []float64 // that the rule exercises there
	Held        float64   // probability that it holds until T

	// At a point that is a date: what exercise pays, and whether the rule exercises. NaN elsewhere.
	Obstacle float64
	Stop     bool
}

// Value95 is how many standard errors a bound is moved by.
const value95 = estimate.Normal95

// FromStart is the estimate at (0, x0). A cancelled context ends it with the paths so far.
func (s *Solution) FromStart(ctx context.Context, paths int, progress func(done int)) (*Estimate, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.estimate(ctx, &origin{0, 0, s.model.Eq.Start}, paths, s.Outer, s.Gradient, progress)
}

// At is the estimate at (t, x), 0 ≤ t ≤ T, from so many fresh paths that start there, with the upper
// bound of the fitted martingale. The error of a wrong point is a *pde.Error.
func (s *Solution) At(ctx context.Context, t float64, x []float64, paths int) (*Estimate, error) {
	eq := s.model.Eq
	wrong := func(field, format string, args ...any) error {
		return &pde.Error{Problem: eq.Name, Field: field, Reason: fmt.Sprintf(format, args...)}
	}
	switch {
	case !(t >= 0 && t <= eq.Horizon):
		return nil, wrong("t", "is %g, want a time from 0 to the horizon %g", t, eq.Horizon)
	case len(x) != eq.Dim:
		return nil, wrong("x", "has %d components, want %d", len(x), eq.Dim)
	case paths < 2 || paths > math.MaxInt32:
		return nil, wrong("paths", "is %d, want a number from 2 to %d", paths, math.MaxInt32)
	}
	for i, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, wrong("x", "has the component %d = %g, want a finite number", i, v)
		}
	}
	if t == eq.Horizon {
		return s.atHorizon(x)
	}
	n := s.model.Grid.Step(t)
	if at, ok := s.model.Grid.At(t); ok && at < s.model.Grid.Steps() {
		n, t = at, s.model.Grid.Time(at)
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	e, err := s.estimate(ctx, &origin{n, t, slices.Clone(x)}, paths, 0, paths, nil)
	if err == nil {
		err = ctx.Err()
	}
	return e, err
}

// atHorizon is g(x).
func (s *Solution) atHorizon(x []float64) (*Estimate, error) {
	g := []float64{0}
	err := s.model.Eq.G.Eval(1, g, x)
	e := &Estimate{Estimate: *estimate.Unknown(), Obstacle: math.NaN(), ByRule: g[0], Hindsight: g[0]}
	e.Time, e.State = s.model.Eq.Horizon, slices.Clone(x)
	e.Value, e.Error, e.StdErr, e.DiscretizationError, e.NetworkError = g[0], 0, 0, 0, 0
	e.Lower, e.Upper, e.CI95 = g[0], g[0], [2]float64{g[0], g[0]}
	return e, err
}

// estimate makes the bounds on fresh paths from a point.
func (s *Solution) estimate(ctx context.Context, o *origin, paths, outer, slopes int, progress func(done int)) (*Estimate, error) {
	r, err := s.follow(ctx, o, paths, 1, progress)
	if err != nil {
		return nil, err
	}
	e := &Estimate{Estimate: *estimate.Unknown(), Obstacle: math.NaN()}
	e.Time, e.State, e.Paths = o.t, slices.Clone(o.x), len(r.lower)
	e.ByRule, e.RuleStdErr = meanAndError(r.lower)
	e.Hindsight, e.HindsightStdErr = meanAndError(r.upper)
	bounds := s.model.gen.sides()
	e.LowerProved, e.UpperProved = bounds.lower, bounds.upper
	if err := s.nest(ctx, o, e, outer); err != nil {
		return nil, err
	}
	e.exercised(s.model, o, r.stop)
	if err := s.here(o, e, r.stop); err != nil {
		return nil, err
	}
	if e.DiscretizationError, err = s.timeStep(ctx, o, r); err != nil {
		return nil, err
	}
	inF, inX, err := s.between(o)
	if err != nil {
		return nil, err
	}
	e.DiscretizationError += math.Abs(inF)
	e.conclude(s.model, inF, inX)
	if slopes > 0 {
		err = s.gradient(ctx, o, min(slopes, paths), e)
	}
	return e, err
}

// outcome is what paths gave.
type outcome struct {
	lower, upper []float64
	stop         []int
}

// follow walks along fresh paths in rounds, to report progress and to notice a cancelled context.
func (s *Solution) follow(ctx context.Context, o *origin, paths, stride int, progress func(done int)) (*outcome, error) {
	out := &outcome{make([]float64, paths), make([]float64, paths), make([]int, paths)}
	bounds, of := s.model.gen.sides(), noise{s.seed, walk.ForEstimate}
	type worker struct {
		*walker
		track
	}
	free := make(chan *worker, s.Workers)
	for range s.Workers {
		free <- &worker{walker: s.newWalker()}
	}
	const round = 32
	chunks := (paths + rowsAtOnce - 1) / rowsAtOnce
	for lo := 0; lo < chunks; lo += round {
		if done := lo * rowsAtOnce; ctx.Err() != nil && done >= estimate.FewPaths {
			out.lower, out.upper, out.stop = out.lower[:done], out.upper[:done], out.stop[:done]
			return out, nil
		}
		at := lo * rowsAtOnce
		err := parallel.Share(context.WithoutCancel(ctx), s.Workers, min(round, chunks-lo), func(c int) error {
			w := <-free
			defer func() { free <- w }()
			first := (lo + c) * rowsAtOnce
			rows := min(rowsAtOnce, paths-first)
			if err := w.follow(&w.track, of, o, first, rows, stride); err != nil {
				return err
			}
			copy(out.stop[first:], w.stop[:rows])
			if err := w.backward(&w.track, rows, ruled, bounds.lowerCurved, out.lower[first:first+rows]); err != nil {
				return err
			}
			return w.backward(&w.track, rows, best, bounds.upperCurved, out.upper[first:first+rows])
		}, ranks.Each(out.lower[at:], rowsAtOnce), ranks.Each(out.upper[at:], rowsAtOnce), ranks.Each(out.stop[at:], rowsAtOnce))
		if err != nil {
			return nil, err
		}
		if progress != nil {
			progress(min((lo+round)*rowsAtOnce, paths))
		}
	}
	return out, nil
}

// narrow is the share of the value below which the bracket of the fitted martingale is good enough.
const narrow = 1e-3

// nest replaces the upper bound by that with inner simulation, where f allows it and the one of the
// fitted martingale is wide.
func (s *Solution) nest(ctx context.Context, o *origin, e *Estimate, outer int) error {
	if outer == 0 || s.model.gen.bent || ctx.Err() != nil || e.Hindsight-e.ByRule < narrow*math.Abs(e.ByRule) {
		return nil
	}
	free := make(chan *inner, s.Workers)
	for range s.Workers {
		free <- s.newInner()
	}
	values := make([]float64, outer)
	err := parallel.Share(ctx, s.Workers, outer, func(c int) (err error) {
		w := <-free
		defer func() { free <- w }()
		values[c], err = w.outer(s.seed, o, c, s.Inner)
		return err
	}, ranks.Each(values, 1))
	if err != nil {
		if ctx.Err() != nil {
			return nil // the other bound stands
		}
		return err
	}
	mean, stderr := meanAndError(values)
	if mean+value95*stderr < e.Hindsight+value95*e.HindsightStdErr {
		e.Hindsight, e.HindsightStdErr, e.Nested = mean, stderr, true
	}
	return nil
}

func meanAndError(values []float64) (mean, stderr float64) {
	mean, std := stat.MeanStdDev(values, nil)
	return mean, std / math.Sqrt(float64(len(values)))
}
