package bsde

import (
	"fmt"
	"math"
	"strings"

	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/pde"
)

// Report is a result beside what is known of its problem, in words. Result.String is that
// of what a result knows by itself; the command line knows more.
type Report struct {
	Result      *Result
	Problem     Problem        // as it was solved
	Identity    string         // its name, dimension and parameters
	Reference   *pde.Reference // to compare with, nil for none
	MayHave     string         // where a reference may be had, "" for nowhere
	ActionError float64        // of a policy's actions beside the optimal ones, NaN where these are not known
	Earlier     bool           // made by a version that stated no error of everything together
}

// String is the result as the command solve prints it: how it was found, and a line for each
// number with what it covers.
func (r *Result) String() string {
	s := Report{Result: r, Problem: r.problem, Identity: fmt.Sprintf("%s, d = %d", r.Problem, r.Dim), ActionError: math.NaN()}
	if p, ok := r.problem.(pde.Problem); ok {
		s.Reference = p.Reference
	}
	return s.Text()
}

// Text is the result as people read it.
func (s *Report) Text() string {
	var b strings.Builder
	r := s.Result
	fmt.Fprintf(&b, "%s; %s, %s and %d paths in %s, seed %d\n\n%s",
		s.Identity, nameOf(r.Method), r.Work(), r.Paths, words.Seconds(r.Elapsed), r.Settings.Seed, s.Block())
	for _, paragraph := range s.afterword() {
		b.WriteString("\n" + paragraph + "\n")
	}
	return b.String()
}

// Work is what the training has done, in words: "600 iterations", "5 passes of least squares".
func (r *Result) Work() string {
	_, what := Planned(r.Method, r.Settings)
	return fmt.Sprintf("%d %s", r.Iterations, what)
}

// Done is how far a training has come, in words: "12 of 20 iterations".
func Done(steps int, m Method, s Settings) string {
	planned, what := Planned(m, s)
	if planned == 0 {
		return fmt.Sprintf("%d %s", steps, what)
	}
	return fmt.Sprintf("%d of %d %s", steps, planned, what)
}

// Planned is the most steps that a training takes, 0 where that depends on the problem, and what
// they are called.
func Planned(m Method, s Settings) (steps int, what string) {
	if p, ok := m.(Planner); ok {
		return p.Planned(s)
	}
	if m != nil {
		if o := Options(m); o["fit"] == "least-squares" {
			passes, _ := o["passes"].(float64) // as JSON has numbers
			return min(s.Iterations, int(passes)), "passes of least squares"
		}
	}
	return s.Iterations, "iterations"
}

// nameOf is a method with its network.
func nameOf(m Method) string {
	if m == nil { // of a result that was read, by a method that is not registered
		return "unknown method"
	}
	if network := NetworkOf(m); network != "" {
		return m.Name() + " with the network " + network
	}
	return m.Name()
}

// Block is the numbers of the result.
func (s *Report) Block() words.Block {
	if s.Result.Control != nil {
		return s.policyBlock()
	}
	if s.Result.Exercise != nil {
		return s.exerciseBlock()
	}
	return s.equationBlock()
}

// RelativeError is that of an answer beside the reference, NaN where there is none.
func (s *Report) RelativeError() float64 {
	if s.Reference == nil {
		return math.NaN()
	}
	return words.RelativeError(s.Result.Value, s.Reference.Value)
}
