// Package report puts what a run found beside what the commands know of its problem: as
// text and as JSON.
package report

import (
	"context"
	"math"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/member"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde"
)

// Report is a result beside what is known of the problem.
type Report struct {
	bsde.Report
	Member *member.Member
}

// Of is a result beside a reference, nil for none.
func Of(m *member.Member, r *bsde.Result, reference *pde.Reference) *Report {
	s := &Report{Member: m, Report: bsde.Report{Result: r, Problem: m.Solved(), Identity: m.Identity(), Reference: reference, ActionError: math.NaN()}}
	if command := m.ReferenceCommand(); command != "" {
		s.MayHave = "'" + command + "' looks for one"
	}
	return s
}

// Text is the result as people read it, under its title.
func (s *Report) Text() string { return s.Member.Family.Title + "\n" + s.Report.Text() }

// New compares a result with what is to be had fast.
func New(ctx context.Context, m *member.Member, r *bsde.Result) (*Report, error) {
	if r.Control == nil {
		return Of(m, r, m.Problem.Reference), nil
	}
	s := Of(m, r, nil)
	if r.Status == bsde.Diverged || ctx.Err() != nil { // the user waits for the end
		return s, nil
	}
	return s, s.compare(ctx)
}

// FreshStates keeps the paths of comparisons apart from those of trainings.
const FreshStates = 2000

// compare finds the reference and the optimal policy for the grid of the result.
func (s *Report) compare(ctx context.Context) error {
	r, m := s.Result, s.Member
	d, err := m.GridFor(r.Settings)
	if err != nil {
		return err
	}
	if s.Reference, err = m.ReferenceOn(ctx, d); s.Reference == nil && !m.Control.Slow {
		s.MayHave = "" // all methods have been asked
	}
	if err != nil || m.Control.Optimal == nil || r.Policy == nil || m.Control.Slow {
		return err
	}
	optimal, err := m.Control.Optimal(ctx, d)
	if err != nil {
		return nil // not known for these parameters
	}
	s.ActionError, err = control.Distance(ctx, d, r.Policy, optimal, control.Simulation{
		Seed: r.Settings.Seed, Purpose: FreshStates, Workers: r.Settings.Workers,
	})
	return err
}
