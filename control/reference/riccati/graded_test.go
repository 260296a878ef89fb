package riccati

import (
	"math"
	"testing"

	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/control/reference/internal/cases"
	"github.com/deepbsde/deepbsde/pde/grid"
)

// TestOnGradedGrid: the recursion on a grid with unequal steps gives the cost that its policy
// has there in simulation, within 5 standard errors, which is not that of equal steps.
func TestOnGradedGrid(t *testing.T) {
	l := cases.Skew()
	p, err := l.Problem()
	if err != nil {
		t.Fatal(err)
	}
	d, err := p.On(grid.Graded(p.Horizon, 8))
	if err != nil {
		t.Fatal(err)
	}
	r, err := On(l, d.Grid)
	if err != nil {
		t.Fatal(err)
	}
	o, err := control.Simulate(t.Context(), d, r.Policy, control.Simulation{Paths: 100_000, Seed: 4})
	if err != nil {
		t.Fatal(err)
	}
	if !(math.Abs(o.Cost-r.Value) <= 5*o.StdErr) {
		t.Errorf("simulated %g ± %g, recursion %g", o.Cost, o.StdErr, r.Value)
	}
	equal, err := Discrete(l, 8)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(equal.Value-r.Value) < 5*o.StdErr {
		t.Errorf("%g with unequal steps, %g with equal ones: the test cannot tell them apart", r.Value, equal.Value)
	}
}
