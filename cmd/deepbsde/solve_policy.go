package main

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/words"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde"
)

// newPolicyReport compares a result with what is known of the problem.
func newPolicyReport(ctx context.Context, m *member, r *bsde.ControlResult) (*policyReport, error) {
	s := &policyReport{member: m, ControlResult: r, distance: math.NaN()}
	if r.Status == bsde.Diverged || ctx.Err() != nil { // the user waits for the end
		return s, nil
	}
	return s, s.compare(ctx)
}

func (s *policyReport) end() bsde.Status { return s.Status }

func (s *policyReport) ending() error {
	return ending(s.Status, s.Iterations, s.Paths, s.Settings)
}

// policyReport is a result beside what is known of the problem.
type policyReport struct {
	*member
	*bsde.ControlResult
	best     *pde.Reference
	distance float64 // of the actions from the optimal ones, NaN where these are not known
}

// compare finds the reference and the optimal policy for the grid of the result, where
// they are to be had fast.
func (s *policyReport) compare(ctx context.Context) (err error) {
	if s.best, err = s.reference(ctx, s.Settings.Steps); err != nil || s.control.Optimal == nil || s.ControlResult.Policy == nil || s.control.Slow {
		return err
	}
	d, err := s.grid(s.Settings.Steps)
	if err != nil {
		return err
	}
	optimal, err := s.control.Optimal(ctx, d)
	if err != nil {
		return nil // not known for these parameters
	}
	s.distance, err = control.Distance(ctx, d, s.ControlResult.Policy, optimal, control.Simulation{
		Seed: s.Settings.Seed, Purpose: freshStates, Workers: s.Settings.Workers,
	})
	return err
}

// freshStates keeps the paths of the comparison apart from those of the training.
const freshStates = 2000

// excess is how much worse than the reference the value is, relative to it.
func (s *policyReport) excess() float64 {
	if s.best == nil {
		return math.NaN()
	}
	worse := s.Value - s.best.Value
	if s.Maximize {
		worse = -worse
	}
	return worse / math.Abs(s.best.Value)
}

// bound is the end of the interval that bounds the optimal value.
func (s *policyReport) bound() (sign string, value float64) {
	if s.Maximize {
		return "≥ ", s.CI95[0]
	}
	return "≤ ", s.CI95[1]
}

func (s *policyReport) text() string {
	return fmt.Sprintf("%s\n%s; policy with the network %s, %d iterations and %d paths in %s, seed %d\n\n%s", s.family.Title,
		identity(s.member), s.Method.Network.Name(), s.Iterations, s.Paths, words.Seconds(s.Elapsed), s.Settings.Seed, s.block())
}

// block is the numbers of the result.
func (s *policyReport) block() words.Block {
	var b words.Block
	cost := "cost"
	if s.Maximize {
		cost = "reward"
	}
	where, action := "of the trained policy on fresh paths", "at time 0 in the start"
	if s.control.Problem.RandomStart != nil {
		where, action = "of the trained policy on fresh paths, over random starts", "at time 0 in the centre of the starts"
	}
	b.Line("mean "+cost, words.ToError(s.Value, s.StdErr), where)
	b.Line("95 % interval", words.Between(s.CI95[0], s.CI95[1], s.StdErr), "standard error "+words.Short(s.StdErr))
	if sign, bound := s.bound(); len(s.control.Problem.Constraints) == 0 { // else the policy may be better by breaking them
		b.Line("optimal "+cost, sign+words.ToError(bound, s.StdErr), fmt.Sprintf("with 97.5 %% confidence, on %d time steps", s.Settings.Steps))
	}
	if s.best == nil {
		b.Line("reference", "none known at once", "'deepbsde reference "+s.family.Name+"' may have one")
	} else {
		b.Line("reference", referenceDigits(s.best, s.StdErr), origin(s.best))
		remark := "by which the policy is worse, sampling error and all"
		if strings.HasSuffix(s.best.Method, continuousTime) {
			remark = "by which the policy is worse, with what the time grid costs and sampling error"
		}
		b.Line("excess", words.Percent(s.excess()), remark)
	}
	b.Line("first action", words.Vector(s.Action), action)
	if words.Known(s.distance) {
		b.Line("action error", words.Percent(s.distance), "relative L2 distance from the optimal actions in states of fresh paths")
	}
	for i, c := range s.control.Problem.Constraints {
		b.Line("violation", words.Short(s.Violation[i]), fmt.Sprintf("of %s at most, %s in the mean over paths", c.Name, words.Short(s.ViolationMean[i])))
	}
	if s.Status != bsde.IterationLimit {
		b.Line("status", s.Status.String(), s.Status.Advice())
	}
	return b
}

// jsonPolicyResult is the object that solve --json prints for a control problem.
type jsonPolicyResult struct {
	Problem       string             `json:"problem"`
	Kind          string             `json:"kind"`
	Dim           int                `json:"dim"`
	StateDim      int                `json:"state_dim"`
	ActionDim     int                `json:"action_dim"`
	Maximize      bool               `json:"maximize"`
	Method        string             `json:"method"`
	Network       string             `json:"network"`
	Value         *float64           `json:"value,omitempty"`
	StdErr        *float64           `json:"stderr,omitempty"`
	CI95          []float64          `json:"ci95,omitempty"`
	Action        []float64          `json:"action,omitempty"`
	ActionError   *float64           `json:"action_error,omitempty"`
	Violation     []float64          `json:"violation,omitempty"`
	ViolationMean []float64          `json:"violation_mean,omitempty"`
	Reference     *jsonReference     `json:"reference,omitempty"`
	RelativeError *float64           `json:"relative_error,omitempty"`
	Excess        *float64           `json:"excess,omitempty"`
	Iterations    int                `json:"iterations"`
	Paths         int                `json:"paths,omitempty"`
	Seconds       float64            `json:"seconds"`
	Status        string             `json:"status"`
	Seed          uint64             `json:"seed"`
	Precision     string             `json:"precision"`
	Workers       int                `json:"workers"`
	Parameters    map[string]float64 `json:"parameters"`
	Settings      jsonSettings       `json:"settings"`
}

func (s *policyReport) json() any {
	return jsonPolicyResult{
		Problem: s.Problem, Kind: "control", Dim: s.dim, StateDim: s.StateDim, ActionDim: s.ActionDim, Maximize: s.Maximize,
		Method: s.Method.Name(), Network: s.Method.Network.Name(),
		Value: words.Number(s.Value), StdErr: words.Number(s.StdErr), CI95: words.Finite(s.CI95[:]), Action: words.Finite(s.Action), ActionError: words.Number(s.distance),
		Violation: words.Finite(s.Violation), ViolationMean: words.Finite(s.ViolationMean),
		Reference: newJSONReference(s.best), RelativeError: words.Number(relativeError(s.Value, s.best)), Excess: words.Number(s.excess()),
		Iterations: s.Iterations, Paths: s.Paths, Seconds: s.Elapsed.Seconds(), Status: s.Status.String(),
		Seed: s.Settings.Seed, Precision: s.Settings.Precision, Workers: s.Settings.Workers,
		Parameters: s.parameters, Settings: newJSONSettings(s.Method, s.Settings),
	}
}
