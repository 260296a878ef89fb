package bsde

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"runtime"
	"time"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/grid"
)

// Settings are the numbers of a training run. A zero field means its documented
// default, so that &Settings{Seed: 3} changes the seed alone.
type Settings struct {
	Grid         string  `json:"grid"`       // of time, "uniform" (default), "graded" or "adaptive", see package grid
	Steps        int     `json:"steps"`      // N, time steps; default 20, of an equation 8 from d = 2000 on and 4 from d = 8000 on
	Iterations   int     `json:"iterations"` // gradient steps; default 1000
	Batch        int     `json:"batch"`      // paths in a gradient step; default 64
	LearningRate float64 `json:"lr"`         // of Adam, at its highest; default 5e-3

	// Times are t_0 … t_N of an adaptive grid, with Steps = N; nil: to be found. Init fills them in.
	Times []float64 `json:"times,omitempty"`

	// Chosen is why the method is what it is, where it was chosen for the problem (methods.Choose): for reports alone.
	Chosen string `json:"chosen,omitempty"`

	// Schedule lowers the learning rate: "cosine" (to a hundredth, the default),
	// "constant", or "piecewise" with Boundaries and Rates.
	Schedule   string    `json:"schedule"`
	Boundaries []int     `json:"boundaries,omitempty"` // piecewise: iterations at which the rate changes, increasing
	Rates      []float64 `json:"rates,omitempty"`      // piecewise: one more rate than boundaries; LearningRate is then ignored

	ClipNorm float64 `json:"clip_norm"` // largest norm of the gradient; default 0, no clipping
	LossClip float64 `json:"loss_clip"` // |Y_N − g|, times √Γ where the loss has weights, beyond which it grows linearly; default 0, never

	ValidationPaths int `json:"validation_paths"` // fixed paths on which the loss is reported; default 256, of an equation fewer from d = 2000 on
	ValidateEvery   int `json:"validate_every"`   // iterations between reports; default Iterations/20, at least 1
	StartPaths      int `json:"start_paths"`      // paths that give the start of Y0 and all scales; default 4096, fewer from d = 2000 on
	Paths           int `json:"paths"`            // fresh paths for the final estimate; default 32768, of an equation fewer from d = 2000 on

	// Gradient is the number of those paths that ∇u is averaged over; default 4096, fewer from d = 2000 on, Nothing for no
	// gradient, which often takes half of the time of an answer.
	Gradient int `json:"gradient,omitempty"`

	Seed      uint64        `json:"seed"`      // of every random number; any value, 0 (the default) too; the command line's default is 1
	Precision string        `json:"precision"` // of the network, "float32" (default) or "float64"
	Workers   int           `json:"workers"`   // goroutines; default GOMAXPROCS; results do not depend on it
	TimeLimit time.Duration `json:"-"`         // training stops after it, 0 for none; from Restore on it counts anew

	// Progress, if not nil, is called after every iteration and now and then
	// during the final estimate. It must return quickly.
	Progress func(Progress) `json:"-"`
}

// Progress is what a run tells while it works.
type Progress struct {
	Phase      string  // "training" or "estimate"
	Iteration  int     // gradient steps done, or paths estimated
	Iterations int     // of so many
	Record     *Record // the newest record of the history, nil before the first
}

// Nothing is a number of paths that is not the default, 0, and none.
const Nothing = -1

// DefaultsFor is WithDefaults for a problem. An equation in many dimensions has fewer paths and, as its dates are not
// those of early exercise, fewer steps: the answer still takes seconds, and its error says what they cost.
func (s Settings) DefaultsFor(p Problem) Settings {
	e, ok := p.(pde.Problem)
	if !ok {
		return s.WithDefaults()
	}
	all := s.WithDefaults()
	if s.StartPaths == 0 {
		s.StartPaths = walk.Fewer(all.StartPaths, e.Dim)
	}
	if s.ValidationPaths == 0 {
		s.ValidationPaths = walk.Fewer(all.ValidationPaths, e.Dim)
	}
	if e.Obstacle == nil && e.Dim >= ManyDimensions {
		if s.Steps == 0 && len(s.Times) == 0 {
			if s.Steps = 8; e.Dim >= 4*ManyDimensions {
				s.Steps = 4
			}
		}
		if s.Paths == 0 {
			s.Paths = max(walk.Fewer(walk.Fewer(all.Paths, e.Dim), e.Dim), 1024)
		}
	}
	return s.WithDefaults()
}

// ManyDimensions is where the defaults of an equation become smaller, see DefaultsFor.
const ManyDimensions = walk.ManyDimensions

// WithDefaults is a copy with the zero fields filled in.
func (s Settings) WithDefaults() Settings {
	for _, f := range []struct {
		field *int
		value int
	}{
		{&s.Steps, 20}, {&s.Iterations, 1000}, {&s.Batch, 64}, {&s.ValidationPaths, 256},
		{&s.StartPaths, 4096}, {&s.Paths, 32768}, {&s.Workers, runtime.GOMAXPROCS(0)},
	} {
		if *f.field == 0 {
			*f.field = f.value
		}
	}
	if s.ValidateEvery == 0 {
		s.ValidateEvery = max(1, s.Iterations/20)
	}
	if s.LearningRate == 0 {
		s.LearningRate = 5e-3
	}
	if s.Schedule == "" {
		s.Schedule = "cosine"
	}
	if s.Precision == "" {
		s.Precision = "float32"
	}
	if s.Grid == "" {
		s.Grid = grid.Names[0]
	}
	return s
}

// TimeGrid is the grid of the settings up to the given horizon.
func (s *Settings) TimeGrid(horizon float64) (*grid.Grid, error) {
	if len(s.Times) > 0 {
		g, err := grid.New(s.Times)
		if err == nil && (g.Horizon() != horizon || g.Steps() != s.Steps) {
			err = fmt.Errorf("%d steps up to %g, want %d up to %g", g.Steps(), g.Horizon(), s.Steps, horizon)
		}
		if err != nil {
			return nil, &SettingsError{"times", err.Error()}
		}
		return g, nil
	}
	g, err := grid.Named(s.Grid, horizon, s.WithDefaults().Steps)
	if err != nil {
		return nil, &SettingsError{"grid", err.Error()}
	}
	return g, nil
}

// GridOf is the grid of a problem with these settings: for one in discrete time that of its
// stages.
func (s *Settings) GridOf(p Problem) (*grid.Grid, error) {
	switch p := p.(type) {
	case control.Problem:
		if p.Stages > 0 {
			return grid.Stages(p.Stages), nil
		}
		return s.TimeGrid(p.Horizon)
	case pde.Problem:
		return s.TimeGrid(p.Horizon)
	}
	return nil, &SettingsError{"grid", "the problem has no horizon"}
}

// resolve is a checked copy with the defaults filled in; nil means the defaults.
func (s *Settings) resolve(p Problem) (Settings, error) {
	if s == nil {
		s = &Settings{}
	}
	if err := s.Validate(); err != nil {
		return *s, err
	}
	if _, err := autodiff.Kernels(); err != nil {
		return *s, &SettingsError{"DEEPBSDE_KERNELS", err.Error()}
	}
	return s.DefaultsFor(p), nil
}

// SettingsError is a setting that cannot be used.
type SettingsError struct {
	Field  string // JSON name of the field
	Reason string
}

// Error is one line.
func (e *SettingsError) Error() string { return fmt.Sprintf("setting %s: %s", e.Field, e.Reason) }

// Validate reports the first setting that cannot be used, as a *SettingsError.
// Zero fields are valid: they mean the default.
func (s *Settings) Validate() error {
	for _, f := range []struct {
		name       string
		value, top int
	}{
		{"steps", s.Steps, 100_000}, {"iterations", s.Iterations, math.MaxInt32}, {"batch", s.Batch, 1 << 24},
		{"validation_paths", s.ValidationPaths, 1 << 24}, {"validate_every", s.ValidateEvery, math.MaxInt32},
		{"start_paths", s.StartPaths, 1 << 30}, {"paths", s.Paths, math.MaxInt32}, {"workers", s.Workers, 4096},
	} {
		if f.value < 0 || f.value > f.top {
			return &SettingsError{f.name, fmt.Sprintf("%d, want a number from 1 to %d (0 for the default)", f.value, f.top)}
		}
	}
	if s.Gradient < Nothing || s.Gradient == 1 || s.Gradient > 1<<24 {
		return &SettingsError{"gradient", fmt.Sprintf("%d, want a number of paths from 2 to %d, or %d for no gradient (0 for the default)", s.Gradient, 1<<24, Nothing)}
	}
	for name, paths := range map[string]int{"paths": s.Paths, "start_paths": s.StartPaths} {
		if paths == 1 {
			return &SettingsError{name, "1 path has no standard deviation; want at least 2"}
		}
	}
	for _, f := range []struct {
		name  string
		value float64
	}{{"lr", s.LearningRate}, {"clip_norm", s.ClipNorm}, {"loss_clip", s.LossClip}} {
		if !(f.value >= 0) || math.IsInf(f.value, 1) {
			return &SettingsError{f.name, fmt.Sprintf("%g, want a finite number that is not negative", f.value)}
		}
	}
	if s.TimeLimit < 0 {
		return &SettingsError{"time_limit", fmt.Sprintf("%v, want no negative time", s.TimeLimit)}
	}
	switch s.Precision {
	case "", "float32", "float64":
	default:
		return &SettingsError{"precision", fmt.Sprintf("%q, want float32 or float64", s.Precision)}
	}
	if _, err := grid.Named(s.Grid, 1, 1); err != nil {
		return &SettingsError{"grid", err.Error()}
	}
	if err := s.validateSchedule(); err != nil {
		return &SettingsError{"schedule", err.Error()}
	}
	return nil
}

func (s *Settings) validateSchedule() error {
	switch s.Schedule {
	case "", "cosine", "constant":
		if len(s.Boundaries)+len(s.Rates) > 0 {
			return fmt.Errorf("boundaries and rates belong to the schedule piecewise, not %s", cmp.Or(s.Schedule, "cosine"))
		}
		return nil
	case "piecewise":
	default:
		return fmt.Errorf("%q, want cosine, constant or piecewise", s.Schedule)
	}
	if len(s.Rates) != len(s.Boundaries)+1 {
		return fmt.Errorf("piecewise with %d rates and %d boundaries, want one more rate than boundaries", len(s.Rates), len(s.Boundaries))
	}
	for i, b := range s.Boundaries {
		if b <= 0 || i > 0 && b <= s.Boundaries[i-1] {
			return errors.New("piecewise boundaries must be positive and increase")
		}
	}
	for _, r := range s.Rates {
		if !(r > 0) || math.IsInf(r, 1) {
			return fmt.Errorf("piecewise rate %g, want a positive finite number", r)
		}
	}
	return nil
}
