package stopping

import (
	"context"
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
	"github.com/deepbsde/deepbsde/autodiff/safetensors"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/exercise"
	"github.com/deepbsde/deepbsde/bsde/internal/basis"
	"github.com/deepbsde/deepbsde/bsde/internal/features"
	"github.com/deepbsde/deepbsde/pde"
)

// training is a fit on its way from T to 0: each step of it fits one time step.
type training struct {
	*samples
	basis        *basis.Basis
	coefficients []float64 // N×Columns
	done         int       // steps that are fitted, from the end
	loss         float64   // mean square of what the last fit leaves
	value        float64   // mean of V where it has come to
	unit         float64   // variance of g(X_T)
	label        string
	solution     *exercise.Solution
	workers      int
	blocks       *features.Blocks[float64]
	decisions    *deciding // nil where the rule is that of the fitted values
}

func newTraining(ctx context.Context, p pde.Problem, m Method, set bsde.Settings, pool *autodiff.Pool) (*training, error) {
	g, err := set.TimeGrid(p.Horizon)
	if err != nil {
		return nil, err
	}
	model, err := exercise.NewModel(p, g)
	if err != nil {
		return nil, err
	}
	t := &training{workers: set.Workers}
	if err := foresee(model, m, &set); err != nil {
		return nil, err
	}
	if t.samples, err = newSamples(ctx, model, m.Samples, set); err != nil {
		return nil, err
	}
	if t.basis, err = t.samples.choose(&p, set.Seed); err != nil {
		return nil, err
	}
	t.blocks = features.NewBlocks[float64](max(atOnce, ranks.Count()), blockRows, t.basis.Columns())
	steps := model.Grid.Steps()
	t.coefficients = make([]float64, steps*t.basis.Columns())
	t.value, t.unit = meanVariance(t.values)
	t.loss = t.unit
	t.label = fmt.Sprintf("%s, stopping, %d steps, %d columns", p.Name, steps, t.basis.Columns())
	if m.Fit == Adam {
		if t.decisions, err = newDeciding(t, pool, m); err != nil {
			return nil, err
		}
		t.label += fmt.Sprintf(", decisions of width %d", m.Width)
	}
	gradient := set.Gradient
	if gradient == 0 {
		gradient = defaultGradient
	}
	t.solution = exercise.New(model, t, set.Seed, exercise.Config{Workers: set.Workers, Outer: max(m.Outer, 0), Inner: m.Inner, Gradient: gradient})
	return t, nil
}

// defaultGradient is the number of paths of the gradient.
const defaultGradient = 4096

// Label is problem, method and size.
func (t *training) Label() string { return t.label }

// GradientStep fits the next time step, backward.
func (t *training) GradientStep(int, float64) (finite bool, err error) {
	n := t.model.Grid.Steps() - 1 - t.done
	if finite, err = t.fit(n); err != nil || !finite {
		return finite, err
	}
	if t.decisions != nil {
		if err := t.decisions.to(n); err != nil {
			return false, err
		}
	}
	t.done++
	return true, nil
}

// Validate is the mean square that the last fit leaves of its target.
func (t *training) Validate() (float64, error) { return t.loss, nil }

// Value is the mean of V at the time where the fit has come to.
func (t *training) Value() float64 { return t.value }

// UnitLoss is the variance of g(X_T); of a g that is the same everywhere nothing tells how large a loss may be.
func (t *training) UnitLoss() float64 {
	if t.unit == 0 {
		return math.Inf(1)
	}
	return t.unit
}

// State is the coefficients, and the networks of the dates.
func (t *training) State() ([]safetensors.Tensor, int) {
	steps := t.model.Grid.Steps()
	list := []safetensors.Tensor{{Name: "coefficients", Shape: []int{steps, t.basis.Columns()}, Data: t.coefficients}}
	if d := t.decisions; d != nil {
		list = append(list,
			safetensors.Tensor{Name: "decisions", Shape: []int{steps, d.layout.Size()}, Data: d.params},
			safetensors.Tensor{Name: "decisions/scales", Shape: []int{steps}, Data: d.scales},
			safetensors.Tensor{Name: "decisions/last", Shape: []int{d.layout.Size()}, Data: d.last})
	}
	return list, t.done
}

// Resume goes on after so many steps.
func (t *training) Resume(done int, last bsde.Record) {
	t.done, t.loss, t.value = done, last.Loss, last.Value
}

// Passes is the number of time steps, and so is Steps.
func (t *training) Passes() int { return t.model.Grid.Steps() }

// Steps is the number of time steps.
func (t *training) Steps(int) int { return t.model.Grid.Steps() }

// Ended tells whether the fit has come to time 0.
func (t *training) Ended() bool { return t.done == t.model.Grid.Steps() }

// Deliver is bounds and rule.
func (t *training) Deliver() bsde.Delivery { return bsde.Delivery{Exercise: t.solution} }

// at is the coefficients of step n.
func (t *training) at(n int) []float64 {
	size := t.basis.Columns()
	return t.coefficients[n*size : (n+1)*size]
}
