package autodiff

import (
	"fmt"
	"math"
	"slices"
	"sync/atomic"

	"github.com/deepbsde/deepbsde/autodiff/internal/kernel"
	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
	"gorgonia.org/gorgonia"
)

// Program is a compiled graph: static buffers, no allocation in a run, the work
// cut into tasks that any number of workers shares with the same bits.
type Program[T Float] struct {
	Params []T // the flat vector of trained parameters, shared between programs of a model
	States []T // the untrained ones
	Grads  []T // gradients in the layout of Params, after Run of a program with a cost

	inputs  map[string][]T
	readers map[string][]reader[T]
	values  map[*gorgonia.Node]matrix[T]
	slopes  map[*gorgonia.Node]*gorgonia.Node // the gradients in inputs
	norms   []normUpdate[T]
	copies  [][2][]T // gradients to be copied (to, from) after a run
	spans   [][2]int // of Grads that a run writes
	tasks   []*task[T]
	run     atomic.Uint32 // number of the run
	plan    *Plan         // of the tasks
	phases  []phase[T]    // in the place of plan where ranks share it
	update  *Plan         // of the norms
	mulAdds int
}

// task is a piece of work: operations, or a part of one, done in order by one
// worker once the tasks it needs are done.
type task[T Float] struct {
	ops   []func(*call[T])
	calls []call[T]
	deps  []*task[T]
	where float64       // see Plan
	done  atomic.Uint32 // the run in which it was done last
}

type normUpdate[T Float] struct {
	batch, state []T
	momentum     float64
}

// Target says what a program is to compute.
type Target struct {
	Outputs []Node        // values to be read after a run
	Cost    Node          // scalar to be differentiated in all parameters; zero Node for none
	Wrt     []Node        // inputs in which the cost is to be differentiated too, see Program.Gradient
	Norms   []*NormUpdate // running statistics to be moved by UpdateNorms
	Shared  bool          // ranks share the work: all run the program, and not from a task
}

// Compile makes a program of a graph. params and states are the flat vectors of
// the graph's layout, which the program uses in place.
func Compile[T Float](g *Graph, t Target, params, states []T) (*Program[T], error) {
	return CompileIn(&Arena[T]{}, g, t, params, states)
}

// CompileIn is Compile with all results and gradients in the memory of an arena. The error is
// a *machine.MemoryError where there is no room for them.
func CompileIn[T Float](arena *Arena[T], g *Graph, t Target, params, states []T) (_ *Program[T], err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case full:
			err = r.error
		default:
			panic(r)
		}
	}()
	p := &Program[T]{Params: params, States: states, inputs: map[string][]T{}, readers: map[string][]reader[T]{}, slopes: map[*gorgonia.Node]*gorgonia.Node{}}
	c := &compiler[T]{g: g, prog: p, memory: arena.begin(), values: map[*gorgonia.Node]matrix[T]{}, maker: map[*gorgonia.Node]*step[T]{}}
	var wrt []Param
	var grads []Node
	if t.Cost.n != nil && g.err == nil {
		p.Grads = c.memory.take(len(params))
		var nodes []Node
		nodes, wrt = g.paramsOf(t.Cost)
		all := g.Gradient(t.Cost, append(nodes, t.Wrt...)...)
		t.Outputs = append(append([]Node{t.Cost}, t.Outputs...), all...)
		grads = all[:len(nodes)]
		for i, n := range t.Wrt {
			p.slopes[n.n] = all[len(nodes)+i].n
		}
	}
	for _, u := range t.Norms {
		t.Outputs = append(t.Outputs, u.batch, u.state)
	}
	if g.err != nil {
		return nil, g.err
	}
	if err := g.layout.covers(len(params), len(states)); err != nil {
		return nil, err
	}
	wanted, keep := []*gorgonia.Node{}, map[*gorgonia.Node]bool{}
	for _, n := range t.Outputs {
		wanted, keep[n.n] = append(wanted, n.n), true
	}
	if err := c.collect(wanted); err != nil {
		return nil, err
	}
	for n := range keep {
		if l, ok := g.leaves[c.view(n).root]; ok && l.kind == inputLeaf {
			return nil, fmt.Errorf("autodiff: output %v is input %s", n, l.name) // Bind would leave it behind
		}
	}
	c.cut()
	if t.Shared {
		c.assign()
	}
	c.gather()
	c.place(c.gradientMemory(grads, wrt), keep)
	c.bind()
	p.values = c.values
	p.plan = &Plan{count: len(p.tasks), task: p.exec, ready: p.ready, where: func(i int) float64 { return p.tasks[i].where }}
	if t.Shared && ranks.Count() > 1 {
		c.schedule(c.writersOf(keep))
	}
	p.update = NewPlan(len(t.Norms), p.updateNorm)
	for i, n := range grads {
		p.spans = append(p.spans, [2]int{wrt[i].Offset, wrt[i].Offset + wrt[i].Size()})
		to := p.Grads[wrt[i].Offset : wrt[i].Offset+wrt[i].Size()]
		if from := c.values[n.n].data; &from[0] != &to[0] {
			p.copies = append(p.copies, [2][]T{to, from})
		}
	}
	for _, u := range t.Norms {
		p.norms = append(p.norms, normUpdate[T]{c.values[u.batch.n].data, c.values[u.state.n].data, u.momentum})
	}
	return p, nil
}

// gradientMemory lets the operation that computes a gradient write it where it
// belongs, unless it is a leaf, a view, or the gradient of two parameters.
func (c *compiler[T]) gradientMemory(grads []Node, wrt []Param) map[*gorgonia.Node][]T {
	fixed := map[*gorgonia.Node][]T{}
	for i, n := range grads {
		if n.n.Op() == nil {
			continue // a leaf
		}
		o, ok := addOp(n.n.Op())
		if _, taken := fixed[n.n]; !taken && ok && !o.view {
			fixed[n.n] = c.prog.Grads[wrt[i].Offset : wrt[i].Offset+wrt[i].Size()]
		}
	}
	return fixed
}

// bind makes the tasks of the groups.
func (c *compiler[T]) bind() {
	for _, g := range c.tasks {
		t := &task[T]{where: g.where}
		for _, id := range g.units {
			f, k := c.call(c.units[id])
			t.ops, t.calls = append(t.ops, f), append(t.calls, k)
		}
		for _, b := range slices.Backward(g.needs) { // when the latest is done the others mostly are
			if c.tasks[b].phase == g.phase { // else it is done before
				t.deps = append(t.deps, c.prog.tasks[b])
			}
		}
		c.prog.tasks = append(c.prog.tasks, t)
	}
}

// call is what a unit does.
func (c *compiler[T]) call(u *unit[T]) (func(*call[T]), call[T]) {
	f, _ := any(u.op.f32).(func(*call[T]))
	if f == nil {
		f = any(u.op.f64).(func(*call[T]))
	}
	switch {
	case u.part >= 0:
		k := call[T]{out: u.parts[u.part], in: make([]matrix[T], len(u.in)), hi: u.out.rows}
		for i, m := range u.in {
			k.in[i] = matrix[T]{u.hi - u.lo, m.cols, m.span(u.lo, u.hi)}
			c.read(&k.in[i], u.inputs[i], u.lo)
		}
		return f, k
	case len(u.parts) > 0:
		return addParts[T], call[T]{out: u.out, in: u.parts}
	}
	return f, call[T]{out: u.out, in: u.in, lo: u.lo, hi: u.hi}
}

// addParts is the sum of its operands, in order.
func addParts[T Float](k *call[T]) {
	kernel.Add(k.out.data, k.in[0].data, k.in[1].data)
	for _, m := range k.in[2:] {
		kernel.Add(k.out.data, k.out.data, m.data)
	}
}

// Input is the buffer of an input, to be filled before Run; nil where the
// program does not use the input.
func (p *Program[T]) Input(name string) []T { return p.inputs[name] }

// Bind lets the program read the input from data from the next run on, instead of
// the buffer that Input gave. The length must be the same; nil stands for an input
// that the program does not use.
func (p *Program[T]) Bind(name string, data []T) {
	if len(data) != len(p.inputs[name]) {
		panic("autodiff: input " + name + " bound to data of another length")
	}
	p.inputs[name] = data
	for _, r := range p.readers[name] {
		r.in.data = data[r.at : r.at+r.in.rows*r.in.cols]
	}
}

// reader is an operand that is an input or a stretch of its rows.
type reader[T Float] struct {
	in *matrix[T]
	at int
}

// Value is the buffer of an output or of the cost, valid until the next Run.
func (p *Program[T]) Value(n Node) []T { return p.values[n.n].data }

// Gradient is the buffer of the gradient in an input of Target.Wrt, valid until the
// next Run.
func (p *Program[T]) Gradient(n Node) []T { return p.values[p.slopes[n.n]].data }

// AddGrads adds the gradients of the last run to total, in the layout of Params.
func (p *Program[T]) AddGrads(total []T) {
	for _, s := range p.spans {
		kernel.Add(total[s[0]:s[1]], total[s[0]:s[1]], p.Grads[s[0]:s[1]])
	}
}

// Run computes everything once, with the workers of the pool.
func (p *Program[T]) Run(pool *Pool) {
	p.run.Add(1)
	if p.phases == nil {
		pool.Do(p.plan)
	}
	for _, h := range p.phases {
		pool.Do(h.plan)
		if h.after != nil {
			ranks.Exchange(h.after)
		}
	}
	for _, c := range p.copies {
		copy(c[0], c[1])
	}
}

func (p *Program[T]) ready(i int) bool {
	run := p.run.Load()
	for _, d := range p.tasks[i].deps {
		if d.done.Load() != run {
			return false
		}
	}
	return true
}

func (p *Program[T]) exec(i int) {
	t := p.tasks[i]
	for k, f := range t.ops {
		f(&t.calls[k])
	}
	t.done.Store(p.run.Load())
}

// UpdateNorms moves the running statistics by those of the last batch.
func (p *Program[T]) UpdateNorms(pool *Pool) { pool.Do(p.update) }

func (p *Program[T]) updateNorm(i int) {
	u := &p.norms[i]
	n := len(u.state) / 2
	for j := range n {
		u.state[j] = T(u.momentum)*u.state[j] + T(1-u.momentum)*u.batch[j]
		// Kept as 1/√variance; the average is of the variances.
		old, batch := float64(u.state[n+j]), float64(u.batch[n+j])
		variance := u.momentum/(old*old) + (1-u.momentum)/(batch*batch)
		u.state[n+j] = T(1 / math.Sqrt(variance))
	}
}

// MulAdds is the number of multiply-adds in the matrix products of a run.
func (p *Program[T]) MulAdds() int { return p.mulAdds }
