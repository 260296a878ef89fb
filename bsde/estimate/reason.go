package estimate

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
)

// Reason is why an answer may lie outside the error that it states.
type Reason struct {
	Kind   Kind
	Detail string // the numbers that show it
}

// Kind is what is wrong with an answer. Its text says so, its Advice what to do.
type Kind string

// The kinds of reasons.
const (
	// NoFixedPoint: no Y0 was found at which the mismatch vanishes in the mean.
	NoFixedPoint Kind = "no fixed point"
	// IllConditioned: an error in Y grows so much on the way to T that it drowns the
	// terminal condition.
	IllConditioned Kind = "recursion ill-conditioned"
	// NotAsymptotic: the values on steps h, 2h and 4h do not approach a limit like h.
	NotAsymptotic Kind = "levels not asymptotic"
	// BetweenSteps: f, μ or σ do between the grid's times what no level sees.
	BetweenSteps Kind = "f, μ or σ change within a step"
	// StepUnknown: a single level could be used, and tells nothing of the time step.
	StepUnknown Kind = "time step error unknown"
	// BiasNotSmall: what an imperfect Z does to the value through the curvature of f is
	// no small correction.
	BiasNotSmall Kind = "network bias not small"
	// HeavyTails: few paths decide the mean, and its standard error is not to be trusted.
	HeavyTails Kind = "few paths decide"
	// PathsMiss: paths that follow Z stay away from states that make the value another.
	PathsMiss Kind = "controlled paths miss a region"
	// NothingSeen: no path saw the event that the terminal condition pays for.
	NothingSeen Kind = "no path saw the event"
	// NoBracket: nothing bounds the value of early exercise from one of the sides.
	NoBracket Kind = "no bracket"

	// Of policies alone.

	// CostBetween: the running cost, b or s do between the points of all levels what none of them sees.
	CostBetween Kind = "costs or dynamics change within a step"

	// StillFalling: the last round of training has changed the cost by more than its noise, or
	// there was none.
	StillFalling Kind = "cost still falling"
	// NotOptimal: the cost lies above a lower bound of the optimum that the policy could attain.
	NotOptimal Kind = "far from the optimum"
	// WorseThanSimple: a constant action or a linear feedback is better than the policy.
	WorseThanSimple Kind = "worse than a simple policy"
	// NoBetter: one of them is as good, though a lower bound leaves room for a better one.
	NoBetter Kind = "no better than a simple policy"
	// LongSteps: a policy for shorter steps would be better by much, in continuous time.
	LongSteps Kind = "the time steps are too long"
	// Jumps: a cost or the dynamics jump, which the gradient along paths does not see.
	Jumps Kind = "the gradient does not see a jump"
	// Violated: the policy breaks constraints, and may cost less than any that keeps them.
	Violated Kind = "constraints are violated"
)

// Advice is one sentence on what to try.
func (k Kind) Advice() string { return advice[k] }

// advice has been seen to work on a case of its kind: steps on a bond under square-root rates and on
// a kinked generator, steps and features on f = 8‖z‖, a network on top of them on a linear-quadratic
// control problem in 10 dimensions, paths on a random rate, a nearer start on a digital claim, steps on
// a season.
var advice = map[Kind]string{
	NoFixedPoint:    "Use more steps: the recursion is too coarse for f.",
	IllConditioned:  "Use the method backward, which solves such equations; more steps or iterations do not help this one.",
	NotAsymptotic:   "Use four times as many steps.",
	BetweenSteps:    "Use at least ten steps for each period or pulse, or split the horizon where they change.",
	CostBetween:     "Use at least ten steps for each period or pulse, or split the horizon where they change.",
	StepUnknown:     "Use four times as many steps.",
	BiasNotSmall:    "Use four times as many steps, with the network features, or with a network on top of them (fit: both, network: shared); where f is steep in z that may not be enough.",
	HeavyTails:      "Use eight times as many paths; if the variance is infinite, the method log-transform helps where u is positive, else a terminal condition that grows less.",
	PathsMiss:       "Ask 'deepbsde reference' for a value without control; nearer to the region that is missed, or with a weaker nonlinearity, paths see it.",
	NoBracket:       "Write f as a convex or a concave function of y alone where it is one: max, min and abs prove it.",
	NothingSeen:     "Start nearer to where g changes: paths that do not reach it say nothing about it.",
	StillFalling:    "Use four times as many iterations; where that changes little, twice the learning rate and four times the batch.",
	NotOptimal:      "Use four times as many iterations; where that changes little, twice the learning rate and four times the batch.",
	WorseThanSimple: "Use four times as many iterations; where that changes little, twice the learning rate and four times the batch.",
	NoBetter:        "Use four times as many iterations; where that changes little, twice the learning rate and four times the batch.",
	LongSteps:       "Use four times as many steps.",
	Jumps:           "Write the jump as a steep slope, such as K*sigmoid(50*(a - 0.1)), or use dynamic programming.",
	Violated:        "Raise the weight of the constraint, or ask for a margin in its formula.",
}

// voids tells whether the parts of the error are no more than what was seen, and their sum no error of
// 95 %: then that is unknown. Where it does not, the error is too large to be of use, and holds.
func (k Kind) voids() bool {
	switch k {
	case NotAsymptotic, BiasNotSmall, StillFalling, NotOptimal, WorseThanSimple, NoBetter, LongSteps, Jumps, Violated:
		return false
	}
	return true
}

// String is the kind with its numbers.
func (r Reason) String() string {
	if r.Detail == "" {
		return string(r.Kind)
	}
	return fmt.Sprintf("%s: %s", r.Kind, r.Detail)
}

// MarshalJSON is the text of String.
func (r Reason) MarshalJSON() ([]byte, error) { return json.Marshal(r.String()) }

// UnmarshalJSON reads what MarshalJSON writes.
func (r *Reason) UnmarshalJSON(text []byte) error {
	var s string
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	kind, detail, _ := strings.Cut(s, ": ")
	*r = Reason{Kind(kind), detail}
	return nil
}

// Doubts are the reasons not to trust an estimate in words, none where it is trusted. A
// number that is not known is a reason of its own.
func (e *Estimate) Doubts() (list []string) {
	for _, r := range e.Reasons {
		list = append(list, r.String())
	}
	if len(list) == 0 && !e.Trusted() {
		list = []string{"the error is unknown"}
		if math.IsNaN(e.Value) || math.IsInf(e.Value, 0) {
			list = []string{"the value is unknown"}
		}
	}
	return list
}
