package bsde

import (
	"context"
	"fmt"
	"time"

	"github.com/deepbsde/deepbsde/control"
)

// Policy is the method of Han, E (2016) for stochastic control: a network gives the
// action for the state at each time step, the networks of all steps are stacked along
// the simulated path, and the expected cost itself is the loss,
//
//	a_n = π_θ(t_n, X_n),   minimise over θ   E[Σ L(t_n, X_n, a_n) h + G(X_N)]
//
// The whole path is differentiated, through the dynamics.
type Policy struct {
	Network Network // nil: Shared{}

	// Antithetic gives the second half of a batch the negative noise of the first. That
	// takes out of the gradient what is odd in the noise; but of what is even, such as
	// the covariances that decide the gains of a linear-quadratic problem, the second
	// half then tells nothing new.
	Antithetic bool

	// NoVariate leaves the noise of later steps in the gradient. Otherwise, where the
	// noise of the problem is additive, it is taken out as far as it is linear, by a
	// control variate that is learnt along the way (docs/control.md): all of it for a
	// linear-quadratic problem, for two more matrix products a step.
	NoVariate bool

	// Segments is the number of pieces into which the path is cut to save memory: only
	// the states between them are kept, and each piece is computed again for its
	// gradient. The memory of a batch is then that of N/Segments steps and of Segments
	// states, least near √N. 0: one piece, nothing is computed twice. The gradient is
	// the same but for rounding.
	Segments int
}

// Name is "policy".
func (Policy) Name() string { return "policy" }

// resolve fills in the defaults and checks the fields.
func (m Policy) resolve(d *control.Discrete) (Policy, error) {
	if m.Network == nil {
		m.Network = Shared{}
	}
	if err := m.Network.check(); err != nil {
		return m, err
	}
	m.Network = m.Network.Resolve(d.StateDim)
	if m.Segments == 0 {
		m.Segments = 1
	}
	if m.Segments < 1 || m.Segments > d.Steps {
		return m, &SettingsError{"segments", fmt.Sprintf("%d, want a number from 1 to the number of steps, %d", m.Segments, d.Steps)}
	}
	return m, nil
}

// ControlResult is what a run found for a control problem. Numbers that are not known
// are NaN.
type ControlResult struct {
	Problem             string // name of the problem
	StateDim, ActionDim int
	Maximize            bool
	Method              Policy // as used, defaults filled in

	// Value is the mean cost (the reward, where the problem maximises) of the trained
	// policy on fresh paths, penalties left out.
	Value  float64
	StdErr float64 // its standard error
	// CI95 is Value ± 1.96 StdErr. The policy is one of many, so the optimal cost of the
	// discretised problem lies below its cost (above, for a reward): without Constraints
	// the upper end of the interval bounds the optimal cost with a confidence of 97.5 %.
	// With them it bounds nothing, as the policy may violate them. What the time grid
	// costs is not in it.
	CI95 [2]float64

	Action []float64 // the policy's action at (0, Start), m numbers
	// Violation is the largest max(v, 0) of each constraint over the fresh paths,
	// ViolationMean the mean over paths of the largest of each.
	Violation, ViolationMean []float64

	Policy *TrainedPolicy // the policy; nil where training diverged
	Status Status         // how the run ended

	Iterations int           // gradient steps done
	Paths      int           // fresh paths; fewer than set where the run was cancelled
	Elapsed    time.Duration // wall clock of the whole run
	Settings   Settings      // as used, defaults filled in
	History    []Record      // Loss and Value are the cost, and the reward, on the validation paths, always the same
}

// SolveControl trains a policy for the problem. nil settings mean the documented
// defaults; Steps is ignored by problems in discrete time, and LossClip by all. A
// context cancelled during training ends the run with status Cancelled and the result
// so far; divergence, of the training or of the dynamics, with status Diverged and NaN
// for the value. Errors are a *pde.Error for a wrong problem and a *SettingsError for
// wrong settings.
func SolveControl(ctx context.Context, p control.Problem, m Policy, s *Settings) (*ControlResult, error) {
	t, err := InitControl(ctx, p, m, s)
	if err != nil {
		return nil, err
	}
	for t.Step(ctx) {
	}
	return t.Result(ctx)
}
