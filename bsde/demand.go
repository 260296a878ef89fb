package bsde

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/deepbsde/deepbsde/bsde/estimate"
)

// Demand is an accuracy that is asked for, and the search for settings that reach it: attempts that
// spend more on the part of the error that is too large.
type Demand struct {
	// Accuracy is the largest half-width of the interval of all errors together, relative to the
	// value; such as 1e-4. 0 asks for trust alone: where the first answer has none, there are
	// others, see after.
	Accuracy  float64
	TimeLimit time.Duration // of all attempts together; 0 for none

	// Others are methods for attempts after a first answer without trust, where no Accuracy is asked for.
	Others []Alternative

	// Again, if not nil, is told of each further attempt: the best answer so far, and method and
	// settings of what comes next.
	Again func(best *Result, m Method, next Settings)

	first    *Result
	last     *Result
	against  string        // the method against what is wrong with the first
	turned   *Result       // its answer
	once     time.Duration // of the first attempt alone
	refined  int           // attempts on more steps that have been made
	best     *Result
	smallest float64 // error before the last attempt, relative
	attempts int
	spent    time.Duration
	cut      bool // the last attempt was made smaller than it should have been, for the time limit
}

// Alternative is a method to try where an answer is not trusted.
type Alternative struct {
	Method  Method
	Against []estimate.Kind // the reasons that it may help against; nil for all
}

// Refined is a Method whose training can spend more than Settings say: Refine is the method that
// spends factor times as much on each of its steps, false where only more steps would help.
type Refined interface {
	Method
	Refine(factor int) (Method, bool)
}

// SolveTo is Solve with larger and larger settings, beginning with those given, or with small ones, see First, until the error is
// what d asks for. It is the best of the answers; Missed tells why none has reached the accuracy.
// A cancelled context ends the search with the best so far. A policy cannot be asked for an accuracy: that
// is a *SettingsError.
func SolveTo(ctx context.Context, p Problem, m Method, s *Settings, d *Demand) (*Result, error) {
	if s == nil {
		s = &Settings{}
	}
	own := *s
	if err := d.Check(m); err != nil {
		return nil, err
	}
	return d.Search(ctx, m, d.First(p, own, own.Steps > 0, own.Paths > 0), func(m Method, s *Settings) (*Result, error) { return Solve(ctx, p, m, s) })
}

// Search makes attempts with what solves, beginning with the method and settings given. It is the best
// answer; an error ends the search, but for one of the second attempt at a trusted answer, which leaves
// the first.
func (d *Demand) Search(ctx context.Context, m Method, s Settings, solve func(Method, *Settings) (*Result, error)) (*Result, error) {
	for m != nil {
		r, err := solve(m, &s)
		if d.Interrupted(ctx) {
			break
		}
		switch {
		case err != nil && d.Accuracy == 0 && d.best != nil:
			d.told(d.best, fmt.Sprintf("another, %s, failed: %v", attemptOf(m, s), err))
			if m, s = d.after(); m == nil {
				return d.best, nil
			}
			continue
		case err != nil:
			return nil, err
		}
		m, s = d.Next(ctx, r)
	}
	return d.Best(), nil
}

// Check tells what is wrong with a demand on a method, as a *SettingsError.
func (d *Demand) Check(m Method) error {
	if !(d.Accuracy >= 0 && d.Accuracy < 1) {
		return &SettingsError{"accuracy", fmt.Sprintf("%g, want a number between 0 and 1, such as 1e-4", d.Accuracy)}
	}
	if m != nil {
		if _, ok := m.Supports()[Equation]; !ok {
			return &SettingsError{"accuracy", "method " + m.Name() + " cannot be asked for an accuracy: the error of its time step is that of the grid"}
		}
	}
	return nil
}

// Best is the best answer so far: one that is trusted, or else that with the smallest error. Its
// Elapsed is the time of all attempts once the search is over.
func (d *Demand) Best() *Result { return d.best }

// Next takes the answer of an attempt in. It is what the next attempt is to be made with; a nil
// method where the search is over.
func (d *Demand) Next(ctx context.Context, r *Result) (Method, Settings) {
	d.attempts++
	d.spent += r.Elapsed
	if d.Accuracy == 0 {
		return d.again(ctx, r)
	}
	if r.Accuracy = d.Accuracy; d.best == nil || better(r, d.best) {
		d.best = r
	}
	before := d.smallest
	d.smallest = relative(d.best)
	if d.best.Trusted() && d.smallest <= d.Accuracy {
		d.best.Elapsed = d.spent
		return nil, Settings{}
	}
	m, s := d.larger(r)
	most, cut := work(s, r.Settings) == 1, false
	if d.TimeLimit > 0 {
		cut = fit(&s, r, float64(d.TimeLimit-d.spent)/float64(r.Elapsed))
	}
	defer func() { d.cut = cut }()
	missed := ""
	switch {
	case d.Interrupted(ctx):
		return nil, Settings{}
	case hopeless(r) != "":
		missed = "nothing that an attempt can spend mends this: " + hopeless(r)
	case d.attempts > patience && !(d.smallest < 0.9*before) && !d.cut:
		missed = "a larger attempt took nothing off the error"
	case most:
		missed = fmt.Sprintf("%d steps and %d paths are the most that is tried", s.Steps, s.Paths)
	case work(s, r.Settings) < leastGrowth:
		missed = "the time limit leaves no room for more"
	default:
		if d.TimeLimit > 0 {
			s.TimeLimit = d.TimeLimit - d.spent
		}
		if d.Again != nil {
			d.Again(d.best, m, s)
		}
		return m, s
	}
	d.best.Missed, d.best.Elapsed = missed+d.best.mostOf(), d.spent
	return nil, Settings{}
}

// Interrupted tells whether a cancelled context has ended the search with an answer that is there.
func (d *Demand) Interrupted(ctx context.Context) bool {
	if ctx.Err() == nil || d.best == nil {
		return false
	}
	if d.best.Elapsed = d.spent; d.Accuracy > 0 {
		d.best.Missed = "interrupted" + d.best.mostOf()
	}
	return true
}

// hopeless is a reason not to trust an answer that no paths, steps or training take away, "" for none.
func hopeless(r *Result) string {
	for _, reason := range r.Reasons {
		if reason.Kind == estimate.IllConditioned || reason.Kind == estimate.NothingSeen {
			return string(reason.Kind)
		}
	}
	return ""
}

// patience is the number of attempts that are made even if the error does not fall.
const patience = 2

// heavy tells whether few paths decide an answer.
func heavy(r *Result) bool {
	return slices.ContainsFunc(r.Reasons, func(r estimate.Reason) bool { return r.Kind == estimate.HeavyTails })
}

// relative is the error of an answer by its size, infinite where it is not known.
func relative(r *Result) float64 {
	if e := r.Error / math.Abs(r.Value); !math.IsNaN(e) {
		return e
	}
	return math.Inf(1)
}

// better tells whether a is a better answer than b, which was found with less.
func better(a, b *Result) bool {
	if a.Trusted() != b.Trusted() {
		return a.Trusted()
	}
	if math.IsNaN(a.Value) || math.IsNaN(b.Value) {
		return !math.IsNaN(a.Value)
	}
	if heavy(a) != heavy(b) { // whose error says little
		return heavy(b)
	}
	return relative(a) < relative(b) || math.IsInf(relative(b), 1)
}
