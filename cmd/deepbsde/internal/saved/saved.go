// Package saved reads runs for pictures and pages: their history, their result, and what
// they are compared with.
package saved

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"path/filepath"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/run"
	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/member"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/report"
	"github.com/deepbsde/deepbsde/cmd/internal/figure"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/grid"
)

// Run is what pictures and pages read of a run.
type Run struct {
	*run.Run
	Name        string
	History     []bsde.Record
	Settings    bsde.Settings
	Result      *bsde.Result // nil before the run's end
	Earlier     bool         // the result is of an equation, of a version that stated no error of everything
	ActionError float64      // of a policy's result, NaN where not known

	Reference *pde.Reference // to compare with, nil for none
}

// Open reads a run.
func Open(path string) (*Run, error) {
	dir, err := run.Open(path)
	if err != nil {
		return nil, err
	}
	r := &Run{Run: dir, Name: filepath.Base(filepath.Clean(path)), ActionError: math.NaN()}
	if full, err := filepath.Abs(path); err == nil { // the name of "."
		r.Name = filepath.Base(full)
	}
	if r.Settings, err = dir.Settings(); err != nil {
		return nil, err
	}
	r.Name = words.Printable(r.Name)
	if r.History, err = dir.History(); err != nil {
		return nil, err
	}
	text, err := dir.Read(run.ResultFile)
	if err != nil || text == nil {
		return r, err
	}
	var beside struct {
		Reference   *report.Reference `json:"reference"`
		ActionError *float64          `json:"action_error"`
		Trust       string            `json:"trust"`
	}
	if r.Result, err = dir.Result(); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &beside); err != nil {
		return nil, fmt.Errorf("%s: %w", dir.File(run.ResultFile), err)
	}
	if r.Result.Method == nil { // its options are those of the run
		r.Result.Method, _ = dir.Method()
	}
	r.Reference, r.Earlier = beside.Reference.Plain(), beside.Trust == ""
	if e := beside.ActionError; e != nil {
		r.ActionError = *e
	}
	return r, nil
}

// Label is the run's problem with its dimension and changed parameters.
func (r *Run) Label() string {
	family, err := r.Family()
	if err != nil { // one that this version does not know
		return fmt.Sprintf("%s, d = %d", r.Manifest.Problem, r.Dim)
	}
	return member.IdentityOf(family, r.Dim, r.Parameters)
}

// SameProblem tells whether two runs are of one problem, with the same parameters.
func (r *Run) SameProblem(other *Run) bool {
	return r.Label() == other.Label() && maps.Equal(r.Parameters, other.Parameters)
}

// Member is the problem that the run solves: an equation where its method solves
// equations, even if the problem is one of control.
func (r *Run) Member(ctx context.Context) (*member.Member, error) { return MemberOf(ctx, r.Run) }

// MemberOf is the problem that a run solves.
func MemberOf(ctx context.Context, r *run.Run) (*member.Member, error) {
	family, err := r.Family()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.File(run.ManifestFile), err)
	}
	m, err := member.Of(ctx, family, r.Dim, r.Parameters)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.File(run.ManifestFile), err)
	}
	if family.Text != nil {
		m.Asked = r.File(run.ProblemFile)
	}
	if r.SolvesEquation() {
		if m, err = m.Equation(ctx); err != nil {
			return nil, err
		}
	}
	if p, ok := m.Solved().(pde.Problem); ok && r.Start != "" {
		region, err := pde.ParseRegion(r.Start)
		if err != nil {
			return nil, fmt.Errorf("%s: start: %w", r.File(run.ManifestFile), err)
		}
		m.Problem = region.Around(p)
	}
	return m, nil
}

// FindReference fills in the reference of a run that has no result yet.
func (r *Run) FindReference(ctx context.Context, m *member.Member) (err error) {
	if r.Reference != nil || r.Result != nil {
		return nil
	}
	r.Reference, err = m.ReferenceFor(ctx, r.Settings)
	return err
}

// Report is the result of a run that has one, beside what was known of its problem then.
func (r *Run) Report(m *member.Member) *report.Report {
	result := *r.Result
	result.Settings = r.Effective(m)
	s := report.Of(m, &result, r.Reference)
	s.ActionError, s.Earlier = r.ActionError, r.Earlier
	return s
}

// Effective is the settings as used: a problem in discrete time has its own steps.
func (r *Run) Effective(m *member.Member) bsde.Settings {
	s := r.Settings
	if m.Control != nil && m.Control.Problem.Stages > 0 {
		s.Steps = m.Control.Problem.Stages
	}
	return s
}

// Known are the values on record for what the run solved: of a control problem for its
// own time grid, and not for its equation.
func (r *Run) Known(m *member.Member) []member.Known {
	if m.Family.IsControl() && (m.Control == nil || r.Effective(m).Steps != m.TunedSteps() || r.Settings.Grid != grid.Names[0]) {
		return nil
	}
	return m.Known()
}

// ValueName is what the value of the metrics is.
func (r *Run) ValueName() string {
	switch {
	case r.Result != nil && r.Result.Exercise != nil:
		return "mean of the fitted values"
	case r.SolvesEquation():
		return "Y0"
	case r.Result != nil && r.Result.Control != nil && r.Result.Control.Maximize:
		return "reward on validation paths"
	}
	return "cost on validation paths"
}

// Moments are the history for pictures.
func (r *Run) Moments() []figure.Moment {
	list := make([]figure.Moment, len(r.History))
	for i, h := range r.History {
		list[i] = figure.Moment{Step: float64(h.Iteration), Seconds: h.Elapsed.Seconds(), Value: h.Value, Loss: h.Loss, Rate: h.LearningRate}
	}
	return list
}

// steps is what the steps of the training are called.
func (r *Run) steps() string {
	method, _ := r.Method() // nil where it is not known
	if _, what := bsde.Planned(method, r.Settings); what != "iterations" {
		return what
	}
	return "gradient steps"
}

// loss is what the loss of the training is.
func (r *Run) loss() string {
	method, _ := r.Method()
	if _, own := method.(bsde.Planner); !own {
		return "the mean squared mismatch of Y with g(X) at the end"
	}
	return "the mean square that the last fit leaves"
}

// Training is the training of runs of one problem.
func Training(runs []*Run) figure.Training {
	t := figure.Training{Title: runs[0].Label(), Value: runs[0].ValueName(), Steps: runs[0].steps(), HasLoss: runs[0].SolvesEquation(), Loss: runs[0].loss()}
	for _, r := range runs {
		if r.steps() != t.Steps {
			t.Steps = "steps"
		}
		one := figure.Run{Name: r.Name, History: r.Moments()}
		if r.Result != nil && !math.IsNaN(r.Result.Value) {
			res := r.Result.Beside(r.Reference) // validation is on the grid
			one.Final = &figure.Final{Value: res.Value, Error: res.Error, Sampling: words.Normal95 * res.StdErr, Doubt: !res.Trusted()}
			if r.Result.Control != nil { // on the grid there is no other error
				one.Final.Error = math.NaN()
				if r.Result.Grid != nil {
					one.Final.Grid = fmt.Sprintf("on the grid of %d steps", r.Result.Settings.Steps)
				}
			}
		}
		t.Runs = append(t.Runs, one)
		if ref := r.Reference; t.Reference == nil && ref != nil { // of the first that has one
			t.Reference = &figure.Reference{Value: ref.Value, StdErr: ref.StdErr}
		}
	}
	return t
}
