package policy

import (
	"context"
	"fmt"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde/grid"
)

// coarseShare are the iterations of a policy for every second time, as a share of all; coarseFewest
// they are at least. It begins with the parameters of the trained one and the full learning rate, as a
// round does.
const (
	coarseShare  = 0.2
	coarseFewest = 100
)

// everySecond is a policy for every second time of a grid, used in the step after it as well.
type everySecond struct{ control.Policy }

// Act is that of the last time of its own, in the state and at the time as they are.
func (c everySecond) Act(n int, t float64, rows int, x, a []float64) error {
	return c.Policy.Act(n/2, t, rows, x, a)
}

// coarse trains a policy for every second time of the grid, nil where the grid has one step.
func (e *engine[T]) coarse(ctx context.Context) (control.Policy, error) {
	d := e.problem
	if d.Steps < 2 {
		return nil, nil
	}
	g, err := half(d.Grid)
	if err != nil {
		return nil, err
	}
	on, err := d.On(g)
	if err != nil {
		return nil, err
	}
	s := &scales{cost: e.scales.cost, fixedStart: e.scales.fixedStart}
	for n := 0; n < d.Steps; n += 2 {
		s.mean, s.invstd = append(s.mean, e.scales.mean[n]), append(s.invstd, e.scales.invstd[n])
	}
	set, m := *e.set, e.method
	set.Iterations = min(max(int(coarseShare*float64(set.Iterations)), coarseFewest), set.Iterations)
	m.Segments = min(m.Segments, on.Steps)
	c, err := newEngineWith[T](ctx, on, m, &set, e.pool, s)
	if err != nil {
		return nil, err
	}
	c.unjudged = true
	c.beginWith(e.model)
	rate := autodiff.CosineRate(set.LearningRate)
	for i := range set.Iterations {
		if finite, err := c.GradientStep(i, rate(i, set.Iterations)); err != nil || !finite {
			return nil, err
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	return everySecond{c.policy}, nil
}

// beginWith takes over the parameters of a model on twice the steps: those of a step from the step that
// begins where it does.
func (p *model[T]) beginWith(fine *model[T]) {
	from := map[string]autodiff.Param{}
	for _, f := range fine.layout.Params() {
		from[f.Name] = f
	}
	for _, to := range p.layout.Params() {
		name, step, rest := to.Name, 0, ""
		if n, _ := fmt.Sscanf(name, "step%d/%s", &step, &rest); n == 2 {
			name = fmt.Sprintf("step%d/%s", 2*step, rest)
		}
		if f, ok := from[name]; ok && f.Size() == to.Size() {
			copy(p.params[to.Offset:to.Offset+to.Size()], fine.params[f.Offset:f.Offset+f.Size()])
		}
	}
}

// half is a grid of every second time, and the last.
func half(g *grid.Grid) (*grid.Grid, error) {
	if g.Regular() && g.Steps()%2 == 0 {
		return grid.Uniform(g.Horizon(), g.Steps()/2), nil
	}
	var times []float64
	for n := 0; n < g.Steps(); n += 2 {
		times = append(times, g.Time(n))
	}
	return grid.New(append(times, g.Horizon()))
}
