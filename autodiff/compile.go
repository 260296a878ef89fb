package autodiff

import (
	"fmt"
	"sort"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"gorgonia.org/gorgonia"
)

// step is one operation of a program before it is cut into tasks.
type step[T Float] struct {
	node   *gorgonia.Node
	op     *op
	out    matrix[T]
	level  int
	inputs []*gorgonia.Node
}

// compiler turns the ancestors of the wanted nodes into a program.
type compiler[T Float] struct {
	g      *Graph
	prog   *Program[T]
	values map[*gorgonia.Node]matrix[T]
	steps  []*step[T]
	root   map[*gorgonia.Node]*gorgonia.Node // a view's operand, through all views
}

// addOp recognises the sums that gorgonia's Grad puts between this package's
// operations, gorgonia's own "+".
func addOp(o gorgonia.Op) (*op, bool) {
	if own, ok := o.(*op); ok {
		return own, true
	}
	if len(o.String()) > 0 && o.String()[0] == '+' {
		return binaryOp(expr.Add), true
	}
	return nil, false
}

// children are the operands in order, through gorgonia's public interface.
func (c *compiler[T]) children(n *gorgonia.Node) []*gorgonia.Node {
	var list []*gorgonia.Node
	for it := c.g.g.From(n.ID()); it.Next(); {
		list = append(list, it.Node().(*gorgonia.Node))
	}
	return list
}

// collect lists the operations under the wanted nodes, operands first, and binds
// the leaves to their memory.
func (c *compiler[T]) collect(wanted []*gorgonia.Node) error {
	level := map[*gorgonia.Node]int{}
	stack := append([]*gorgonia.Node(nil), wanted...)
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		if _, done := level[n]; done {
			stack = stack[:len(stack)-1]
			continue
		}
		children, ready, deepest := c.children(n), true, 0
		for _, child := range children {
			l, done := level[child]
			if !done {
				stack = append(stack, child)
				ready = false
			}
			deepest = max(deepest, l)
		}
		if !ready {
			continue
		}
		stack = stack[:len(stack)-1]
		if len(children) == 0 {
			level[n] = 0
			if err := c.bindLeaf(n); err != nil {
				return err
			}
			continue
		}
		o, ok := addOp(n.Op())
		if !ok {
			return fmt.Errorf("autodiff: operation %v cannot be compiled", n.Op())
		}
		level[n] = deepest + 1
		s := &step[T]{node: n, op: o, level: level[n], inputs: children}
		if o.view {
			s.level, level[n] = deepest, deepest
		}
		c.steps = append(c.steps, s)
	}
	// By level, so that independent parts stand side by side and the workers
	// find something to do; the sort is stable, which keeps operands first.
	sort.SliceStable(c.steps, func(i, j int) bool { return c.steps[i].level < c.steps[j].level })
	return nil
}

// bindLeaf gives a leaf its memory: a part of the parameter or state vector, an
// input buffer or a constant.
func (c *compiler[T]) bindLeaf(n *gorgonia.Node) error {
	d := toDims(n.Shape())
	l, known := c.g.leaves[n]
	m := matrix[T]{rows: d.rows, cols: d.cols}
	switch {
	case !known: // gorgonia's constant 1, the gradient of the cost in itself
		v, ok := n.Value().(gorgonia.Scalar)
		if !ok {
			return fmt.Errorf("autodiff: node %v is neither input nor parameter nor constant", n)
		}
		m.data = []T{v.Data().(T)}
	case l.kind == paramLeaf:
		m.data = c.prog.Params[l.at : l.at+d.size()]
	case l.kind == stateLeaf:
		m.data = c.prog.States[l.at : l.at+d.size()]
	case l.kind == inputLeaf:
		m.data = make([]T, d.size())
		c.prog.inputs[l.name] = m.data
	default:
		m.data = make([]T, d.size())
		for i, v := range l.data {
			m.data[i] = T(v)
		}
	}
	c.values[n] = m
	return nil
}

// place gives every step its output memory. Fixed outputs lie where they are
// wanted; views in their operand; the others in buffers that are used again when
// all readers of the old content stand earlier in the program.
func (c *compiler[T]) place(fixed map[*gorgonia.Node][]T, keep map[*gorgonia.Node]bool) {
	last := map[*gorgonia.Node]int{} // position of the last reader of a root
	for i, s := range c.steps {
		for _, in := range s.inputs {
			last[c.rootOf(in)] = i
		}
		if s.op.view {
			c.root[s.node] = c.rootOf(s.inputs[0])
		}
	}
	for n := range keep {
		last[c.rootOf(n)] = len(c.steps)
	}
	type buffer struct {
		data []T
		free int // position from which on it may be written
	}
	var buffers []*buffer
	held := map[*gorgonia.Node]*buffer{}
	for i, s := range c.steps {
		for n, b := range held {
			if last[n] < i {
				b.free = i
				delete(held, n)
			}
		}
		d := toDims(s.node.Shape())
		s.out = matrix[T]{rows: d.rows, cols: d.cols}
		switch data, isFixed := fixed[s.node]; {
		case isFixed:
			s.out.data = data
		case s.op.view:
			from := c.values[s.inputs[0]]
			s.out.data = from.span(s.op.viewAt, s.op.viewAt+d.rows)
		default:
			var pick *buffer
			for _, b := range buffers {
				if b.free >= 0 && len(b.data) == d.size() && (pick == nil || b.free < pick.free) {
					pick = b
				}
			}
			if pick == nil {
				pick = &buffer{data: make([]T, d.size())}
				buffers = append(buffers, pick)
			}
			pick.free = -1
			s.out.data = pick.data
			held[s.node] = pick
		}
		c.values[s.node] = s.out
	}
}

func (c *compiler[T]) rootOf(n *gorgonia.Node) *gorgonia.Node {
	if r, ok := c.root[n]; ok {
		return r
	}
	return n
}

// splitCost is the number of multiply-adds that a task should have, and
// mergeCost the number up to which small operations are put into one task.
const (
	splitCost = 1 << 19
	mergeCost = 1 << 14
	opCost    = 256 // of any operation, however small, in multiply-adds
)

// schedule cuts the steps into tasks with their dependencies. The cut depends
// on the graph alone, never on the number of workers.
func (c *compiler[T]) schedule() {
	p := c.prog
	owner := map[*T][]int{}   // first element of a buffer → tasks that wrote it last
	readers := map[*T][]int{} // … → tasks that have read it since
	open, room := -1, 0       // the task that small operations are added to
	for _, s := range c.steps {
		if s.op.view {
			continue
		}
		in := make([]matrix[T], len(s.inputs))
		shapes := make([]dims, len(s.inputs))
		deps := map[int]bool{}
		for i, n := range s.inputs {
			in[i] = c.values[n]
			shapes[i] = dims{in[i].rows, in[i].cols}
			for _, t := range owner[c.memory(n)] {
				deps[t] = true
			}
		}
		key := &s.out.data[0]
		for _, t := range readers[key] {
			deps[t] = true
		}
		perRow := s.out.cols
		if s.op.cost != nil {
			perRow = s.op.cost(shapes)
		}
		cost := opCost + perRow*s.out.rows
		parts := 1
		if !s.op.whole {
			parts = min(max(1, cost/splitCost), s.out.rows, 16)
		}
		var mine []int
		if parts == 1 && cost < mergeCost && open >= 0 && cost <= room {
			p.tasks[open].add(s, in, 0, s.out.rows)
			delete(deps, open)
			p.tasks[open].need(deps)
			room -= cost
			mine = []int{open}
		} else {
			for k := range parts {
				t := &task[T]{}
				t.add(s, in, s.out.rows*k/parts, s.out.rows*(k+1)/parts)
				t.need(deps)
				mine = append(mine, len(p.tasks))
				p.tasks = append(p.tasks, t)
			}
			open = -1
			if parts == 1 && cost < mergeCost {
				open, room = mine[0], mergeCost-cost
			}
		}
		owner[key], readers[key] = mine, nil
		for _, n := range s.inputs {
			m := c.memory(n)
			readers[m] = append(readers[m], mine...)
		}
	}
	p.finish()
}

// memory identifies the buffer of a node by its first element, a view by that of
// its root.
func (c *compiler[T]) memory(n *gorgonia.Node) *T { return &c.values[c.rootOf(n)].data[0] }
