package autodiff

import (
	"slices"

	"gorgonia.org/gorgonia"
)

// access is a unit that reads or writes the numbers lo … hi−1 of a buffer.
type access struct{ unit, lo, hi int }

// buffer is memory for one result after another.
type buffer[T Float] struct {
	data []T
	used []access // by the present content
	last int      // the last step that reads it
}

// tried is the number of free buffers that are looked at for a result. The one that
// became free last comes first: it is most likely still in a cache.
const tried = 16

// place gives every step its output memory, before the steps are bound to it.
// Fixed outputs lie where they are wanted; views in their operand; the others in
// buffers, which are used again by steps that in any case come after all who use
// their content.
func (c *compiler[T]) place(fixed map[*gorgonia.Node][]T, keep map[*gorgonia.Node]bool) {
	uses, last := c.accesses()
	for n := range keep {
		last[c.view(n).root] = len(c.steps)
	}
	free := map[int][]*buffer[T]{} // by size
	var held []*buffer[T]
	for i, s := range c.steps {
		held = release(held, free, i)
		switch data, isFixed := fixed[s.node]; {
		case isFixed:
			s.out.data = data
		case s.op.view:
			v := c.view(s.node)
			s.out.data = c.values[v.root].data[v.at : v.at+s.out.rows*s.out.cols]
		default:
			size := s.out.rows * s.out.cols
			b := c.pick(free, size, uses[s.node])
			b.used, b.last = uses[s.node], last[s.node]
			held = append(held, b)
			s.out.data = b.data
		}
		c.values[s.node] = s.out
	}
	for _, s := range c.steps {
		for i, n := range s.inputs {
			s.in[i].data = c.values[n].data
			c.read(&s.in[i], n, 0)
		}
	}
}

// read notes that in is node n from the given row on, for Bind.
func (c *compiler[T]) read(in *matrix[T], n *gorgonia.Node, row int) {
	v := c.view(n)
	if l, ok := c.g.leaves[v.root]; ok && l.kind == inputLeaf {
		c.prog.readers[l.name] = append(c.prog.readers[l.name], reader[T]{in, v.at + row*in.cols})
	}
}

// accesses lists for every root who uses it, and the last step that does.
func (c *compiler[T]) accesses() (map[*gorgonia.Node][]access, map[*gorgonia.Node]int) {
	uses, last := map[*gorgonia.Node][]access{}, map[*gorgonia.Node]int{}
	for i, s := range c.steps {
		for _, id := range s.units {
			u := c.units[id]
			uses[s.node] = append(uses[s.node], access{id, u.lo * s.out.cols, u.hi * s.out.cols})
		}
		for _, id := range append(slices.Clone(s.partial), s.units...) {
			for k, n := range s.inputs {
				in, v := s.in[k], c.view(n)
				lo, hi := c.units[id].reads(k)
				uses[v.root] = append(uses[v.root], access{id, v.at + lo*in.cols, v.at + hi*in.cols})
			}
		}
		for _, n := range s.inputs {
			last[c.view(n).root] = i
		}
	}
	return uses, last
}

// release moves the buffers that no step from i on reads to the free ones.
func release[T Float](held []*buffer[T], free map[int][]*buffer[T], i int) []*buffer[T] {
	kept := held[:0]
	for _, b := range held {
		if b.last < i {
			free[len(b.data)] = append(free[len(b.data)], b)
		} else {
			kept = append(kept, b)
		}
	}
	return kept
}

// pick finds a free buffer for a result with the given uses, or makes one.
func (c *compiler[T]) pick(free map[int][]*buffer[T], size int, uses []access) *buffer[T] {
	list := free[size]
	for k := len(list) - 1; k >= max(0, len(list)-tried); k-- {
		if b := list[k]; c.follow(uses, b.used) {
			free[size] = append(list[:k], list[k+1:]...)
			return b
		}
	}
	return &buffer[T]{data: c.memory.take(size)}
}

// follow tells whether all of uses that write a number come after all of old that
// use it. The writers are at the head of uses, each with its own numbers.
func (c *compiler[T]) follow(uses, old []access) bool {
	writers := uses[:len(c.units[uses[0].unit].step.units)]
	for _, w := range writers {
		for _, o := range old {
			before, after := c.units[o.unit].group, c.units[w.unit].group
			if o.lo < w.hi && w.lo < o.hi && before != after && !c.tasks[after].after.has(before) {
				return false
			}
		}
	}
	return true
}
