package bsde

import (
	"slices"
	"strings"

	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/bsde/verdict"
	"github.com/deepbsde/deepbsde/bsde/words"
)

// earlier says why the result of an earlier version has no error.
const earlier = "made by an earlier version"

// headline is what stands beside the answer.
func (s *Report) headline() string {
	switch {
	case s.Earlier:
		return earlier
	case s.Result.Trusted():
		return "all errors together, 95 %"
	}
	return "not trustworthy"
}

// trustLines say whether the answer can be trusted, and every reason why not, a line each.
func (s *Report) trustLines(b *words.Block) {
	switch {
	case s.Earlier:
		b.Line("trust", "unknown", earlier+", which stated no error of everything together")
	case s.Result.Trusted():
		b.Line("trust", "yes", "")
	default:
		label, value := "trust", "no"
		for _, reason := range s.Result.Doubts() {
			b.Line(label, value, reason)
			label, value = "", ""
		}
	}
}

// Advice is what to try about the reasons, a sentence for each kind. Where the recursion is
// ill-conditioned nothing helps that would help the others.
func (s *Report) Advice() (list []string) {
	seen := map[string]bool{} // kinds may share their advice
	if slices.ContainsFunc(s.Result.Reasons, func(r estimate.Reason) bool { return r.Kind == estimate.IllConditioned }) {
		return []string{estimate.IllConditioned.Advice()}
	}
	for _, r := range s.Result.Reasons {
		if advice := r.Kind.Advice(); advice != "" && !seen[advice] {
			list = append(list, advice)
			seen[advice] = true
		}
	}
	return list
}

// boundLines say what brackets the value. A bound is rounded away from it, so that it is
// one still.
func (s *Report) boundLines(b *words.Block) {
	r, digits := s.Result, s.digits()
	low, high := words.Known(r.Lower), words.Known(r.Upper)
	switch {
	case low && high:
		b.Line("bounds", "between "+words.Floor(r.Lower, digits)+" and "+words.Ceil(r.Upper, digits), "their own errors included")
	case low:
		b.Line("lower bound", words.Floor(r.Lower, digits), "its own errors taken off")
	case high:
		b.Line("upper bound", words.Ceil(r.Upper, digits), "its own errors added")
	case r.NoBounds != "":
		b.Line("bounds", "none", r.NoBounds)
	}
}

// digits is the error that decides how many digits the numbers have: of everything, or of
// sampling where that is all that is known.
func (s *Report) digits() float64 {
	if words.Known(s.Result.Error) {
		return s.Result.Error
	}
	return s.Result.StdErr
}

// Verdict holds the answer of an equation against the reference, nil where there is one of
// the two at most.
func (s *Report) Verdict() *verdict.Finding {
	if s.Result.Control != nil || s.Reference == nil || !words.Known(s.Result.Value) {
		return nil
	}
	f := verdict.Compare(verdict.OfAnswer(&s.Result.Estimate), verdict.Of(s.Reference))
	return &f
}

// afterword is what stands below the numbers: what to try, how the reference compares, and
// a warning where the network has learnt nothing.
func (s *Report) afterword() (paragraphs []string) {
	if list := s.Advice(); len(list) > 0 {
		paragraphs = append(paragraphs, strings.Join(list, "\n"))
	}
	if v := s.Verdict(); v != nil {
		paragraphs = append(paragraphs, v.Sentence())
	}
	if s.HardlyTrained() {
		paragraphs = append(paragraphs, "The network explains almost nothing of the terminal value: the bias estimate is\n"+
			"rough. Try more steps; with --network shared also more iterations.")
	}
	return paragraphs
}
