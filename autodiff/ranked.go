package autodiff

import (
	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
	"gorgonia.org/gorgonia"
)

// everyone is the owner of a unit that all ranks do.
const everyone = -1

// assign shares the units of a program among the ranks: the parts of a batch, and of the sums over it, by the
// order of their rows; the rest is everyone's. A unit that needs the results of another rank comes in a later
// phase, after an exchange. Buffers are as safe as on one rank: what is exchanged is read after that, so
// that no result of an earlier phase is put into its place.
func (c *compiler[T]) assign() {
	if ranks.Count() == 1 {
		return
	}
	for _, u := range c.units {
		switch {
		case u.part >= 0:
			u.owner = u.part * ranks.Count() / len(u.parts)
		case len(u.units) > 1 && u.batch():
			u.owner = u.nth * ranks.Count() / len(u.units)
		}
		for _, w := range u.needs {
			u.phase = max(u.phase, c.units[w].phase)
			if c.crosses(w, u) {
				u.phase = max(u.phase, c.units[w].phase+1)
			}
		}
	}
}

// crosses tells whether the results of unit w come from another rank, on some rank that does u.
func (c *compiler[T]) crosses(w int, u *unit[T]) bool {
	from := c.units[w].owner
	return from != everyone && from != u.owner
}

// phase is tasks that a rank does between exchanges.
type phase[T Float] struct {
	plan  *Plan
	after ranks.Out // what is exchanged then; nil for nothing
}

// schedule makes the phases, once all results have their places. Results in keep are exchanged too.
func (c *compiler[T]) schedule(keep map[int]bool) {
	p, last := c.prog, 0
	for _, g := range c.tasks {
		last = max(last, g.phase)
	}
	own, crossing := make([][]int, last+1), make([][][][]T, last+1)
	for i, g := range c.tasks {
		if g.owner == everyone || g.owner == ranks.Self() {
			own[g.phase] = append(own[g.phase], i)
		}
	}
	any := make([]bool, last+1)
	for id, u := range c.units {
		crosses := u.owner != everyone && keep[id]
		for _, w := range u.users {
			crosses = crosses || c.crosses(id, c.units[w])
		}
		if !crosses {
			continue
		}
		at := &crossing[u.phase]
		if *at == nil {
			*at = make([][][]T, ranks.Count())
		}
		var data []T
		if u.part >= 0 {
			data = u.parts[u.part].data
		} else {
			data = u.out.span(u.lo, u.hi)
		}
		(*at)[u.owner], any[u.phase] = append((*at)[u.owner], data), true
	}
	for i, list := range own {
		h := phase[T]{plan: p.planOf(list)}
		if any[i] {
			h.after = ranks.Parts(crossing[i])
		}
		p.phases = append(p.phases, h)
	}
}

// planOf is the tasks of a list.
func (p *Program[T]) planOf(list []int) *Plan {
	return &Plan{
		count: len(list), task: func(i int) { p.exec(list[i]) }, ready: func(i int) bool { return p.ready(list[i]) },
		where: func(i int) float64 { return p.tasks[list[i]].where },
	}
}

// writersOf are the units that write the results in keep.
func (c *compiler[T]) writersOf(keep map[*gorgonia.Node]bool) map[int]bool {
	list := map[int]bool{}
	for n := range keep {
		if s := c.maker[c.view(n).root]; s != nil {
			for _, id := range s.units {
				list[id] = true
			}
		}
	}
	return list
}
