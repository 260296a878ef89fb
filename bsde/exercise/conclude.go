package exercise

import (
	"context"
	"math"

	"github.com/deepbsde/deepbsde/bsde/estimate"
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
// f = a − c y, as then the steps between dates only shape the martingale. Else it is not known.
func (s *Solution) timeStep(context.Context, *origin, *Estimate) (float64, error) {
	if s.model.Eq.Move.Exact && s.model.gen.constant {
		return 0, nil
	}
	return math.NaN(), nil
}

// conclude makes the bracket, the value in its middle and what is to be said against it.
func (e *Estimate) conclude(m *Model) {
	step := e.DiscretizationError
	low, high := e.ByRule-value95*e.RuleStdErr, e.Hindsight+value95*e.HindsightStdErr
	if e.Dates != nil && !math.IsNaN(e.Obstacle) {
		low = math.Max(low, e.Obstacle) // exercise at once is a rule too
		high = math.Max(high, e.Obstacle)
	}
	doubt := func(kind estimate.Kind, detail string) {
		e.Reasons = append(e.Reasons, estimate.Reason{Kind: kind, Detail: detail})
	}
	if math.IsNaN(step) {
		doubt(estimate.StepUnknown, "X or f moves with an error of the time step, which nothing measures here")
		step = 0
	}
	low, high = low-step, high+step
	if e.LowerProved {
		e.Lower = low
	}
	if e.UpperProved {
		e.Upper = high
	}
	switch {
	case !e.LowerProved && !e.UpperProved:
		e.NoBounds = "f is not proved convex or concave in y and z"
	case !e.UpperProved:
		e.NoBounds = "nothing bounds u from above: f is convex in y and z, which gives a lower bound alone"
	case !e.LowerProved:
		e.NoBounds = "nothing bounds u from below: f is concave in y and z, which gives an upper bound alone"
	}
	if e.NoBounds != "" {
		doubt(estimate.NoBracket, e.NoBounds)
	}
	e.Value = (low + high) / 2
	e.StdErr = math.Hypot(e.RuleStdErr, e.HindsightStdErr) / 2
	e.NetworkError = math.Max(e.Hindsight-e.ByRule, 0) / 2
	if len(e.Reasons) == 0 {
		e.Error = (high - low) / 2
		e.CI95 = [2]float64{low, high}
	}
}
