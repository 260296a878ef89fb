package exercise

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/bsde/internal/between"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"gonum.org/v1/gonum/floats"
)

// exercised counts where the rule stops.
func (e *Estimate) exercised(m *Model, o *origin, stop []int) {
	N := m.Grid.Steps()
	count := make([]int, N+1)
	for _, n := range stop {
		count[n]++
	}
	for n := o.n; n < N; n++ {
		if m.Dates[n] && m.Grid.Time(n) >= o.t {
			e.Dates = append(e.Dates, m.Grid.Time(n))
			e.Probability = append(e.Probability, float64(count[n])/float64(len(stop)))
		}
	}
	e.Held = float64(count[N]) / float64(len(stop))
}

// here fills in what exercise pays at the point, and whether the rule does it there.
func (s *Solution) here(o *origin, e *Estimate, stop []int) error {
	if !s.model.Dates[o.n] || s.model.Grid.Time(o.n) != o.t {
		return nil
	}
	pay := []float64{0}
	if err := s.model.Obstacle(o.t, 1, o.x, pay); err != nil {
		return err
	}
	e.Obstacle, e.Stop = pay[0], stop[0] == o.n
	return nil
}

// timeStep is the size of what the time step does to the bounds: nothing where X moves exactly and
// f = a − c y, as then the steps between dates only shape the martingale. Else it is of weak order 1, and
// the same paths with two steps at a time are off by as much more as these are: that difference, half as
// much again, and its own sampling error.
func (s *Solution) timeStep(ctx context.Context, o *origin, fine *outcome) (float64, error) {
	if s.model.free() {
		return 0, nil
	}
	coarse, err := s.follow(context.WithoutCancel(ctx), o, len(fine.lower), 2, nil)
	if err != nil {
		return 0, err
	}
	difference := make([]float64, len(fine.lower))
	floats.SubTo(difference, fine.lower, coarse.lower) // the other bound depends on how fine its martingale is
	mean, stderr := meanAndError(difference)
	return 1.5*math.Abs(mean) + value95*stderr, nil
}

// between keeps a few paths with the fitted values, and tells what f, μ and σ do between the points of the grid: no
// bound sees that where they are the same at all points. The first order in the step, which timeStep measures, is left out.
func (s *Solution) between(o *origin) (inF, inX float64, err error) {
	m := s.model
	w, of := s.newWalker(), noise{s.seed, walk.ForEstimate}
	k := &between.Kept{Rows: rowsAtOnce, Levels: []between.Level{{Parts: 1, Weight: -1}, {Parts: 2, Weight: 2}}}
	w.begin(rowsAtOnce, o.x)
	for n, t := o.n, o.t; n < m.Grid.Steps(); n++ {
		h := w.length(o, n)
		if err := w.look(n, t, h, true); err != nil {
			return 0, 0, err
		}
		k.Times, k.Lengths = append(k.Times, t), append(k.Lengths, h)
		k.X, k.Y = append(k.X, slices.Clone(w.x)), append(k.Y, slices.Clone(w.hold))
		k.Z = append(k.Z, slices.Clone(w.z))
		w.draw(of, n, 0, h)
		if err := w.advance(t, h); err != nil {
			return 0, 0, err
		}
		t = m.Grid.Time(n + 1)
	}
	return k.Between(m.Eq)
}

// largeStep is the share of the value from which on the error of the time step is not to be trusted.
const largeStep = 0.05

// largeBetween is that of what happens between the points of the grid.
const largeBetween = 0.01

// conclude makes the bracket, the value in its middle and what is to be said against it.
func (e *Estimate) conclude(m *Model, inF, inX float64) {
	step := e.DiscretizationError
	low, high := e.ByRule-value95*e.RuleStdErr, e.Hindsight+value95*e.HindsightStdErr
	if e.Dates != nil && !math.IsNaN(e.Obstacle) {
		low = math.Max(low, e.Obstacle) // exercise at once is a rule too
		high = math.Max(high, e.Obstacle)
	}
	doubt := func(kind estimate.Kind, detail string) {
		e.Reasons = append(e.Reasons, estimate.Reason{Kind: kind, Detail: detail})
	}
	size := math.Max(math.Abs(e.ByRule), math.Abs(e.Hindsight))
	if coarser := step - math.Abs(inF); coarser > largeStep*size {
		doubt(estimate.NotAsymptotic, fmt.Sprintf("two steps at a time change the bounds by %.2g", coarser/1.5))
	}
	blind := ""
	switch {
	case math.Abs(inF) > largeBetween*size || inX > largeBetween:
		blind = fmt.Sprintf("u by %.2g, and X by %.2g of its standard deviation", math.Abs(inF), inX)
		doubt(estimate.BetweenSteps, blind)
	case e.RuleStdErr == 0 && e.HindsightStdErr == 0 && size == 0 && m.pays():
		blind = fmt.Sprintf("all %d paths pay 0, and others farther out do not", e.Paths)
		doubt(estimate.NothingSeen, blind)
	}
	low, high = low-step, high+step
	if e.LowerProved && blind == "" {
		e.Lower = low
	}
	if e.UpperProved && blind == "" {
		e.Upper = high
	}
	switch {
	case blind != "":
		e.NoBounds = "the paths that give them do not see what matters"
	case !e.LowerProved && !e.UpperProved:
		e.NoBounds = "f is not proved convex or concave in y and z"
	case !e.UpperProved:
		e.NoBounds = "nothing bounds u from above: f is convex in y and z, which gives a lower bound alone"
	case !e.LowerProved:
		e.NoBounds = "nothing bounds u from below: f is concave in y and z, which gives an upper bound alone"
	}
	if e.NoBounds != "" && blind == "" {
		doubt(estimate.NoBracket, e.NoBounds)
	}
	e.Value = (low + high) / 2
	e.StdErr = math.Hypot(e.RuleStdErr, e.HindsightStdErr) / 2
	e.NetworkError = math.Max(e.Hindsight-e.ByRule, 0) / 2
	if e.NoBounds == "" {
		e.Error = (high - low) / 2
		e.CI95 = [2]float64{low, high}
	}
}
