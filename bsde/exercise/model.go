// Package exercise says what a rule of early exercise is worth, on fresh paths: a lower
// bound of u by the rule, an upper bound by martingales (Rogers 2002; Haugh, Kogan 2004), how
// likely each date is, and the derivative in the start. It takes the rule, and the martingale
// that removes most of the noise, from any fitted field.
package exercise

import (
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/grid"
)

// Field is a fitted solution: what methods deliver.
type Field interface {
	// Evaluator is one for so many rows, for one goroutine.
	Evaluator(rows int) Evaluator
}

// Evaluator evaluates a field in rows of states.
type Evaluator interface {
	// Move goes to the states x, rows×d, at point n of the grid, where x stays as it is until the next Move.
	Move(n, rows int, x []float64)
	// Continuation fills c with E[V_{n+1} | X_n = x].
	Continuation(c []float64) error
	// Increment fills out with V_{n+1} − E[V_{n+1} | X_n = x] as fitted, for increments of the
	// noise dw, rows×d, over a step of length h: of mean 0 whatever the fit.
	Increment(h float64, dw, out []float64) error
	// Z fills z, rows×d, with σᵀ∇u as fitted.
	Z(z []float64) error
}

// Decider is an Evaluator with a rule of its own, in the place of exercise where Φ is not below the continuation value.
type Decider interface {
	Evaluator
	// Decide fills gain with numbers that are not below 0 where the rule exercises, for the states of the last Move: given
	// Φ and the continuation value there.
	Decide(pay, hold, gain []float64) error
}

// Model is a problem with early exercise on a time grid that has all its dates.
type Model struct {
	Eq    *equation.Equation
	Grid  *grid.Grid
	Dates []bool // of each point of the grid, N+1; the last is T, where the holder gets g

	obstacle *expr.Func
	slopes   [2]*expr.Func // ∂Φ/∂x and ∂g/∂x
	gen      *generator

	// Patient tells that Φ, g and what f adds are never below 0, as far as is known: then nothing is
	// gained by exercise where Φ is 0.
	Patient bool
}

// NewModel is the problem on a grid whose steps are at most T/steps long and which has all
// dates of exercise. The error of a wrong problem is a *pde.Error.
func NewModel(p pde.Problem, g *grid.Grid) (*Model, error) {
	eq, err := equation.New(p)
	if err != nil {
		return nil, err
	}
	m := &Model{Eq: eq}
	if m.gen, err = newGenerator(eq); err != nil {
		return nil, err
	}
	if m.Grid, m.Dates, err = withDates(&p, g, !m.free()); err != nil {
		return nil, err
	}
	t, x := expr.Input("t", 1), expr.Input("x", p.Dim)
	for to, out := range map[**expr.Func]expr.Value{
		&m.obstacle: p.Obstacle(t, x), &m.slopes[0]: p.Obstacle(t, x).Gradient(x).Broadcast(p.Dim), &m.slopes[1]: p.Terminal(x).Gradient(x).Broadcast(p.Dim),
	} {
		if *to, err = expr.Compile(out, t, x); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// free tells whether there is no error of the time step.
func (m *Model) free() bool { return m.Eq.Move.Exact && m.gen.constant }

// withDates is the given grid with the dates of exercise as points, its own points between
// them moved so that steps between two dates have one length, and no step is longer than the
// longest of the grid. Where the number of steps between dates has to be even, a walk can take two at a time.
func withDates(p *pde.Problem, g *grid.Grid, even bool) (*grid.Grid, []bool, error) {
	exercise := p.Exercise
	if exercise == nil { // every step after 0
		exercise = g.Times()[1:]
	}
	longest := 0.0
	for n := range g.Steps() {
		longest = max(longest, g.Length(n))
	}
	times, dates := []float64{0}, []bool{exercise[0] == 0}
	add := func(end float64, date bool) {
		begin := times[len(times)-1]
		pieces := 1
		for (end-begin)/float64(pieces) > longest*(1+1e-9) {
			pieces++
		}
		if even {
			pieces += pieces % 2
		}
		for k := 1; k <= pieces; k++ {
			t := end
			if k < pieces {
				t = begin + (end-begin)*float64(k)/float64(pieces)
			}
			times, dates = append(times, t), append(dates, date && k == pieces)
		}
	}
	for _, t := range exercise {
		if t > 0 {
			add(t, true)
		}
	}
	if times[len(times)-1] < p.Horizon {
		add(p.Horizon, false)
	}
	out, err := grid.New(times)
	return out, dates, err
}

// Obstacle fills out with Φ(t, x) of rows of states.
func (m *Model) Obstacle(t float64, rows int, x, out []float64) error {
	return m.obstacle.Eval(rows, out, []float64{t}, x)
}

// Continue turns c = E[V_{n+1} | x] of a step of length h into the continuation value,
// c + φ(h r) h f(t, x, c, z) with r = ∂f/∂y and φ(s) = (eˢ − 1)/s; z is wanted where f depends on it.
func (m *Model) Continue(s *Step, t, h float64, rows int, x, c, z []float64) error {
	if err := m.gen.tangent(s, t, h, rows, x, c, z); err != nil {
		return err
	}
	s.Hold(rows, c, z, c)
	return nil
}

// NeverCosts tells whether f surely takes nothing off a value of 0.
func (m *Model) NeverCosts() bool { return m.gen.constant && m.gen.a >= 0 }
