// Package report says what a run found beside what is known of its problem: as text, as
// labelled lines and as JSON.
package report

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/deep"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/member"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/words"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde"
)

// Report is a result beside what is known of the problem.
type Report struct {
	*member.Member
	Result    *bsde.Result
	Reference *pde.Reference // to compare with, nil for none
	Distance  float64        // of a policy's actions from the optimal ones, NaN where these are not known
	Earlier   bool           // made by a version that stated no error of everything together
}

// New compares a result with what is to be had fast.
func New(ctx context.Context, m *member.Member, r *bsde.Result) (*Report, error) {
	s := &Report{Member: m, Result: r, Distance: math.NaN()}
	if r.Control == nil {
		s.Reference = m.Problem.Reference
		return s, nil
	}
	if r.Status == bsde.Diverged || ctx.Err() != nil { // the user waits for the end
		return s, nil
	}
	return s, s.compare(ctx)
}

// FreshStates keeps the paths of comparisons apart from those of trainings.
const FreshStates = 2000

// compare finds the reference and the optimal policy for the grid of the result.
func (s *Report) compare(ctx context.Context) error {
	r := s.Result
	d, err := s.GridFor(r.Settings)
	if err != nil {
		return err
	}
	if s.Reference, err = s.ReferenceOn(ctx, d); err != nil || s.Control.Optimal == nil || r.Policy == nil || s.Control.Slow {
		return err
	}
	optimal, err := s.Control.Optimal(ctx, d)
	if err != nil {
		return nil // not known for these parameters
	}
	s.Distance, err = control.Distance(ctx, d, r.Policy, optimal, control.Simulation{
		Seed: r.Settings.Seed, Purpose: FreshStates, Workers: r.Settings.Workers,
	})
	return err
}

// Text is the result as people read it: a heading and one line for each
// number, with what it covers.
func (s *Report) Text() string {
	var b strings.Builder
	r := s.Result
	fmt.Fprintf(&b, "%s\n%s; %s%s, %s and %d paths in %s, seed %d\n\n%s", s.Family.Title,
		s.Identity(), r.Method.Name(), withNetwork(r.Method), Work(r.Method, r.Iterations), r.Paths, words.Seconds(r.Elapsed), r.Settings.Seed, s.Block())
	for _, paragraph := range s.afterword() {
		b.WriteString("\n" + paragraph + "\n")
	}
	return b.String()
}

// Work is what a training has done, in words: iterations, or passes of a fit.
func Work(m bsde.Method, iterations int) string {
	what := "iterations"
	if bsde.Options(m)["fit"] == deep.LeastSquares {
		what = "passes of least squares"
	}
	return fmt.Sprintf("%d %s", iterations, what)
}

func withNetwork(m bsde.Method) string {
	if name := bsde.NetworkOf(m); name != "" {
		return " with the network " + name
	}
	return ""
}

// Block is the numbers of the result.
func (s *Report) Block() words.Block {
	if s.Result.Control != nil {
		return s.policyBlock()
	}
	return s.equationBlock()
}

// ReferenceDigits prints a reference with the digits that help to judge a value
// with the given standard error, and never more than the reference has or ten.
func ReferenceDigits(r *pde.Reference, stderr float64) string {
	if r.Interval() {
		return words.Between(r.Lower, r.Upper, r.StdErr)
	}
	return words.Reference(r.Value, r.StdErr, stderr)
}

// Origin is how a reference was found and where.
func Origin(r *pde.Reference) string {
	s := r.Method
	if r.Source != "" {
		s += " (" + r.Source + ")"
	}
	if r.StdErr > 0 && !r.Interval() {
		s += ", ± " + words.Short(r.StdErr)
	}
	return s
}

// relativeError is |value − reference| / |reference|, NaN where there is none.
func relativeError(value float64, r *pde.Reference) float64 {
	if r == nil {
		return math.NaN()
	}
	return words.RelativeError(value, r.Value)
}
