package estimate

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/grid"
)

// Solution is a field as the functions u and ∇u. It may be used from several
// goroutines, which then wait for one another, but not while its trainer steps.
type Solution struct {
	mutex   sync.Mutex
	core    core
	eq      *equation.Equation
	learnt  bool // u(0, ·) for random starts was trained
	workers int

	// GradientPaths is the number of paths of FromStart that ∇u is averaged over; 0 for the
	// default, 4096, and negative for no gradient.
	GradientPaths int
}

// core is the part of a solution that depends on the precision.
type core interface {
	estimate(ctx context.Context, from *walk.Origin, paths, slopes int, progress func(done int)) (*Estimate, error)
	at(ctx context.Context, pool *autodiff.Pool, t float64, x []float64, paths int) (*Estimate, error)
	trained(from *walk.Origin) float64
	regionError(ctx context.Context) (rms, bound float64, err error)
	paths(count int) ([]Path, error)
	borrow() (giveBack func()) // a pool, where it has none
}

// Of is the solution that a method of package bsde delivers: the field of a model, walked
// along by a team. FromStart and Region work on the pool.
func Of[T autodiff.Float](m *walk.Model[T], team *walk.Team[T], pool *autodiff.Pool) *Solution {
	return &Solution{core: &engine[T]{Model: m, team: team, pool: pool}, eq: m.Eq, learnt: m.U0 != nil, workers: team.Size}
}

// Config are the numbers of New. Zero fields mean the defaults.
type Config struct {
	Grid    *grid.Grid // nil: uniform, 20 steps
	Scales  int        // paths that give the orders of magnitude; default 4096
	Seed    uint64     // of all random numbers
	Workers int        // goroutines; default 1; results do not depend on it
}

// New is the solution of an equation by a field without parameters, in float64. The error
// of a wrong problem is a *pde.Error.
func New(ctx context.Context, p pde.Problem, f Field, c Config) (*Solution, error) {
	return NewTrained(ctx, p, Trained[float64]{Field: f}, c)
}

// Trained is a field with parameters in precision T.
type Trained[T autodiff.Float] struct {
	Field          Field
	Layout         *autodiff.Layout // of the parameters that the field asks a graph for; nil: none
	Params, States []T              // as the layout has them; they may go on changing

	// Y0 is u(0, x0) as known without an estimate; nil: the mean of g(X_T) and of f with
	// Z = 0 along pilot paths. U0 adds u(0, ·) as trained in the states x to a graph, for
	// random starts; nil where nothing has learnt it.
	Y0 func() float64
	U0 func(g *autodiff.Graph, x autodiff.Node) autodiff.Node
}

// NewTrained is the solution of an equation by a field with parameters. The error of a
// wrong problem is a *pde.Error.
func NewTrained[T autodiff.Float](ctx context.Context, p pde.Problem, t Trained[T], c Config) (*Solution, error) {
	f := t.Field
	eq, err := equation.New(p)
	if err != nil {
		return nil, err
	}
	if c.Grid == nil {
		c.Grid = grid.Uniform(p.Horizon, 20)
	}
	if c.Scales == 0 {
		c.Scales = 4096
	}
	c.Workers = max(c.Workers, 1)
	if formula, ok := f.(Formula); ok {
		if formula.Grid == nil {
			formula.Grid = c.Grid
			f = formula
		} else if !formula.Grid.Equal(c.Grid) {
			return nil, errors.New("estimate: the formula has another grid than the estimate")
		}
	}
	if c.Grid.Horizon() != p.Horizon {
		return nil, &pde.Error{Problem: p.Name, Field: "Horizon", Reason: fmt.Sprintf("is %g, and the grid ends at %g", p.Horizon, c.Grid.Horizon())}
	}
	pool := autodiff.NewPool(c.Workers)
	defer pool.Close()
	pilot := walk.Pilot{Eq: eq, Grid: c.Grid, Paths: c.Scales, Seed: c.Seed, Pool: pool}
	if t.Layout == nil {
		t.Layout = &autodiff.Layout{}
	}
	m := &walk.Model[T]{
		Eq: eq, Grid: c.Grid, Seed: c.Seed, Origin: walk.Start(c.Grid, eq.Start), Field: f,
		Layout: t.Layout, Params: t.Params, States: t.States, Value: t.Y0, U0: t.U0,
	}
	if m.Scales, err = pilot.Scales(ctx); err != nil {
		return nil, err
	}
	if err := pilot.Condition(ctx, m.Scales); err != nil {
		return nil, err
	}
	if m.Value == nil {
		m.Value = func() float64 { return m.Scales.Y0 }
	}
	team, err := walk.NewTeam(ctx, m, pool.Workers())
	if err != nil {
		return nil, err
	}
	return Of(m, team, nil), nil
}

// DefaultPaths is the number of paths of an estimate at a point.
const DefaultPaths = 4096

// At estimates u and ∇u at (t, x), 0 ≤ t ≤ T, from the given number of fresh paths that
// start there (0: DefaultPaths). All points see the same
// noise: differences between them have smaller errors than either. Far from where the
// paths of training went Z explains less, and the standard errors grow. The error of a
// wrong t, x or number of paths is a *pde.Error; a context cancelled during the work
// gives its own.
func (s *Solution) At(ctx context.Context, t float64, x []float64, paths int) (*Estimate, error) {
	if paths == 0 {
		paths = DefaultPaths
	}
	if err := s.check(t, x, paths); err != nil {
		return nil, err
	}
	if t == s.eq.Horizon {
		return s.atHorizon(t, x)
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	pool := autodiff.NewPool(s.workers)
	defer pool.Close()
	e, err := s.core.at(ctx, pool, t, x, paths)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	e.Time, e.State = t, slices.Clone(x)
	if t == 0 && s.sees(x) {
		e.Trained = s.core.trained(&walk.Origin{X: x})
	}
	return e, nil
}

// FromStart is the estimate at (0, x0) as a run makes it at its end, before its trainer is
// closed. A cancelled context ends it with the paths so far, at least FewPaths.
func (s *Solution) FromStart(ctx context.Context, paths int, progress func(done int)) (*Estimate, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	defer s.core.borrow()()
	e, err := s.core.estimate(ctx, nil, paths, s.GradientPaths, progress)
	if err != nil {
		return nil, err
	}
	e.State = slices.Clone(s.eq.Start)
	e.Trained = s.core.trained(&walk.Origin{X: s.eq.Start})
	return e, nil
}

// Region is the root mean square error of u(0, ·) as trained over the random starts, with
// a 95 % upper bound: NaN where the start is fixed, where nothing has learnt u(0, ·), or
// where the context was cancelled. Like FromStart it goes before the end of a trainer.
func (s *Solution) Region(ctx context.Context) (rms, bound float64, err error) {
	if s.eq.Random == nil || !s.learnt {
		return math.NaN(), math.NaN(), nil
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	defer s.core.borrow()()
	return s.core.regionError(ctx)
}

// Trained is u(0, x) as training left it, in microseconds: good on the region of the
// random starts, with the error that Region tells. NaN where the start was
// fixed and x is another point, or x does not have d components.
func (s *Solution) Trained(x []float64) float64 {
	if !s.sees(x) {
		return math.NaN()
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.core.trained(&walk.Origin{X: x})
}

// Y0 is u(0, x0) as known without an estimate: as trained, or the mean of g(X_T) and of f
// with Z = 0 along pilot paths.
func (s *Solution) Y0() float64 {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.core.trained(&walk.Origin{X: s.eq.Start})
}

// Paths walks along the first paths of FromStart with the field as it is: fresh noise, and
// controlled where the generator depends on z, as there. Where
// the problem has random starts, so have they. The difference of Y and U, or of Y_N and
// G, shows path by path what the field does not explain.
func (s *Solution) Paths(count int) ([]Path, error) {
	if count < 1 {
		return nil, errors.New("estimate: want at least 1 path")
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	list, err := s.core.paths(count)
	if err != nil || s.eq.Exact == nil {
		return list, err
	}
	return list, solveAlong(s.eq, list)
}

// sees tells whether training has taught Y0 for paths from x.
func (s *Solution) sees(x []float64) bool {
	return slices.Equal(x, s.eq.Start) || s.eq.Random != nil && s.learnt && len(x) == s.eq.Dim
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
func (s *Solution) atHorizon(t float64, x []float64) (e *Estimate, err error) {
	e = &Estimate{Time: t, State: slices.Clone(x), Trained: math.NaN(), Lower: math.NaN(), Upper: math.NaN(), NoBounds: "u is g at T", GradientStdErr: make([]float64, s.eq.Dim)}
	e.Value, e.Gradient, err = valueAndGradient(s.eq.G, e.State)
	e.CI95 = [2]float64{e.Value, e.Value}
	return e, err
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
func (e *engine[T]) at(ctx context.Context, pool *autodiff.Pool, t float64, x []float64, paths int) (*Estimate, error) {
	defer func(p *autodiff.Pool) { e.pool = p }(e.pool)
	e.pool = pool
	from := e.Origin
	if t > 0 || !slices.Equal(x, from.X) {
		from = walk.From(e.Grid, t, x, e.Eq.Random == nil)
	}
	return e.estimate(ctx, from, paths, 0, nil)
}

func (e *engine[T]) borrow() (giveBack func()) {
	if e.pool != nil {
		return func() {}
	}
	e.pool = autodiff.NewPool(e.team.Size)
	return func() {
		e.pool.Close()
		e.pool = nil
	}
}
