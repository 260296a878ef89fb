package estimate

import (
	"encoding/json"
	"fmt"
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
	// StepUnknown: a single level could be used, and tells nothing of the time step.
	StepUnknown Kind = "time step error unknown"
	// BiasNotSmall: what an imperfect Z does to the value through the curvature of f is
	// no small correction.
	BiasNotSmall Kind = "network bias not small"
	// HeavyTails: few paths decide the mean, and its standard error is not to be trusted.
	HeavyTails Kind = "few paths decide"
	// NothingSeen: no path saw the event that the terminal condition pays for.
	NothingSeen Kind = "no path saw the event"
)

// Advice is one sentence on what to try.
func (k Kind) Advice() string { return advice[k] }

// advice has been seen to work on a case of its kind (docs/answers.md).
var advice = map[Kind]string{
	NoFixedPoint:   "",
	IllConditioned: "",
	NotAsymptotic:  "",
	StepUnknown:    "",
	BiasNotSmall:   "",
	HeavyTails:     "",
	NothingSeen:    "",
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
