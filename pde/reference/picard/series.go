package picard

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/internal/paths"
	"github.com/deepbsde/deepbsde/pde/reference/internal/probe"
	"github.com/deepbsde/deepbsde/pde/reference/internal/sample"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// series is the sum of Picard's iterations as its repetitions have it.
type series struct {
	value, scatter float64   // mean, and its error of 95 % over 1.96
	mean, noise    []float64 // of the changes from one iteration to the next, the last at the end
}

// newSeries takes the terms of each repetition, see run.estimate.
func newSeries(terms [][]float64) *series {
	n := float64(len(terms))
	widen := distuv.StudentsT{Sigma: 1, Nu: n - 1}.Quantile(0.975) / distuv.UnitNormal.Quantile(0.975)
	column := func(of func(terms []float64) float64) (mean, err float64) {
		v := make([]float64, len(terms))
		for i, t := range terms {
			v[i] = of(t)
		}
		mean, sd := stat.MeanStdDev(v, nil)
		return mean, widen * sd / math.Sqrt(n)
	}
	s := &series{}
	s.value, s.scatter = column(func(t []float64) (sum float64) {
		for _, v := range t {
			sum += v
		}
		return sum
	})
	for l := range len(terms[0]) {
		mean, noise := column(func(t []float64) float64 { return t[l] })
		s.mean, s.noise = append(s.mean, mean), append(s.noise, noise)
	}
	return s
}

// slowest is the ratio of two changes from which on they are said not to shrink.
const slowest = 0.8

// ratio is that of the last two changes, 0 where the first of them is noise or there is
// none: change number 0 is from U₁ to U₂, with l = 1.
func (s *series) ratio() float64 {
	n := len(s.mean)
	if n < 4 || math.Abs(s.mean[n-2]) <= 2*s.noise[n-2] {
		return 0
	}
	return math.Abs(s.mean[n-1] / s.mean[n-2])
}

// rest bounds what is left out after the last change: the change itself, or the sum of the
// geometric series that goes on with the ratio of the last two.
func (s *series) rest() float64 {
	last, r := math.Abs(s.mean[len(s.mean)-1]), math.Min(s.ratio(), slowest)
	return last * math.Max(1, r/(1-r))
}

// converges refuses a sum of which the last changes do not shrink, by more than noise.
func (s *series) converges() error {
	n := len(s.mean)
	if r := s.ratio(); r > slowest && math.Abs(s.mean[n-1])-2*s.noise[n-1] > slowest/2*math.Abs(s.mean[n-2]) {
		return fmt.Errorf("the iterations do not settle: the last two changed the value by %.3g and %.3g, and the change must shrink; shorten the horizon or, from Go, raise Level", s.mean[n-2], s.mean[n-1])
	}
	return nil
}

// trust tells why the values of g that went into the sum do not show their scatter.
func (e *equation) trust(p *pde.Problem, seen []float64) error {
	if slices.Min(seen) == slices.Max(seen) {
		pr, err := probe.New(p, e.step, pde.Sampling{}, paths.ForPicard)
		if err != nil {
			return err
		}
		if varies, err := pr.TerminalVaries(); err != nil || varies {
			return errors.Join(err, fmt.Errorf("g is %g on all of %d paths, though it is not constant: none came to where it changes", seen[0], len(seen)))
		}
	}
	if err := sample.Trust(seen); err != nil {
		return fmt.Errorf("no standard error of the mean of g can be trusted: %w", err)
	}
	return nil
}
