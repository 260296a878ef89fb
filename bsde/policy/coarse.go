package policy

import (
	"context"
	"fmt"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/bsde/network"
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
	s := &scales{cost: e.scales.cost, fixedStart: e.scales.fixedStart, smooth: e.scales.smooth}
	for n := 0; n < d.Steps; n += 2 {
		s.mean, s.invstd = append(s.mean, e.scales.mean[n]), append(s.invstd, e.scales.invstd[n])
	}
	steps := min(max(int(coarseShare*float64(e.set.Iterations)), coarseFewest), e.set.Iterations)
	c, err := e.alike(e.method.Network, on, s, steps, e.set.LearningRate)
	if err != nil {
		return nil, err
	}
	c.beginWith(e.model, 2)
	c.sharp = true
	if finite, err := c.train(ctx); err != nil || !finite {
		return nil, err
	}
	return everySecond{c.policy}, nil
}

// alike is an engine with another network, for the same problem on another grid perhaps.
func (e *engine[T]) alike(net network.Network, on *control.Discrete, s *scales, steps int, rate float64) (*engine[T], error) {
	set, m := *e.set, e.method
	set.Iterations, set.LearningRate = steps, rate
	m.Network, m.Segments = net, min(m.Segments, on.Steps)
	a, err := newEngineWith[T](e.ctx, on, m, &set, e.pool, s)
	if err == nil {
		a.unjudged = true
	}
	return a, err
}

// train makes all gradient steps, with one cosine of the learning rate. It tells whether all numbers
// stayed finite.
func (e *engine[T]) train(ctx context.Context) (finite bool, err error) {
	rate := autodiff.CosineRate(e.set.LearningRate)
	for i := range e.set.Iterations {
		if finite, err := e.GradientStep(i, rate(i, e.set.Iterations)); err != nil || !finite {
			return false, err
		}
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
	}
	return true, nil
}

// beginWith takes over the parameters that another model has by the same name, on so many times the
// steps: those of a step from the one that begins where it does.
func (p *model[T]) beginWith(fine *model[T], times int) {
	from := map[string]autodiff.Param{}
	for _, f := range fine.layout.Params() {
		from[f.Name] = f
	}
	for _, to := range p.layout.Params() {
		name, step, rest := to.Name, 0, ""
		if n, _ := fmt.Sscanf(name, "step%d/%s", &step, &rest); n == 2 {
			name = fmt.Sprintf("step%d/%s", times*step, rest)
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
