package file

import (
	"math"

	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/problems/file/internal/formula"
	"github.com/deepbsde/deepbsde/problems/file/internal/source"
	"go.yaml.in/yaml/v4"
)

// exerciseSource is the dates of exercise of a problem file: a list of times, a number of
// equal dates, or every step.
type exerciseSource struct {
	dates *formula.Vector
}

// everyStep is the word for exercise at every time step, mostDates bounds the number of dates.
const (
	everyStep = "every step"
	mostDates = 100_000
)

func (r *reader) exercise(n *yaml.Node) *exerciseSource {
	if n.Kind == yaml.ScalarNode && n.Value == everyStep {
		return nil
	}
	return &exerciseSource{r.Vector(n, "exercise")}
}

// build is the dates; nil for every step, and without the key.
func (s *exerciseSource) build(in *formula.Instance, horizon float64) ([]float64, *source.Error) {
	if s == nil {
		return nil, nil
	}
	if s.dates.List() {
		return in.Constants(s.dates, "exercise", s.dates.Len())
	}
	c, wrong := in.Constants(s.dates, "exercise", 1)
	if wrong != nil {
		return nil, wrong
	}
	if c[0] != math.Floor(c[0]) || c[0] < 1 || c[0] > mostDates {
		return nil, s.dates.Errorf("exercise is %g, want a whole number of equal dates from 1 to %d, a list of dates, or %q", c[0], mostDates, everyStep)
	}
	return pde.EqualDates(horizon, int(c[0])), nil
}
