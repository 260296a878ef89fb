package autodiff

import (
	"fmt"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"gorgonia.org/gorgonia"
)

// step is one operation of a program.
type step[T Float] struct {
	node    *gorgonia.Node
	op      *op
	inputs  []*gorgonia.Node
	in      []matrix[T]
	out     matrix[T]
	units   []int       // that write the result, see cut
	partial []int       // that write a part of a sum over the rows each
	parts   []matrix[T] // which are these
}

// compiler turns the ancestors of the wanted nodes into a program.
type compiler[T Float] struct {
	g      *Graph
	prog   *Program[T]
	memory memory[T]
	values map[*gorgonia.Node]matrix[T] // leaves at first, everything in the end
	steps  []*step[T]                   // operands first
	maker  map[*gorgonia.Node]*step[T]  // of the nodes that are not leaves
	units  []*unit[T]
	tasks  []*group
}

// view is where a node lies: in the memory of root, from element at on.
type view struct {
	root *gorgonia.Node
	at   int
}

func (c *compiler[T]) view(n *gorgonia.Node) view {
	at := 0
	for s := c.maker[n]; s != nil && s.op.view; s = c.maker[n] {
		at += s.op.viewAt * toDims(n.Shape()).cols
		n = s.inputs[0]
	}
	return view{n, at}
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

// collect lists the operations under the wanted nodes, operands first and
// depth first, and binds the leaves to their memory.
func (c *compiler[T]) collect(wanted []*gorgonia.Node) error {
	done := map[*gorgonia.Node]bool{}
	stack := slices.Clone(wanted)
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		if done[n] {
			stack = stack[:len(stack)-1]
			continue
		}
		s := c.operation(n)
		ready := true
		for _, child := range s.inputs {
			if !done[child] {
				stack, ready = append(stack, child), false
			}
		}
		if !ready {
			continue
		}
		stack, done[n] = stack[:len(stack)-1], true
		switch {
		case len(s.inputs) == 0:
			if err := c.bindLeaf(n); err != nil {
				return err
			}
		case s.op == nil:
			return fmt.Errorf("autodiff: operation %v cannot be compiled", n.Op())
		default:
			d := toDims(n.Shape())
			s.out = matrix[T]{rows: d.rows, cols: d.cols}
			for _, child := range s.inputs {
				d := toDims(child.Shape())
				s.in = append(s.in, matrix[T]{rows: d.rows, cols: d.cols})
			}
			c.steps = append(c.steps, s)
			c.maker[n] = s
		}
	}
	return nil
}

// operation is the step that computes a node; its op is nil where there is none.
func (c *compiler[T]) operation(n *gorgonia.Node) *step[T] {
	if o, blocks, ok := c.stacked(n); ok {
		return &step[T]{node: n, op: o, inputs: blocks}
	}
	s := &step[T]{node: n, inputs: c.children(n)}
	if len(s.inputs) > 0 {
		s.op, _ = addOp(n.Op())
	}
	return s
}

// stacked recognises the gradient of a batch that was only read in blocks of
// rows: a sum of blocks, each embedded in zeros. Its operation puts the blocks
// below one another instead; their number squared would be the cost of the sum.
func (c *compiler[T]) stacked(n *gorgonia.Node) (*op, []*gorgonia.Node, bool) {
	if !isSum(n) {
		return nil, nil, false
	}
	var blocks []*gorgonia.Node
	var at []int
	rows := toDims(n.Shape()).rows
	covered := make([]bool, rows)
	terms := c.children(n)
	for len(terms) > 0 {
		t := terms[0]
		terms = terms[1:]
		if isSum(t) {
			terms = append(terms, c.children(t)...)
			continue
		}
		o, ok := t.Op().(*op)
		if !ok || o.embeds == nil {
			return nil, nil, false
		}
		block := c.children(t)[0]
		lo := *o.embeds
		for r := lo; r < lo+toDims(block.Shape()).rows; r++ {
			if covered[r] {
				return nil, nil, false
			}
			covered[r] = true
		}
		blocks, at = append(blocks, block), append(at, lo)
	}
	return stackOp(at, rows), blocks, true
}

func isSum(n *gorgonia.Node) bool {
	if n.Op() == nil {
		return false
	}
	_, own := n.Op().(*op)
	o, ok := addOp(n.Op())
	return !own && ok && o.name == expr.Add.Name()
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
		m.data = c.memory.make(d.size())
		c.prog.inputs[l.name] = m.data
	default:
		m.data = c.memory.make(d.size())
		for i, v := range l.data {
			m.data[i] = T(v)
		}
	}
	c.values[n] = m
	return nil
}
