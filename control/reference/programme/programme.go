// Package programme solves control problems with a state of few components by dynamic
// programming on a grid, with any dynamics, costs and set of actions. The source is
// Bertsekas, Dynamic Programming and Optimal Control (2017), volume I.
package programme

import (
	"context"
	"fmt"
	"math"
	"runtime"

	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde"
)

// Grid are the settings of [Solve]. Zero fields mean the defaults.
type Grid struct {
	Lower, Upper []float64 // the box of states, d numbers each; required
	Points       []int     // grid points of each component of the state, at least 3; required

	// Actions are the numbers of values tried of each component of the action; default
	// 9 each. They divide the raw numbers between ActionLower and ActionUpper, m each, or
	// where those are nil a box of Actions evenly, its edges included. Raw numbers are
	// what Actions turns into an action, without ActionScale, and where Actions is nil the
	// action itself. A Simplex or a Budget is divided less evenly; a range such as ±8
	// and 33 values serve it better where its edges matter.
	Actions                  []int
	ActionLower, ActionUpper []float64
	// Zoom is the number of rounds of refinement around the best value, each of which
	// halves the distance between actions; default 5, negative for none.
	Zoom int

	// Nodes of the Gauss–Hermite rule for each component of the noise; default 7.
	Nodes int
}

const (
	maxPoints = 1 << 22 // 32 MB a step
	maxValues = 1 << 26 // 512 MB over all steps
	maxWork   = 2e9     // evaluations; at 1e6 a second and core, a quarter of an hour on two
)

// Solution is the optimal cost on a grid, and the policy that goes with it: its
// method Act minimises the cost of the step and the expected optimal cost after it, over
// the same actions as the solution did. That costs as many evaluations for each state as
// for a grid point, 10 to 100 µs, but has no error from interpolated actions. The cost
// of the policy, simulated, is an upper bound of the optimal cost (a lower one where the
// problem maximises), in the mean.
type Solution struct {
	fine, coarse *induction
}

// Solve solves a problem with a state of few components by backward
// induction on a grid,
//
//	V_N(x) = G(x),   V_n(x) = min_a [ L(t_n,x,a) h + E V_{n+1}(next(x,a,w)) ]
//
// V_{n+1} is interpolated linearly in every component, and continued beyond the edges of
// the grid by its value on them: the box must hold the process but for rare paths. The
// mean is a product of Gauss–Hermite rules, the minimum a search on a grid of actions
// that is refined around the best one: it finds the least of several minima where they
// are further apart than the grid. All is repeated on a coarser grid, of half as many
// intervals and two nodes fewer and with a coarser search for the action, and there
// continued beyond the edges by straight lines; the difference is the stated error of the
// value. It is an estimate, no bound; where the box is too small, it is large.
//
// Where one part of the next state depends on the noise but not on the action or on the
// rest of the state (prices, wind), and the rest on the action but not on the noise
// (stocks, storage levels), the mean is taken once for all actions. The expressions are
// searched for that.
//
// The work is N · points · actions · nodes^noises evaluations, without the nodes where
// the means are taken once. Problems with Constraints are refused: the grid cannot tell
// how far a violation is admissible.
//
// Source: Bertsekas, Dynamic Programming and Optimal Control (2017), volume I, chapters
// 1 and 6; Judd, Numerical Methods in Economics (1998), chapter 12.
func Solve(ctx context.Context, d *control.Discrete, g Grid, workers int) (*Solution, error) {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	g, err := g.withDefaults(d)
	if err != nil {
		return nil, err
	}
	s := &Solution{}
	if s.fine, err = newInduction(d, g); err != nil {
		return nil, err
	}
	if s.coarse, err = newInduction(d, g.coarser()); err != nil {
		return nil, err
	}
	for i := range s.coarse.axes.list {
		s.coarse.axes.list[i].beyond = true
	}
	if err := s.coarse.solve(ctx, workers, false); err != nil {
		return nil, err
	}
	return s, s.fine.solve(ctx, workers, true)
}

// Value is the optimal cost from x at t = 0 and its error, the difference to the coarser
// grid.
func (s *Solution) Value(x []float64) (value, stdErr float64, err error) {
	d := s.fine.StateDim
	if len(x) != d {
		return 0, 0, fmt.Errorf("dynamic programme: a state of %d components, want %d", len(x), d)
	}
	for i, v := range x {
		if a := s.fine.axes.list[i]; !(v >= a.lo && v <= a.hi) {
			return 0, 0, fmt.Errorf("dynamic programme: component %d of the state is %g, outside the grid from %g to %g", i, v, a.lo, a.hi)
		}
	}
	var both [2]float64
	for i, p := range []*induction{s.coarse, s.fine} {
		_, v, err := p.search(0, 1, x)
		if err != nil {
			return 0, 0, err
		}
		both[i] = v[0]
	}
	return both[1], math.Abs(both[1] - both[0]), nil
}

// Reference is Value at Start.
func (s *Solution) Reference() (*pde.Reference, error) {
	v, e, err := s.Value(s.fine.Start)
	if err != nil {
		return nil, err
	}
	return &pde.Reference{Value: v, StdErr: e, Method: "dynamic programming on a grid", Source: "grid refinement"}, nil
}

// Act is the optimal action by a look one step ahead.
func (s *Solution) Act(n int, _ float64, rows int, x, a []float64) error {
	p := s.fine
	if n < 0 || n >= p.Steps || len(x) != rows*p.StateDim || len(a) != rows*p.ActionDim {
		return fmt.Errorf("dynamic programme: step %d of %d, %d states of %d numbers, %d actions", n, p.Steps, rows, len(x), len(a))
	}
	for lo := 0; lo < rows; lo += p.chunk {
		hi := min(lo+p.chunk, rows)
		best, _, err := p.search(n, hi-lo, x[lo*p.StateDim:hi*p.StateDim])
		if err != nil {
			return err
		}
		copy(a[lo*p.ActionDim:], best)
	}
	return nil
}

// withDefaults fills in the zero fields and refuses what cannot be solved.
func (g Grid) withDefaults(d *control.Discrete) (Grid, error) {
	wrong := func(format string, args ...any) (Grid, error) {
		return g, fmt.Errorf("dynamic programme: "+format, args...)
	}
	n, m, k := d.StateDim, d.ActionDim, d.Noises()
	if len(d.Constraints) > 0 {
		return wrong("the problem has Constraints, which are only penalised; put them into Actions")
	}
	if len(g.Lower) != n || len(g.Upper) != n || len(g.Points) != n {
		return wrong("%d lower and %d upper bounds, %d numbers of points for a state of %d components", len(g.Lower), len(g.Upper), len(g.Points), n)
	}
	if g.Actions == nil {
		g.Actions = make([]int, m)
		for i := range g.Actions {
			g.Actions[i] = 9
		}
	}
	if g.Nodes == 0 {
		g.Nodes = 7
	}
	if g.Zoom == 0 {
		g.Zoom = 5
	}
	g.Zoom = max(g.Zoom, 0)
	ranges := len(g.ActionLower) + len(g.ActionUpper)
	if len(g.Actions) != m || ranges != 0 && (len(g.ActionLower) != m || len(g.ActionUpper) != m) {
		return wrong("%d numbers of actions, %d and %d bounds of them for %d components", len(g.Actions), len(g.ActionLower), len(g.ActionUpper), m)
	}
	if ranges == 0 && d.Actions == nil {
		return wrong("the action is not restricted by Actions; give ActionLower and ActionUpper")
	}
	if g.Nodes < 1 || g.Nodes > 64 {
		return wrong("%d quadrature nodes, want 1 to 64", g.Nodes)
	}
	points, trials, rule := 1.0, 1.0, math.Pow(float64(g.Nodes), float64(k))
	for i := range n {
		if !(g.Lower[i] < g.Upper[i]) || math.IsInf(g.Upper[i]-g.Lower[i], 0) || g.Points[i] < 3 {
			return wrong("component %d has %d points from %g to %g, want at least 3 and finite bounds, lower < upper", i, g.Points[i], g.Lower[i], g.Upper[i])
		}
		points *= float64(g.Points[i])
	}
	for i := range m {
		if g.Actions[i] < 2 || ranges != 0 && (!(g.ActionLower[i] < g.ActionUpper[i]) || math.IsInf(g.ActionUpper[i]-g.ActionLower[i], 0)) {
			return wrong("component %d of the action needs at least 2 values, between finite bounds, lower < upper", i)
		}
		trials *= float64(g.Actions[i])
	}
	trials += float64(g.Zoom) * math.Pow(3, float64(m)) // not neighbours(m), which may overflow
	if points > maxPoints || points*float64(d.Steps) > maxValues {
		return wrong("%.3g grid points × %d steps, want at most %d points and %d in all steps: the number grows like points^%d, so use fewer or train a policy", points, d.Steps, maxPoints, maxValues, n)
	}
	if rule > 1<<16 || trials > 1<<16 {
		return wrong("%.3g quadrature nodes and %.3g actions, want at most %d of each: use fewer Nodes or Actions for %d components of the noise and %d of the action", rule, trials, 1<<16, k, m)
	}
	return g, nil
}

// coarser has half as many intervals, two nodes fewer and one round of the search for the
// action less, or half as many actions.
func (g Grid) coarser() Grid {
	points := make([]int, len(g.Points))
	for i, n := range g.Points {
		points[i] = max(n/2+1, 2) // 2k+1 points become k+1
	}
	g.Points = points
	g.Nodes = max(g.Nodes-2, (g.Nodes+1)/2)
	// The error of the search for the action is to show too.
	if g.Zoom > 0 {
		g.Zoom--
		return g
	}
	actions := make([]int, len(g.Actions))
	for i, n := range g.Actions {
		actions[i] = n/2 + 1
	}
	g.Actions = actions
	return g
}
