package autodiff

import (
	"errors"
	"fmt"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Graph is a gorgonia graph under construction. Errors stick and are reported
// by Compile. Every node is a matrix, except the scalar made by Loss and Sum.
type Graph struct {
	g      *gorgonia.ExprGraph
	dtype  tensor.Dtype
	layout *Layout
	leaves map[*gorgonia.Node]leaf
	params map[string]Node
	train  bool
	err    error
}

// leaf is a node without operands: what it is filled from.
type leaf struct {
	kind leafKind
	name string
	at   int       // offset in the parameter or state vector
	data []float64 // constant
}

type leafKind uint8

const (
	inputLeaf leafKind = iota
	paramLeaf
	stateLeaf
	constLeaf
)

// Node is a matrix in a graph; Rows and Cols are its shape.
type Node struct {
	n          *gorgonia.Node
	Rows, Cols int
}

// NewGraph starts a graph for precision T whose parameters go into layout. A
// training graph normalises batches by their own statistics, others by the
// running ones.
func NewGraph[T Float](layout *Layout, train bool) *Graph {
	g := &Graph{g: gorgonia.NewGraph(), dtype: tensor.Float32, layout: layout, train: train, leaves: map[*gorgonia.Node]leaf{}, params: map[string]Node{}}
	if _, ok := any(T(0)).(float64); ok {
		g.dtype = tensor.Float64
	}
	return g
}

// Err is the first error met while building.
func (g *Graph) Err() error { return g.err }

// Fail records an error of the caller's, unless there is one already.
func (g *Graph) Fail(err error) { g.fail(err) }

func (g *Graph) fail(err error) Node {
	if g.err == nil {
		g.err = err
	}
	return Node{}
}

func (g *Graph) leaf(l leaf, rows, cols int) Node {
	if rows < 1 || cols < 1 {
		return g.fail(fmt.Errorf("autodiff: %s has shape %d×%d", l.name, rows, cols))
	}
	n := gorgonia.NewMatrix(g.g, g.dtype, gorgonia.WithShape(rows, cols), gorgonia.WithName(fmt.Sprintf("%d %s", l.kind, l.name)))
	g.leaves[n] = l
	return Node{n, rows, cols}
}

// Input is a matrix given at every run, see Program.Input.
func (g *Graph) Input(name string, rows, cols int) Node {
	return g.leaf(leaf{kind: inputLeaf, name: name}, rows, cols)
}

// Param is a trained parameter; rate multiplies the learning rate. Asked for again,
// it is the same node.
func (g *Graph) Param(name string, rows, cols int, rate float64, init Init) Node {
	if n, ok := g.params[name]; ok && n.Rows == rows && n.Cols == cols {
		return n
	}
	p, err := add(&g.layout.params, Param{Name: name, Rows: rows, Cols: cols, Rate: rate, Init: init})
	if err != nil {
		return g.fail(err)
	}
	n := g.leaf(leaf{kind: paramLeaf, name: name, at: p.Offset}, rows, cols)
	g.params[name] = n
	return n
}

// State is a parameter that is kept but not trained.
func (g *Graph) State(name string, rows, cols int, init Init) Node {
	p, err := add(&g.layout.states, Param{Name: name, Rows: rows, Cols: cols, Init: init})
	if err != nil {
		return g.fail(err)
	}
	return g.leaf(leaf{kind: stateLeaf, name: name, at: p.Offset}, rows, cols)
}

// Constant is a fixed matrix, row-major.
func (g *Graph) Constant(rows, cols int, data []float64) Node {
	if len(data) != rows*cols {
		return g.fail(fmt.Errorf("autodiff: constant %d×%d of %d numbers", rows, cols, len(data)))
	}
	// Equal names would merge different constants.
	return g.leaf(leaf{kind: constLeaf, name: fmt.Sprintf("constant %d", len(g.leaves)), data: data}, rows, cols)
}

func (g *Graph) apply(o *op, in ...Node) Node {
	if g.err != nil {
		return Node{}
	}
	nodes := make([]*gorgonia.Node, len(in))
	for i, n := range in {
		if n.n == nil {
			return g.fail(errors.New("autodiff: " + o.name + " of the zero Node"))
		}
		nodes[i] = n.n
	}
	n, err := applyOp(o, nodes)
	if err != nil {
		return g.fail(err)
	}
	d := toDims(n.Shape())
	return Node{n, d.rows, d.cols}
}

// Unary applies an elementwise function.
func (g *Graph) Unary(u expr.Unary, x Node) Node { return g.apply(unaryOp(u), x) }

// Scale is c·x.
func (g *Graph) Scale(c float64, x Node) Node { return g.Unary(expr.Unary{Fn: expr.Scale, C: c}, x) }

// Binary applies an elementwise function of two operands; a size of 1 is
// repeated in rows and in columns.
func (g *Graph) Binary(f expr.Binary, a, b Node) Node { return g.apply(binaryOp(f), a, b) }

// Add, Sub and Mul are the common elementwise functions.
func (g *Graph) Add(a, b Node) Node { return g.Binary(expr.Add, a, b) }
func (g *Graph) Sub(a, b Node) Node { return g.Binary(expr.Sub, a, b) }
func (g *Graph) Mul(a, b Node) Node { return g.Binary(expr.Mul, a, b) }

// MatMul is a·b.
func (g *Graph) MatMul(a, b Node) Node { return g.apply(matMulOp(), a, b) }

// Affine is x·w + b, b one row.
func (g *Graph) Affine(x, w, b Node) Node { return g.apply(affineOp(), x, w, b) }

// RowDot is the scalar product of each row of a with that of b, one column.
func (g *Graph) RowDot(a, b Node) Node { return g.apply(rowDotOp(), a, b) }

// Concat puts the columns of all operands side by side; a single row is
// repeated.
func (g *Graph) Concat(in ...Node) Node { return g.apply(concatOp(len(in)), in...) }

// Detach is x, with no gradient.
func (g *Graph) Detach(x Node) Node { return g.apply(detachOp(), x) }

// Rows is the n rows from lo on; no copy is made.
func (g *Graph) Rows(x Node, lo, n int) Node {
	if lo < 0 || n < 1 || lo+n > x.Rows {
		return g.fail(fmt.Errorf("autodiff: rows %d to %d of %d", lo, lo+n, x.Rows))
	}
	if n == x.Rows {
		return x
	}
	return g.apply(rowsOp(lo, n), x)
}

// Columns is the n columns from lo on.
func (g *Graph) Columns(x Node, lo, n int) Node {
	if lo < 0 || n < 1 || lo+n > x.Cols {
		return g.fail(fmt.Errorf("autodiff: columns %d to %d of %d", lo, lo+n, x.Cols))
	}
	if n == x.Cols {
		return x
	}
	return g.apply(sliceOp(lo, n), x)
}

// Softmax is e^x/Σe^x along each row, LogMeanExp the logarithm of the mean of e^x there.
func (g *Graph) Softmax(x Node) Node    { return g.apply(softmaxOp(), x) }
func (g *Graph) LogMeanExp(x Node) Node { return g.apply(logMeanExpOp(), x) }

// Bounded is x, at most the limit in absolute value, and 0 where it is not a number.
func (g *Graph) Bounded(limit float64, x Node) Node { return g.apply(boundedOp(limit), x) }

// Combine is Σ_k c_k v_k in each row: c has a column for each v, of which one with a single row is
// repeated.
func (g *Graph) Combine(c Node, v ...Node) Node {
	return g.apply(combineOp(len(v)), append([]Node{c}, v...)...)
}

// BlockAffine is x·a + b with row n of a and b for block n of x, which consists of
// a.Rows blocks of equal size.
func (g *Graph) BlockAffine(x, a, b Node) Node { return g.apply(blockAffineOp(), x, a, b) }

// Loss is the mean of delta² over the rows of a column, growing linearly beyond
// |delta| = clip (0: never), a scalar.
func (g *Graph) Loss(delta Node, clip float64) Node { return g.apply(lossOp(clip), delta) }

// Sum is the sum of a column, a scalar.
func (g *Graph) Sum(x Node) Node { return g.apply(sumOp(), x) }

// Gradient lets gorgonia differentiate a scalar made by Loss or Sum. It may be
// called once for a graph: gorgonia keeps derivatives in the nodes, and a second
// call would be silently wrong.
func (g *Graph) Gradient(cost Node, wrt ...Node) []Node {
	if g.err != nil {
		return make([]Node, len(wrt))
	}
	if len(wrt) == 0 {
		g.fail(errors.New("autodiff: the cost depends on no parameter differentiably"))
		return nil
	}
	nodes := make([]*gorgonia.Node, len(wrt))
	for i, n := range wrt {
		nodes[i] = n.n
	}
	grads, err := gorgonia.Grad(cost.n, nodes...)
	if err != nil {
		g.fail(fmt.Errorf("autodiff: gradient: %w", err))
		return make([]Node, len(wrt))
	}
	out := make([]Node, len(grads))
	for i, n := range grads {
		d := toDims(n.Shape())
		out[i] = Node{n, d.rows, d.cols}
	}
	return out
}
