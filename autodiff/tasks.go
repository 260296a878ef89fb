package autodiff

import (
	"cmp"
	"slices"
)

// Costs are in multiply-adds of a matrix product, about 10 ps each. None of them
// decides a result: they depend on the graph alone, never on the number of workers.
const (
	opCost      = 1 << 12 // of any operation, however small
	elementCost = 8       // of a number that is not part of a product
	splitCost   = 1 << 19 // an operation on a batch of more is split, if it can be
	tileRows    = 8       // into multiples of so many rows, a tile of the matrix product
	batchRows   = 64      // at least so many of a batch
	otherCost   = 1 << 20 // the same for operations that are not on a batch
	otherRows   = 16
	sumParts    = 16      // a sum over a batch has at most so many parts
	groupCost   = 1 << 21 // a task of more is not added to
	smallCost   = 1 << 18 // a task of less is not worth a worker of its own
	delayed     = 2       // so many operations may be kept waiting by an addition to a task
)

// unit is an operation or, where it is split, the part of it for rows lo … hi−1 of
// the output; of a sum, for those of the operands.
type unit[T Float] struct {
	*step[T]
	lo, hi int
	nth    int // of the step's units
	part   int // of a sum, −1: no part
	owner  int // the rank that does it
	phase  int
	cost   int
	start  int   // cost of the longest way to it
	needs  []int // units that come before it
	users  []int // units that it comes before
	group  int   // −1: none yet
}

// reads is the rows of an operand that the unit reads.
func (u *unit[T]) reads(operand int) (lo, hi int) {
	switch {
	case u.part >= 0:
		return u.lo, u.hi
	case len(u.parts) > 0:
		return 0, 0 // its parts do
	}
	in := u.in[operand]
	return u.op.needs(operand, dims{in.rows, in.cols}, dims{u.out.rows, u.out.cols}, u.lo, u.hi)
}

func (u *unit[T]) end() int { return u.start + u.cost }

// group is a task while tasks are being made: units that one worker does in
// order.
type group struct {
	units []int
	cost  int
	start int     // as of units
	needs []int   // groups that come before it, in increasing order
	after bits    // all groups that come before it, through others too
	where float64 // see Plan
	owner int     // of all its units, and so is phase
	phase int
}

// cut splits the steps into units and finds what each has to wait for. Rows that
// do not mix stay apart through any number of steps: batches of equal size are
// split in the same way, and so are the sums over their rows.
func (c *compiler[T]) cut() {
	largest := map[int]int{} // cost of the largest step on a batch, by the rows of the batch
	for _, s := range c.steps {
		if s.batch() {
			largest[s.out.rows] = max(largest[s.out.rows], s.cost())
		}
	}
	inBatch := func(rows int) int { return pieces(largest[rows], splitCost, rows, batchRows) }
	for _, s := range c.steps {
		parts, rows := 1, s.out.rows
		switch {
		case s.op.view:
			continue
		case s.op.sums && inBatch(s.in[0].rows) > 1:
			c.cutSum(s, min(inBatch(s.in[0].rows), sumParts))
		case s.batch():
			parts = inBatch(rows)
		case !s.op.whole:
			parts = pieces(s.cost(), otherCost, rows, otherRows)
		}
		if s.op.product {
			c.prog.mulAdds += s.cost()
		}
		cost := s.cost() / parts
		if len(s.parts) > 0 {
			cost = len(s.parts) * rows * s.out.cols
		}
		for k := range parts {
			u := &unit[T]{step: s, lo: boundary(rows, k, parts), hi: boundary(rows, k+1, parts), nth: k, part: -1, owner: everyone, cost: opCost + cost}
			s.units = append(s.units, c.add(u))
		}
	}
}

// pieces is how many parts an operation of the given cost is split into, of at least
// so many rows each.
func pieces(cost, each, rows, least int) int { return max(1, min((cost+each-1)/each, rows/least)) }

// boundary is where part k begins.
func boundary(rows, k, parts int) int {
	if k == parts {
		return rows
	}
	return rows * k / parts / tileRows * tileRows
}

// cutSum makes a unit for each part of a sum over the rows of a batch. A part is in
// the cache of the worker that made those rows.
func (c *compiler[T]) cutSum(s *step[T], parts int) {
	rows := s.in[0].rows
	for k := range parts {
		s.parts = append(s.parts, matrix[T]{s.out.rows, s.out.cols, make([]T, s.out.rows*s.out.cols)})
		u := &unit[T]{step: s, lo: boundary(rows, k, parts), hi: boundary(rows, k+1, parts), part: k, owner: everyone, cost: opCost + s.cost()/parts}
		s.partial = append(s.partial, c.add(u))
	}
}

// add appends a unit and lists the units that it needs: those that write numbers it
// reads.
func (c *compiler[T]) add(u *unit[T]) int {
	id := len(c.units)
	c.units = append(c.units, u)
	u.group = -1
	need := func(w int) {
		m := c.units[w]
		u.needs, m.users = append(u.needs, w), append(m.users, id)
		u.start = max(u.start, m.end())
	}
	for i, n := range u.inputs {
		in := u.in[i]
		lo, hi := u.reads(i)
		v := c.view(n)
		maker := c.maker[v.root]
		if maker == nil {
			continue // a leaf
		}
		for _, w := range maker.units {
			m := c.units[w]
			if m.lo*m.out.cols < v.at+hi*in.cols && v.at+lo*in.cols < m.hi*m.out.cols && !slices.Contains(u.needs, w) {
				need(w)
			}
		}
	}
	if u.part < 0 {
		for _, w := range u.partial {
			need(w)
		}
	}
	return id
}

// batch tells whether the rows stay apart.
func (s *step[T]) batch() bool {
	if s.op.view || s.op.whole {
		return false
	}
	for i, m := range s.in {
		if from, to := s.op.needs(i, dims{m.rows, m.cols}, dims{s.out.rows, s.out.cols}, 0, 1); m.rows > 1 && from == 0 && to == 1 {
			return true
		}
	}
	return false
}

func (s *step[T]) cost() int {
	if s.op.cost == nil {
		return s.out.rows * s.out.cols * elementCost
	}
	return s.out.rows * s.op.cost(s.shapes())
}

func (s *step[T]) shapes() []dims {
	list := make([]dims, len(s.in))
	for i, m := range s.in {
		list[i] = dims{m.rows, m.cols}
	}
	return list
}

// gather puts the units into groups. A unit is added to the group of the last one
// that it needs, whose results are still in the worker's cache, unless the group
// is large, or others would have to wait for the addition.
func (c *compiler[T]) gather() {
	leaf := -1 // the group of small units that need nothing
	for id, u := range c.units {
		before := c.groupsOf(u)
		at := leaf
		if len(before) > 0 {
			at = before[len(before)-1]
		} else if len(u.step.units) > 1 || u.part >= 0 {
			at = -1 // the head of a chain
		}
		if at < 0 || !c.joins(u, c.tasks[at], before) {
			at = len(c.tasks)
			c.tasks = append(c.tasks, &group{owner: u.owner, phase: u.phase})
			if len(before) == 0 && len(u.step.units) == 1 && u.part < 0 {
				leaf = at
			}
		}
		g := c.tasks[at]
		g.units, g.cost, u.group = append(g.units, id), g.cost+u.cost, at
		for _, b := range before {
			if b != at {
				g.after.add(b)
				g.after.addAll(c.tasks[b].after)
			}
		}
	}
	c.sort()
	for _, g := range c.tasks {
		g.where = c.where(g)
	}
}

// where is the place of a group in the order of the rows or, if they are not split,
// of the parameters that it works on, else that of the last group it needs.
func (c *compiler[T]) where(g *group) float64 {
	for _, id := range g.units {
		u := c.units[id]
		switch {
		case u.part >= 0:
			return float64(u.part) / float64(len(u.parts))
		case len(u.units) > 1:
			return float64(u.lo) / float64(u.out.rows)
		}
	}
	for _, id := range g.units {
		for _, n := range c.units[id].inputs {
			if l, ok := c.g.leaves[n]; ok && l.kind == paramLeaf {
				return float64(l.at) / float64(len(c.prog.Params))
			}
		}
	}
	if len(g.needs) == 0 {
		return 0
	}
	return c.tasks[g.needs[len(g.needs)-1]].where
}

// groupsOf lists the groups of what u needs, in increasing order.
func (c *compiler[T]) groupsOf(u *unit[T]) []int {
	var list []int
	for _, w := range u.needs {
		list = append(list, c.units[w].group)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// joins tells whether u may be added to g, the last of the groups it needs.
func (c *compiler[T]) joins(u *unit[T], g *group, before []int) bool {
	total := g.cost + u.cost
	if total > groupCost || g.owner != u.owner || g.phase != u.phase {
		return false
	}
	if total <= smallCost || len(before) == 0 {
		return total <= smallCost
	}
	for _, b := range before {
		if c.tasks[b] != g && !g.after.has(b) {
			return false // g would have to wait as well
		}
	}
	waiting := map[int]bool{}
	for _, w := range g.units {
		for _, other := range c.units[w].users {
			if o := c.units[other]; o != u && o.group != c.units[w].group && o.start < u.end() {
				waiting[other] = true
			}
		}
	}
	return len(waiting) <= delayed
}

// sort puts the groups into the order in which they could begin, which is one in
// which none needs a later one.
func (c *compiler[T]) sort() {
	for i, g := range c.tasks {
		for _, id := range g.units {
			for _, b := range c.groupsOf(c.units[id]) {
				if b != i {
					g.needs = append(g.needs, b)
					g.start = max(g.start, c.tasks[b].start+c.tasks[b].cost)
				}
			}
		}
	}
	position := make([]int, len(c.tasks))
	order := make([]int, len(c.tasks))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(c.tasks[a].start, c.tasks[b].start) })
	sorted := make([]*group, len(order))
	for to, from := range order {
		position[from], sorted[to] = to, c.tasks[from]
	}
	c.tasks = sorted
	for i, g := range c.tasks {
		g.after = nil
		for k, b := range g.needs {
			b = position[b]
			g.needs[k] = b
			g.after.add(b)
			g.after.addAll(c.tasks[b].after)
		}
		slices.Sort(g.needs)
		g.needs = slices.Compact(g.needs)
		for _, id := range g.units {
			c.units[id].group = i
		}
	}
	for _, g := range c.tasks { // what is needed through another need not be waited for
		g.needs = slices.DeleteFunc(g.needs, func(b int) bool {
			return slices.ContainsFunc(g.needs, func(other int) bool { return other > b && c.tasks[other].after.has(b) })
		})
	}
}

// bits is a set of small numbers.
type bits []uint64

func (b *bits) add(i int) {
	for i/64 >= len(*b) {
		*b = append(*b, 0)
	}
	(*b)[i/64] |= 1 << (i % 64)
}

func (b *bits) addAll(other bits) {
	for len(*b) < len(other) {
		*b = append(*b, 0)
	}
	for i, w := range other {
		(*b)[i] |= w
	}
}

func (b bits) has(i int) bool { return i/64 < len(b) && b[i/64]>>(i%64)&1 == 1 }
