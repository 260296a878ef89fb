package autodiff

import (
	"fmt"

	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// Embedding is an expression as part of a graph, built piece by piece: parts
// that have been given a node, by Bind or by an earlier Build, are not built
// again. That is how sub-expressions that do not depend on Y are computed once
// for all time steps.
type Embedding struct {
	g     *Graph
	list  []expr.Node
	nodes []Node
}

// Embed prepares an expression in the given inputs for a graph.
func (g *Graph) Embed(list []expr.Node) *Embedding {
	return &Embedding{g: g, list: list, nodes: make([]Node, len(list))}
}

// Clone is a copy that can be bound differently.
func (e *Embedding) Clone() *Embedding {
	return &Embedding{g: e.g, list: e.list, nodes: append([]Node(nil), e.nodes...)}
}

// Bind gives operation i of the list a node.
func (e *Embedding) Bind(i int, n Node) { e.nodes[i] = n }

// BindInputs gives every input of the expression its node.
func (e *Embedding) BindInputs(in ...Node) {
	for i, n := range e.list {
		if n.Op == expr.OpInput {
			e.nodes[i] = in[n.Input]
		}
	}
}

// Result is the node of the whole expression.
func (e *Embedding) Result() Node { return e.Build(len(e.list) - 1) }

// Build is the node of operation i, with all it needs.
func (e *Embedding) Build(i int) Node {
	if e.nodes[i].n != nil || e.g.err != nil {
		return e.nodes[i]
	}
	n := &e.list[i]
	args := make([]Node, len(n.Args))
	for k, a := range n.Args {
		args[k] = e.Build(a)
	}
	e.nodes[i] = e.build(n, args)
	return e.nodes[i]
}

func (e *Embedding) build(n *expr.Node, args []Node) Node {
	g := e.g
	switch n.Op {
	case expr.OpInput:
		return g.fail(fmt.Errorf("autodiff: input %s of the expression is not bound", n.Name))
	case expr.OpConst:
		return g.Constant(1, n.Width, n.Data)
	case expr.OpUnary:
		return g.Unary(n.Unary, args[0])
	case expr.OpBinary:
		return g.Binary(n.Bin, args[0], args[1])
	case expr.OpSelect:
		return g.apply(selectOp(), args...)
	case expr.OpSum:
		return g.apply(rowSumOp(), args...)
	case expr.OpDot:
		// A constant row stands for all rows.
		rows := max(args[0].Rows, args[1].Rows)
		return g.RowDot(g.repeatRows(args[0], rows), g.repeatRows(args[1], rows))
	case expr.OpNorm:
		return g.apply(normOp(), args...)
	case expr.OpMaxComp, expr.OpMinComp:
		return g.apply(extremeOp(n.Op), args...)
	case expr.OpSlice:
		return g.apply(sliceOp(n.Lo, n.Width), args...)
	case expr.OpConcat:
		return g.Concat(args...)
	case expr.OpLinear:
		return g.apply(matMulNTOp(), args[0], g.Constant(n.Width, args[0].Cols, n.Data))
	case expr.OpBroadcast:
		return g.apply(repeatOp(0, n.Width), args...)
	}
	return g.fail(fmt.Errorf("autodiff: unknown operation %d in an expression", n.Op))
}

func (g *Graph) repeatRows(x Node, rows int) Node {
	if x.Rows == rows {
		return x
	}
	return g.apply(repeatOp(rows, 0), x)
}
