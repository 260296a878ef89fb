package bsde

import (
	"encoding/json"
	"math"
	"time"

	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/bsde/exercise"
	"github.com/deepbsde/deepbsde/pde"
)

// Result is what a run found. Of an equation Error is the half-width of the 95 % interval of
// all errors together, CI95, and Trusted tells whether it can be relied on, Reasons why not.
// Its parts are kept apart:
//
//	sampling        StdErr: the final estimate is a mean over random paths
//	discretisation  DiscretizationError: the same estimate with larger steps
//	nonlinearity    NetworkError, NetworkBias: an imperfect Z in a nonlinear generator
//	approximation   ResidualRatio: the share of the terminal value that is unexplained
//
// Numbers that are not known are NaN. Printed, it is what the command solve prints.
type Result struct {
	Problem string // name of the problem
	Kind    string // "control" where a policy was trained, else "pde"
	Dim     int    // d
	Method  Method // as used, defaults filled in

	// Estimate is u(0, x0) on fresh paths with its errors, and in Trained Y0 as the optimiser
	// left it. Of a control problem Value is the mean cost (the reward, where the problem
	// maximises) of the trained policy on the grid, penalties left out, and Error covers its
	// cost in continuous time too. Lower and Upper are of the optimal cost on the grid, with 97.5 %
	// each. The policy is one of many, so its cost is one of them, unless there are Constraints,
	// which it may violate. See package cost below estimate.
	estimate.Estimate

	// RegionError is the root mean square error of u(0, ·) as the optimiser left it over
	// the random starts, and RegionErrorBound a 95 % upper bound of it; NaN where the
	// start is fixed. They cover the time step up to what DiscretizationError is for
	// Value, and not what NetworkBias is.
	RegionError, RegionErrorBound float64

	Control  *ControlResult  // what only control problems have; nil for equations
	Exercise *ExerciseResult // what only problems with early exercise have; nil for others

	// What the method delivered, the one of them that it does; nil after divergence.
	Solution *estimate.Solution // u and ∇u at any point
	Policy   *estimate.Policy   // the action, and its cost from any point
	Rule     *exercise.Solution // when to exercise, and bounds of u from any point

	Status Status // how the run ended

	Accuracy float64 // that was asked for, see Demand; 0 for none
	Missed   string  // why it was not reached; "" where it was
	Retried  string  // what the other attempts were, see Demand; "" where there was one
	Attempts int     // where there was more than one

	Iterations int           // gradient steps done
	Elapsed    time.Duration // wall clock of the whole run
	Settings   Settings      // as used, defaults filled in
	History    []Record      // one record each ValidateEvery iterations, the first before training

	problem Problem // as it was solved, nil of a result that was read
}

// ControlResult is what a run found for a control problem alone.
type ControlResult struct {
	StateDim, ActionDim int
	Maximize            bool

	Action []float64 // the policy's action at (0, Start), m numbers; nil after divergence
	// Violation is the largest max(v, 0) of each constraint over the fresh paths,
	// ViolationMean the mean over paths of the largest of each, Violating the share of
	// paths where it is not 0.
	Violation, ViolationMean, Violating []float64
	// Penalised is the mean cost with the penalties (the reward less them), which was
	// trained; the value on the grid where there are no constraints, NaN where it is not known.
	Penalised float64
}

// newResult is that of a trainer before any estimate.
func newResult(t *Trainer) *Result {
	return &Result{
		Problem: NameOf(t.problem), Kind: pde.Problem{}.Kind(), Dim: DimOf(t.problem), Method: t.method,
		Estimate: *estimate.Unknown(), RegionError: math.NaN(), RegionErrorBound: math.NaN(),
		Status: t.status, Iterations: t.iteration, Settings: t.set, History: t.history, problem: t.problem,
	}
}

// Record is the state of training at one iteration.
type Record struct {
	Iteration    int           // gradient steps done
	Loss         float64       // mean (Y_N − g(X_N))², clipped as set, on the validation paths
	Value        float64       // Y0 at this moment
	LearningRate float64       // of the next step
	Elapsed      time.Duration // since the start of training
}

// jsonRecord is the form of a Record in checkpoints, without numbers that are not known.
type jsonRecord struct {
	Iteration    int
	Loss, Value  *float64 `json:",omitempty"`
	LearningRate float64
	Elapsed      time.Duration
}

// MarshalJSON leaves out what is not known.
func (r Record) MarshalJSON() ([]byte, error) {
	return json.Marshal(jsonRecord{r.Iteration, known(r.Loss), known(r.Value), r.LearningRate, r.Elapsed})
}

// UnmarshalJSON reads what MarshalJSON writes; what is missing is NaN.
func (r *Record) UnmarshalJSON(text []byte) error {
	var j jsonRecord
	if err := json.Unmarshal(text, &j); err != nil {
		return err
	}
	*r = Record{j.Iteration, orNaN(j.Loss), orNaN(j.Value), j.LearningRate, j.Elapsed}
	return nil
}

// Status says how a run ended.
type Status int

// The ways a run can end.
const (
	// IterationLimit: all iterations were done, the usual end. If the residual
	// ratio is still falling, more iterations would help.
	IterationLimit Status = iota
	// TimeLimit: the time limit came first. Raise it or lower the iterations,
	// so that the learning rate comes down before the end.
	TimeLimit
	// Cancelled: the context was cancelled, or Result was called before the last
	// iteration. The result is what had been reached.
	Cancelled
	// Diverged: the loss or a parameter is no longer finite, or the loss on the
	// validation paths is 10⁶ times its start. There is no value.
	Diverged
	// Converged: a fit by least squares has ended, as a further pass changes nothing; or the
	// last round of a policy's training has not changed its cost.
	Converged
	// StillFalling: the last round of a policy's training has lowered its cost.
	StillFalling
)

// String is the status as printed in results: "iteration-limit", "time-limit",
// "cancelled", "diverged", "converged" or "still-falling".
func (s Status) String() string {
	return [...]string{"iteration-limit", "time-limit", "cancelled", "diverged", "converged", "still-falling"}[s]
}

// Advice is one sentence on the usual cause and what to try.
func (s Status) Advice() string {
	return [...]string{
		"All iterations were done; if the residual ratio is large, try more iterations or a wider network.",
		"The time limit ended training before the learning rate came down; raise it or lower the iterations.",
		"The run was cancelled; the value is that of the network as trained so far.",
		"training diverged: shorten the horizon, by half and half again; check the sign and growth of the generator or the dynamics.",
		"The fit has ended; if the residual ratio is large, try more steps, or a network on top of it (fit: both, network: shared).",
		estimate.StillFalling.Advice(),
	}[s]
}

// StatusAdvice is that of the status; where gradient steps diverged, their rate is another cause.
func (r *Result) StatusAdvice() string {
	if _, what := Planned(r.Method, r.Settings); r.Status == Diverged && what == "iterations" {
		return r.Status.Advice() + " Lower a learning rate above the default."
	}
	return r.Status.Advice()
}
