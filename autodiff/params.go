package autodiff

import (
	"sort"

	"gorgonia.org/gorgonia"
)

// paramsOf lists the parameters that a node depends on differentiably, in the
// order of the flat vector; gorgonia refuses to differentiate in the others.
func (g *Graph) paramsOf(out Node) ([]Node, []Param) {
	entry := map[string]Param{}
	for _, p := range g.layout.params {
		entry[p.Name] = p
	}
	var nodes []Node
	seen := map[*gorgonia.Node]bool{out.n: true}
	stack := []*gorgonia.Node{out.n}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if l, ok := g.leaves[n]; ok && l.kind == paramLeaf {
			nodes = append(nodes, Node{n: n})
		}
		var wrt []bool
		if o, ok := n.Op().(*op); ok {
			wrt = o.DiffWRT(o.arity)
		}
		for i, it := 0, g.g.From(n.ID()); it.Next(); i++ {
			if child := it.Node().(*gorgonia.Node); !seen[child] && (wrt == nil || wrt[i]) {
				seen[child] = true
				stack = append(stack, child)
			}
		}
	}
	sort.Slice(nodes, func(i, j int) bool { return g.leaves[nodes[i].n].at < g.leaves[nodes[j].n].at })
	params := make([]Param, len(nodes))
	for i, n := range nodes {
		params[i] = entry[g.leaves[n.n].name]
	}
	return nodes, params
}
