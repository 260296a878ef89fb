package main

import (
	"slices"

	"github.com/mmcloughlin/avo/ir"
)

// interleave emits two pieces of straight code that do not depend on each other,
// mixed in proportion to their lengths. A long chain of dependent instructions
// leaves most of the machine idle, and the processor looks for other work only
// some hundred instructions ahead: less than to the next turn of a long loop.
func (m *machine) interleave(a, b func()) {
	nodes := m.nodes()
	start := len(*nodes)
	cut := func(emit func()) []ir.Node {
		emit()
		piece := slices.Clone((*nodes)[start:])
		*nodes = (*nodes)[:start]
		return piece
	}
	x, y := cut(a), cut(b)
	i, j := 0, 0
	for i < len(x) || j < len(y) {
		if i*len(y) <= j*len(x) && i < len(x) {
			*nodes = append(*nodes, x[i])
			i++
		} else {
			*nodes = append(*nodes, y[j])
			j++
		}
	}
}

// nodes are what the function being emitted has so far.
func (m *machine) nodes() *[]ir.Node {
	file, err := m.Result()
	if err != nil {
		panic(err)
	}
	all := file.Functions()
	return &all[len(all)-1].Nodes
}
