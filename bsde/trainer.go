package bsde

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/pde"
)

// Trainer is a run between Init and Result. Its methods must be called from one
// goroutine.
type Trainer struct {
	loop
	method DeepBSDE
	eq     *equation
	core   core
	shared sync.Mutex // of its solutions
}

// core is the part of a trainer that depends on the precision.
type core interface {
	stepper
	// estimate is that at the origin, nil for (0, x0).
	estimate(ctx context.Context, from *origin, paths int, progress func(done int)) (*estimate, error)
	at(ctx context.Context, pool *autodiff.Pool, t float64, x []float64, paths int) (*estimate, error)
	trainedAt(x []float64) float64
	regionError(ctx context.Context) (rms, bound float64, err error)
	paths(count int) ([]Path, error)
}

// Init checks problem, method and settings, simulates the paths that give all
// scales and the start of Y0, and builds and compiles the network. nil settings
// mean the defaults; the errors are those of Solve, and ctx.Err() where the context
// is cancelled before training.
func Init(ctx context.Context, p pde.Problem, m Method, s *Settings) (*Trainer, error) {
	set, err := s.resolve()
	if err != nil {
		return nil, err
	}
	method, ok := m.(DeepBSDE)
	if !ok {
		return nil, &SettingsError{"method", "unknown method, want bsde.DeepBSDE{}"}
	}
	if method.Network != nil {
		if err := method.Network.check(); err != nil {
			return nil, err
		}
	}
	t := &Trainer{loop: newLoop(set)}
	if t.eq, err = newEquation(p); err != nil {
		return nil, err
	}
	t.method = method.resolve(t.eq)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	t.pool = autodiff.NewPool(t.set.Workers)
	if t.set.Precision == "float64" {
		t.core, err = newCore[float64](ctx, t)
	} else {
		t.core, err = newCore[float32](ctx, t)
	}
	if err == nil {
		err = t.begin(fmt.Sprintf("%s, d = %d, deep-bsde, %s, %s", p.Name, p.Dim, t.method.Network.Name(), t.set.Precision), t.core)
	}
	if err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

// cancelledPaths is the size of the final estimate of a cancelled run, which is
// to end soon.
const cancelledPaths = 1024

// Result makes the final estimate on fresh paths and ends the run: Step is false
// afterwards, and a second Result an error.
func (t *Trainer) Result(ctx context.Context) (*Result, error) {
	if t.closed {
		return nil, errors.New("bsde: the trainer is closed")
	}
	defer t.Close()
	if t.err != nil {
		return nil, t.err
	}
	t.end()
	r := &Result{
		Problem: t.eq.Name, Dim: t.eq.Dim, Method: t.method,
		Status: t.status, Iterations: t.iteration, Settings: t.set, History: t.history,
		TrainedValue: t.core.value(), RegionError: math.NaN(), RegionErrorBound: math.NaN(),
	}
	e := unknown()
	if t.status != Diverged {
		paths := t.set.EstimatePaths
		if t.status == Cancelled {
			paths = min(paths, cancelledPaths)
		}
		var err error
		if e, err = t.core.estimate(ctx, nil, paths, func(done int) { t.report("estimate", done, paths) }); err != nil {
			return nil, err
		}
		switch {
		case math.IsNaN(e.value) || math.IsInf(e.value, 0):
			r.Status, e = Diverged, unknown()
		case e.paths < paths && ctx.Err() != nil:
			r.Status = Cancelled
		}
		if t.eq.random != nil && r.Status != Diverged {
			var err error
			if r.RegionError, r.RegionErrorBound, err = t.core.regionError(ctx); err != nil {
				return nil, err
			}
		}
	}
	if r.Status == Diverged {
		r.TrainedValue = math.NaN()
	} else {
		r.Solution = t.Solution()
	}
	e.fill(r)
	r.Elapsed = time.Since(t.began)
	return r, nil
}
