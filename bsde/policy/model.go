package policy

import (
	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/internal/params"
	"github.com/deepbsde/deepbsde/bsde/network"
	"github.com/deepbsde/deepbsde/control"
)

// inputs are those of the functions of a discrete problem, with the sharpness of a smoothing last.
type inputs struct{ t, x, a, w, sharpness expr.Value }

func rolloutInputs(d *control.Discrete) inputs {
	return inputs{expr.Input("t", 1), expr.Input("x", d.StateDim), expr.Input("a", d.ActionDim), expr.Input("w", d.Noises()), expr.Input("sharpness", 1)}
}

// rolloutLists are the functions of a discrete problem as operations, with the inputs
// t, x, a (or the raw action), w, sharpness in this order.
type rolloutLists struct {
	admit, final []expr.Node
	stages       []stageLists // of each step
}

type stageLists struct{ next, cost []expr.Node }

// newRolloutLists takes the penalties of the constraints into the cost if penalised, and makes jumps
// smooth unless smooth is nil.
func newRolloutLists(d *control.Discrete, penalised bool, smooth *smoothing) (l rolloutLists, err error) {
	in := rolloutInputs(d)
	t, x, a, w := in.t, in.x, in.a, in.w
	sign := 1.0
	if d.Maximize {
		sign = -1
	}
	list := func(out expr.Value) (nodes []expr.Node) {
		if err == nil {
			nodes, err = expr.Nodes(out, t, x, a, w, in.sharpness)
		}
		return nodes
	}
	soft := func(out expr.Value, sizes []float64) expr.Value {
		return expr.Smooth(out, in.sharpness, sizes, x, a, w)
	}
	if smooth == nil {
		smooth, soft = &smoothing{}, func(out expr.Value, _ []float64) expr.Value { return out }
	}
	final := soft(d.Final(x), smooth.final).Scale(sign)
	if penalised {
		end, err := d.FinalPenalty(x)
		if err != nil {
			return l, err
		}
		final = final.Add(end)
	}
	l.admit, l.final = list(d.Admit(t, x, a)), list(final)
	stages, e := control.EachStep(d, func(n int) (stageLists, error) {
		cost := soft(d.Cost(n, t, x, a), smooth.cost).Scale(sign)
		if penalised {
			cost = cost.Add(d.Penalty(n, t, x, a))
		}
		lists := stageLists{next: list(soft(d.Next(n, t, x, a, w), smooth.next)), cost: list(cost)}
		return lists, err
	})
	l.stages = stages
	return l, e
}

// model is a policy network for one problem in one precision: its parameters and
// what builds graphs of it.
type model[T autodiff.Float] struct {
	problem   *control.Discrete
	method    Method
	set       *bsde.Settings
	scales    *scales
	structure *structure // nil for none
	steep     bool       // see steepened
	lists     rolloutLists
	layout    autodiff.Layout
	params    []T
	states    []T
}

func newModel[T autodiff.Float](d *control.Discrete, m Method, set *bsde.Settings, s *scales) (*model[T], error) {
	p := &model[T]{problem: d, method: m, set: set, scales: s}
	var err error
	if p.lists, err = newRolloutLists(d, true, s.smooth); err != nil {
		return nil, err
	}
	if s.structure != nil {
		p.structure = s.structure.of
	}
	p.steep = steepens(d, m)
	// The layout is that of the networks of all steps.
	b := p.builder(true)
	x := b.Input("x", 2, d.StateDim)
	for n := range d.Steps {
		p.raw(b, n, x)
	}
	if err := autodiff.Fits[T](&p.layout); err != nil {
		return nil, err
	}
	p.params, p.states = params.Convert[T](p.layout.Initial(set.Seed)), params.Convert[T](p.layout.InitialState())
	return p, b.Err()
}

// builder is what a rollout is built with.
type builder struct {
	*network.Builder
	shifts []autodiff.Node // E_n of the steps in the graph, see adjointVariate
	sharp  autodiff.Node   // see sharpness
}

func (p *model[T]) builder(train bool) *builder {
	return &builder{Builder: &network.Builder{
		Graph: autodiff.NewGraph[T](&p.layout, train), Mean: p.scales.mean, InvStd: p.scales.invstd, Unit: 1,
		Outputs: p.problem.ActionDim, FixedStart: p.scales.fixedStart,
	}}
}

// raw is the output of the network at step n, with what the structure adds.
func (p *model[T]) raw(b *builder, n int, x autodiff.Node) autodiff.Node {
	raw := p.method.Network.Action(b.Builder, n, x)
	if p.structure != nil {
		raw = b.Add(raw, p.structure.add(b.Builder, &p.lists, p.scales.structure, n, x))
	}
	if p.steep {
		raw = b.steepened(raw)
	}
	return raw
}

// steepened is the raw action times a trained factor, which is 1 at first, for each component. Where an
// action jumps from one bound to the other, a sigmoid has to become steep: a single number does that
// sooner than all weights of a network together, and stays where it is in other problems.
func (b *builder) steepened(raw autodiff.Node) autodiff.Node {
	log := b.Param("steepness", 1, raw.Cols, network.LinearRate, autodiff.Fill(0))
	return b.Mul(raw, b.Unary(expr.Unary{Fn: expr.Exp}, log))
}

// steepens tells whether the actions of a problem lie between bounds and the network has structure.
func steepens(d *control.Discrete, m Method) bool {
	if _, shared := m.Network.(network.Shared); !shared || m.NoStructure {
		return false
	}
	_, box := d.Actions.(control.Box)
	return box
}

// piece is a stretch of the path, the steps first … first+count−1, as a graph. Inputs
// are "start", the states at its begin, batch×d, and "w", the noise of its steps one
// below the other; out is the states at its end, cost the column of its costs and
// variate that of the terms of the adjointVariate, the zero Node without.
func (p *model[T]) piece(b *builder, first, count, batch int, withVariate bool) (start, out, cost, variate autodiff.Node) {
	d, k := p.problem.StateDim, p.problem.Noises()
	start = b.Input("start", batch, d)
	w := b.Input("w", count*batch, k)
	x := start
	cost = b.Column(batch, 0)
	sharp := p.sharpness(b)
	for n := first; n < first+count; n++ {
		t := b.Constant(1, 1, []float64{p.problem.Time(n)})
		raw := p.raw(b, n, x)
		noise := b.Rows(w, (n-first)*batch, batch)
		bind := func(list []expr.Node, a autodiff.Node) autodiff.Node {
			e := b.Embed(list)
			e.BindInputs(t, x, a, noise, sharp)
			return e.Result()
		}
		a := b.full(bind(p.lists.admit, raw), batch)
		cost = b.Add(cost, bind(p.lists.stages[n].cost, a))
		x = b.full(bind(p.lists.stages[n].next, a), batch)
		if withVariate {
			var term autodiff.Node
			if x, term = b.variate(n, x, noise); n == first {
				variate = term
			} else {
				variate = b.Add(variate, term)
			}
		}
	}
	return start, x, cost, variate
}

// sharpness is the input of that name, for a problem whose jumps are smooth in training.
func (p *model[T]) sharpness(b *builder) autodiff.Node {
	if p.scales.smooth == nil {
		return autodiff.Node{}
	}
	if b.sharp == (autodiff.Node{}) {
		b.sharp = b.Input("sharpness", 1, 1)
	}
	return b.sharp
}

// full is a node with all rows, for an expression that is the same in each of them.
func (b *builder) full(x autodiff.Node, rows int) autodiff.Node {
	if x.Rows == rows {
		return x
	}
	return b.Add(x, b.Column(rows, 0))
}

// objective is the mean cost of a piece in units of the scale, and for the last piece
// the terminal cost, for others what the states at its end will cost: their scalar
// product with "adjoint", the gradient of the later cost in them.
func (p *model[T]) objective(b *builder, out, cost, variate autodiff.Node, last bool) autodiff.Node {
	mean := 1 / float64(out.Rows)
	if last {
		e := b.Embed(p.lists.final)
		e.BindInputs(autodiff.Node{}, out, autodiff.Node{}, autodiff.Node{}, p.sharpness(b))
		cost = b.Add(cost, e.Result())
	}
	sum := b.Scale(mean/p.scales.cost, cost)
	if !last {
		sum = b.Add(sum, b.RowDot(out, b.Input("adjoint", out.Rows, out.Cols)))
	}
	if variate != (autodiff.Node{}) {
		sum = b.Sub(sum, b.Scale(mean, variate))
	}
	return b.Sum(sum)
}
