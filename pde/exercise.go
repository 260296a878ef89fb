package pde

import "fmt"

// EqualDates are n dates of exercise at equal distances, T/n … T.
func EqualDates(horizon float64, n int) []float64 {
	dates := make([]float64, n)
	for k := range dates {
		dates[k] = horizon * float64(k+1) / float64(n)
	}
	return dates
}

// RefuseExercise is an error where a problem has an obstacle, for a solver that knows none.
func (p *Problem) RefuseExercise(solver string) error {
	if p.Obstacle == nil {
		return nil
	}
	return fmt.Errorf("%s: the problem has early exercise, want one without an obstacle", solver)
}

// validateExercise checks the dates of exercise, and what does not go with an obstacle.
func (p *Problem) validateExercise() error {
	if p.Obstacle == nil {
		if p.Exercise != nil {
			return p.errorf("Exercise", nil, "has dates, and there is no Obstacle; give Φ(t, x) with width 1")
		}
		return nil
	}
	if p.Exact != nil {
		return p.errorf("Exact", nil, "does not go with an Obstacle, under which u does not solve the equation everywhere; give a Reference")
	}
	if p.Exercise != nil && len(p.Exercise) == 0 {
		return p.errorf("Exercise", nil, "has no dates, want at least one, or nil for every time step")
	}
	for i, t := range p.Exercise {
		if !(t >= 0 && t <= p.Horizon) {
			return p.errorf("Exercise", nil, "date %d is %g, want a time from 0 to the horizon %g", i, t, p.Horizon)
		}
		if i > 0 && t <= p.Exercise[i-1] {
			return p.errorf("Exercise", nil, "date %d is %g after %g, want dates that increase", i, t, p.Exercise[i-1])
		}
	}
	return nil
}
