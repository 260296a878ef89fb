// Package points holds points (t, x): how a command line and files give them, and what is
// known of a trained run at each, as a table, as CSV and as JSON. It evaluates nothing.
package points

import (
	"fmt"
	"slices"
	"strings"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
)

// Point is a point (t, x) and where it was given, for messages.
type Point struct {
	T      float64
	X      []float64
	Source string
}

// parse reads [T:]X.
func parse(s string, x0 []float64) (p Point, err error) {
	p.Source = "--at " + s
	time, state, ok := strings.Cut(s, ":")
	if !ok {
		time, state = "0", s
	}
	if p.T, err = flags.FiniteNumber(time); err != nil {
		return p, fmt.Errorf("the time %q: %w", time, err)
	}
	if strings.TrimSpace(state) == "x0" {
		p.X = slices.Clone(x0)
		return p, nil
	}
	for _, word := range strings.Split(state, ",") {
		v, err := flags.FiniteNumber(word)
		if err != nil {
			return p, fmt.Errorf("the component %q: %w", word, err)
		}
		p.X = append(p.X, v)
	}
	if len(p.X) == 1 {
		p.X = slices.Repeat(p.X, len(x0))
	}
	if len(p.X) != len(x0) {
		return p, fmt.Errorf("%d components, want 1 or %d", len(p.X), len(x0))
	}
	return p, nil
}
