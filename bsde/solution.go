package bsde

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
)

// Solution is a trained network as the functions u and ∇u. It may be used from several
// goroutines, which then wait for one another, but not while its trainer steps.
type Solution struct {
	mutex *sync.Mutex // the trainer's: its solutions share the networks
	core  core
	eq    *equation
	set   Settings
}

// Estimate is the solution at one point, with its errors as in Result.
type Estimate struct {
	Time  float64   // t
	State []float64 // x, d numbers

	Value               float64    // u(t, x)
	StdErr              float64    // its standard error
	CI95                [2]float64 // Value ± 1.96 StdErr: the sampling error alone, see Result
	DiscretizationError float64    // of the time step, left after extrapolation
	NetworkBias         float64    // estimated and subtracted; NaN where not known

	Gradient               []float64 // ∇u(t, x), d numbers
	GradientStdErr         []float64 // the standard error of each component
	GradientDiscretization float64   // the time step's error of the component where it is largest
	GradientNetworkBias    float64   // that of an imperfect Z likewise, not subtracted

	// Trained is u(0, x) as training left it, without simulation: where the start was
	// random, and at x0. NaN elsewhere.
	Trained float64
	Paths   int // simulated
}

// DefaultPointPaths is the number of paths of an estimate at a point.
const DefaultPointPaths = 4096

// Solution is the network as trained so far. It stays usable after Result or Close, and
// moves with the training until then.
func (t *Trainer) Solution() *Solution { return &Solution{&t.shared, t.core, t.eq, t.set} }

// At estimates u and ∇u at (t, x), 0 ≤ t ≤ T, from the given number of fresh paths that
// start there (0: DefaultPointPaths), as Result does at (0, x0). All points see the same
// noise: differences between them have smaller errors than either. Far from where the
// paths of training went Z explains less, and the standard errors grow. The error of a
// wrong t, x or number of paths is a *pde.Error; a context cancelled during the work
// gives its own.
func (s *Solution) At(ctx context.Context, t float64, x []float64, paths int) (*Estimate, error) {
	if paths == 0 {
		paths = DefaultPointPaths
	}
	if err := s.check(t, x, paths); err != nil {
		return nil, err
	}
	out := &Estimate{Time: t, State: slices.Clone(x), Trained: math.NaN()}
	if t == s.eq.Horizon {
		return out, s.atHorizon(out)
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	pool := autodiff.NewPool(s.set.Workers)
	defer pool.Close()
	e, err := s.core.at(ctx, pool, t, x, paths)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	if t == 0 && s.sees(x) {
		out.Trained = s.core.trainedAt(x)
	}
	out.Value, out.StdErr, out.CI95 = e.value, e.stderr, e.interval()
	out.DiscretizationError, out.NetworkBias, out.Paths = e.discretization, e.bias, e.paths
	out.Gradient, out.GradientStdErr, out.GradientDiscretization, out.GradientNetworkBias = e.slope()
	return out, nil
}

// Trained is u(0, x) as training left it, in microseconds: good on the region of the
// random starts, with the error that Result.RegionError tells. NaN where the start was
// fixed and x is another point, or x does not have d components.
func (s *Solution) Trained(x []float64) float64 {
	if !s.sees(x) {
		return math.NaN()
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.core.trainedAt(x)
}

// sees tells whether training has taught Y0 for paths from x.
func (s *Solution) sees(x []float64) bool {
	return slices.Equal(x, s.eq.Start) || s.eq.random != nil && len(x) == s.eq.Dim
}

func (s *Solution) check(t float64, x []float64, paths int) error {
	if !(t >= 0 && t <= s.eq.Horizon) {
		return pointError(s.eq.Name, "t", "is %g, want a time from 0 to the horizon %g", t, s.eq.Horizon)
	}
	return checkPoint(s.eq.Name, s.eq.Dim, x, paths)
}

// checkPoint checks what all points need.
func checkPoint(problem string, d int, x []float64, paths int) error {
	switch {
	case len(x) != d:
		return pointError(problem, "x", "has %d components, want %d", len(x), d)
	case paths < fewestPaths || paths > math.MaxInt32:
		return pointError(problem, "paths", "is %d, want a number from %d to %d", paths, fewestPaths, math.MaxInt32)
	}
	for i, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return pointError(problem, "x", "component %d is %g, want a finite number", i, v)
		}
	}
	return nil
}

// fewestPaths is the number that has a standard error, in pairs too.
const fewestPaths = 4

func pointError(problem, field, format string, args ...any) error {
	return &pde.Error{Problem: problem, Field: field, Reason: fmt.Sprintf(format, args...)}
}

// atHorizon is g and its gradient.
func (s *Solution) atHorizon(out *Estimate) (err error) {
	out.Value, out.Gradient, err = valueAndGradient(s.eq.terminal, out.State)
	out.CI95, out.GradientStdErr = [2]float64{out.Value, out.Value}, make([]float64, s.eq.Dim)
	return err
}

// valueAndGradient are those of a function of a state.
func valueAndGradient(f *expr.Func, x []float64) (value float64, gradient []float64, err error) {
	direction := make([]float64, len(x))
	for j := range x {
		direction[j] = 1
		u, slope, _, err := f.Jet(1, [][]float64{x}, [][]float64{direction})
		if err != nil {
			return 0, nil, err
		}
		value, gradient = u[0], append(gradient, slope[0])
		direction[j] = 0
	}
	return value, gradient, nil
}

// at is the estimate at (t, x).
func (e *engine[T]) at(ctx context.Context, pool *autodiff.Pool, t float64, x []float64, paths int) (*estimate, error) {
	defer func(p *autodiff.Pool) { e.pool = p }(e.pool)
	e.pool = pool
	from := e.origin
	if t > 0 || !slices.Equal(x, from.x) {
		from = e.originAt(t, x)
	}
	return e.estimate(ctx, from, paths, nil)
}

// trainedAt is Y0 at (0, x) as training left it.
func (e *engine[T]) trainedAt(x []float64) float64 { return e.trained(&origin{x: x}) }
