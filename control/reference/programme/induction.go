package programme

import (
	"context"
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/autodiff/parallel"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/control/internal/dependence"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/integrate/quad"
)

// induction is backward induction on one grid.
type induction struct {
	*control.Discrete
	grid           Grid
	axes           axes
	noise, weights []float64 // quadrature: Q×k nodes and their weights
	admit, final   *expr.Func
	stages         []stage           // of each step
	split          *dependence.Split // nil: the mean is taken for every action
	trials         int               // actions of the first round
	chunk          int               // states that are searched at a time

	// after[n] is what the search at step n interpolates: V_{n+1}, or with split the
	// mean of V_{n+1} as a function of the next controlled and the present exogenous
	// components.
	after [][]float64
}

// stage is the functions of a step.
type stage struct {
	cost, next *expr.Func
	controlled *expr.Func // with split: those components of the next state, in (t, x, a)
}

// batchRows is about how many rows are evaluated at a time.
const batchRows = 4096

func newInduction(d *control.Discrete, g Grid) (*induction, error) {
	p := &induction{Discrete: d, grid: g, axes: newAxes(g.Lower, g.Upper, g.Points), after: make([][]float64, d.Steps), trials: 1}
	for _, n := range g.Actions {
		p.trials *= n
	}
	p.noise, p.weights = hermite(g.Nodes, d.Noises())
	t, x, a, w := expr.Input("t", 1), expr.Input("x", d.StateDim), expr.Input("a", d.ActionDim), expr.Input("w", d.Noises())
	admitted := a
	if d.Actions != nil { // without ActionScale, which belongs to networks
		admitted = d.Actions.Admit(t, x, a)
	}
	for _, c := range []struct {
		to  **expr.Func
		out expr.Value
		in  []expr.Value
	}{
		{&p.admit, admitted, []expr.Value{t, x, a}},
		{&p.final, d.Final(x), []expr.Value{x}},
	} {
		var err error
		if *c.to, err = expr.Compile(c.out, c.in...); err != nil {
			return nil, err
		}
	}
	deps, err := dependence.Of(d.Next(0, t, x, a, w), t, x, a, w)
	if err != nil {
		return nil, err
	}
	p.split = dependence.NewSplit(deps)
	p.stages, err = control.EachStep(d, func(n int) (s stage, err error) {
		if s.cost, err = expr.Compile(d.Cost(n, t, x, a), t, x, a); err != nil {
			return s, err
		}
		if s.next, err = expr.Compile(d.Next(n, t, x, a, w), t, x, a, w); err != nil || p.split == nil || len(p.split.Controlled) == 0 {
			return s, err
		}
		var parts []expr.Value
		still := d.Next(n, t, x, a, expr.Vector(make([]float64, d.Noises())))
		for _, j := range p.split.Controlled {
			parts = append(parts, still.At(j))
		}
		s.controlled, err = expr.Compile(expr.Concat(parts...), t, x, a)
		return s, err
	})
	if err != nil {
		return nil, err
	}
	each := float64(p.trials) + float64(g.Zoom*neighbours(d.ActionDim))
	work := float64(d.Steps) * float64(p.axes.size) * (each*float64(p.rule()) + float64(len(p.weights)))
	if work > maxWork {
		return nil, fmt.Errorf("dynamic programme: %.3g evaluations (%d steps × %d points × %.0f actions × %d nodes), want at most %.0g: use fewer Points, Actions or Nodes",
			work, d.Steps, p.axes.size, each, p.rule(), float64(maxWork))
	}
	p.chunk = max(1, batchRows/(p.trials*p.rule()))
	return p, nil
}

// rule is the number of quadrature nodes that every action needs.
func (p *induction) rule() int {
	if p.split != nil {
		return 1
	}
	return len(p.weights)
}

// hermite is the product of k Gauss–Hermite rules for standard normal numbers.
func hermite(nodes, k int) (points, weights []float64) {
	x, w := make([]float64, nodes), make([]float64, nodes)
	quad.Hermite{}.FixedLocations(x, w, math.Inf(-1), math.Inf(1))
	floats.Scale(math.Sqrt2, x)
	floats.Scale(1/math.Sqrt(math.Pi), w)
	total := 1
	for range k {
		total *= nodes
	}
	for i := range total {
		weight, rest := 1.0, i
		for range k {
			points = append(points, x[rest%nodes])
			weight *= w[rest%nodes]
			rest /= nodes
		}
		weights = append(weights, weight)
	}
	return points, weights
}

// solve fills after; keep tells whether all steps are wanted, or the first only.
func (p *induction) solve(ctx context.Context, workers int, keep bool) error {
	states := p.axes.points()
	value := make([]float64, p.axes.size)
	if err := p.final.Eval(len(value), value, states); err != nil {
		return err
	}
	d := p.StateDim
	for n := p.Steps - 1; n >= 0; n-- {
		p.after[n] = value
		if p.split != nil {
			var err error
			if p.after[n], err = p.mean(ctx, workers, n, states, value); err != nil {
				return err
			}
		}
		if n == 0 {
			break // the first step is searched where it is asked for
		}
		value = make([]float64, p.axes.size)
		err := parallel.Chunks(ctx, workers, (p.axes.size+p.chunk-1)/p.chunk, func(c int) error {
			lo := c * p.chunk
			hi := min(lo+p.chunk, p.axes.size)
			_, v, err := p.search(n, hi-lo, states[lo*d:hi*d])
			copy(value[lo:hi], v)
			return err
		})
		if err != nil {
			return err
		}
		if !keep {
			p.after[n] = nil
		}
	}
	return nil
}

// search finds for each state (rows×d) the best action (rows×m) at step n and its cost.
func (p *induction) search(n, rows int, x []float64) (actions, values []float64, err error) {
	m := p.ActionDim
	best, actions, values := make([]float64, rows*m), make([]float64, rows*m), make([]float64, rows)
	sign := 1.0
	if p.Maximize {
		sign = -1
	}
	for i := range values {
		values[i] = math.Inf(1)
	}
	try := func(u []float64, each int) error {
		a, q, err := p.costs(n, rows, each, x, u)
		if err != nil {
			return err
		}
		for i := range q { // a NaN is never chosen
			if r := i / each; sign*q[i] < values[r] {
				values[r] = sign * q[i]
				copy(best[r*m:(r+1)*m], u[i*m:])
				copy(actions[r*m:(r+1)*m], a[i*m:])
			}
		}
		return nil
	}
	first := p.candidates()
	u := make([]float64, 0, rows*len(first))
	for range rows {
		u = append(u, first...)
	}
	if err := try(u, p.trials); err != nil {
		return nil, nil, err
	}
	each := neighbours(m)
	for round := range p.grid.Zoom {
		u = u[:0]
		for r := range rows {
			for k := range each {
				if k >= each/2 { // the one in the middle is known
					k++
				}
				for j, rest := 0, k; j < m; j, rest = j+1, rest/3 {
					step := math.Ldexp(1/float64(p.grid.Actions[j]-1), -round-1)
					v := best[r*m+j] + float64(rest%3-1)*step
					u = append(u, math.Min(math.Max(v, 0), 1))
				}
			}
		}
		if err := try(u, each); err != nil {
			return nil, nil, err
		}
	}
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, nil, fmt.Errorf("dynamic programme: no action has a finite cost in the state %g at step %d; restrict the grid to states where the problem is defined", x[i*p.StateDim:(i+1)*p.StateDim], n)
		}
		values[i] = sign * v
	}
	return actions, values, nil
}

// neighbours is the number of actions around one of m components in a round of zoom.
func neighbours(m int) int { return int(math.Pow(3, float64(m))) - 1 }

// candidates are the actions of the first round, as numbers u from 0 to 1, trials×m.
func (p *induction) candidates() []float64 {
	var u []float64
	for k := range p.trials {
		for _, n := range p.grid.Actions {
			u = append(u, float64(k%n)/float64(n-1))
			k /= n
		}
	}
	return u
}

// raw turns numbers u from 0 to 1 into raw numbers: the range that is given, or all of
// them, such that the sigmoid of a box gives back u.
func (p *induction) raw(u []float64) []float64 {
	raw, m := make([]float64, len(u)), p.ActionDim
	for i, v := range u {
		if p.grid.ActionLower != nil {
			lo, hi := p.grid.ActionLower[i%m], p.grid.ActionUpper[i%m]
			raw[i] = lo + v*(hi-lo)
			continue
		}
		const end = 40 // the sigmoid is 0 or 1 to rounding
		raw[i] = math.Min(math.Max(math.Log(v/(1-v)), -end), end)
	}
	return raw
}

// costs evaluates L h + E V for so many actions u (rows·each × m) in each state.
func (p *induction) costs(n, rows, each int, x, u []float64) (actions, q []float64, err error) {
	d, m, total := p.StateDim, p.ActionDim, rows*each
	t := []float64{p.Time(n)}
	states := repeatRows(x, d, each)
	actions, q = make([]float64, total*m), make([]float64, total)
	if err := p.admit.Eval(total, actions, t, states, p.raw(u)); err != nil {
		return nil, nil, err
	}
	if err := p.stages[n].cost.Eval(total, q, t, states, actions); err != nil {
		return nil, nil, err
	}
	if p.split != nil {
		width := len(p.split.Controlled)
		next := make([]float64, total*width)
		if p.stages[n].controlled != nil {
			if err := p.stages[n].controlled.Eval(total, next, t, states, actions); err != nil {
				return nil, nil, err
			}
		}
		for i := range q { // states becomes (next controlled, present exogenous)
			state := states[i*d : (i+1)*d]
			for k, j := range p.split.Controlled {
				state[j] = next[i*width+k]
			}
			q[i] += p.axes.interpolate(p.after[n], state)
		}
		return actions, q, nil
	}
	nodes, k := len(p.weights), p.Noises()
	// All nodes of some of the actions at a time.
	for lo := 0; lo < total; {
		hi := min(lo+max(1, batchRows/nodes), total)
		w := make([]float64, 0, (hi-lo)*nodes*k)
		for range hi - lo {
			w = append(w, p.noise...)
		}
		next := make([]float64, (hi-lo)*nodes*d)
		if err := p.stages[n].next.Eval((hi-lo)*nodes, next, t, repeatRows(states[lo*d:hi*d], d, nodes), repeatRows(actions[lo*m:hi*m], m, nodes), w); err != nil {
			return nil, nil, err
		}
		for i := range hi - lo {
			for j, weight := range p.weights {
				row := (i*nodes + j) * d
				q[lo+i] += weight * p.axes.interpolate(p.after[n], next[row:row+d])
			}
		}
		lo = hi
	}
	return actions, q, nil
}

// repeatRows repeats each row of the given width so many times.
func repeatRows(x []float64, width, times int) []float64 {
	out := make([]float64, 0, len(x)*times)
	for i := 0; i < len(x); i += width {
		for range times {
			out = append(out, x[i:i+width]...)
		}
	}
	return out
}
