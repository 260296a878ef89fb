package autodiff

import (
	"fmt"
	"hash"
	"hash/fnv"
	"slices"

	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// op is a differentiable operation on matrices. It implements gorgonia.SDOp, so
// that gorgonia differentiates graphs of it and can run them; compiled programs
// call the kernels directly.
type op struct {
	name  string // with all attributes: equal names mean equal operations
	arity int

	// shape gives the shape of the result or says why the operands do not fit.
	shape func(in []dims) (dims, error)

	// grad gives the gradient for each operand from that of the output, nil for
	// operands that have none. It is nil where no operand has a gradient.
	grad func(g *gradient) []*gorgonia.Node

	// constant lists the operands that are never differentiated.
	constant []int

	f32 func(*call[float32])
	f64 func(*call[float64])

	// Which rows of the operands a row of the output depends on: all rows of those
	// listed in mixes and of those with another number of rows than the output; of
	// the others, the same row. reads, if not nil, tells instead.
	mixes []int
	reads func(operand int, in dims, lo, hi int) (from, to int)

	sums    bool                   // the output is a sum over the rows of the operands
	product bool                   // a matrix product, whose cost is its multiply-adds
	whole   bool                   // the output cannot be computed in parts by rows
	cost    func(in []dims) int    // multiply-adds for each row of output; nil: elementwise
	view    bool                   // the output is a stretch of the operand's rows, from row viewAt
	viewAt  int                    //
	embeds  *int                   // the output is the operand from this row on, and 0 elsewhere
	scalar  struct{ in, out bool } // the last operand, or the output, is a gorgonia scalar
}

// needs is the rows of an operand that rows lo … hi−1 of the output depend on.
func (o *op) needs(operand int, in, out dims, lo, hi int) (from, to int) {
	switch {
	case o.reads != nil:
		return o.reads(operand, in, lo, hi)
	case o.whole || in.rows != out.rows || slices.Contains(o.mixes, operand):
		return 0, in.rows
	}
	return lo, hi
}

// Arity is the number of operands.
func (o *op) Arity() int { return o.arity }

// Type is Matrix a → … → Matrix a, with scalars where the operation says so.
func (o *op) Type() hm.Type {
	a := hm.TypeVariable('a')
	matrix := gorgonia.TensorType{Dims: 2, Of: a}
	ts := make([]hm.Type, o.arity+1)
	for i := range ts {
		ts[i] = matrix
	}
	if o.scalar.in {
		ts[o.arity-1] = a
	}
	if o.scalar.out {
		ts[o.arity] = a
	}
	return hm.NewFnType(ts...)
}

// InferShape is gorgonia's view of shape.
func (o *op) InferShape(in ...gorgonia.DimSizer) (tensor.Shape, error) {
	shapes := make([]dims, len(in))
	for i, s := range in {
		shape, ok := s.(tensor.Shape)
		if !ok {
			return nil, fmt.Errorf("autodiff: %s: operand %d has no shape", o.name, i)
		}
		shapes[i] = toDims(shape)
	}
	out, err := o.shape(shapes)
	if err != nil {
		return nil, fmt.Errorf("autodiff: %s: %w", o.name, err)
	}
	if o.scalar.out {
		return tensor.ScalarShape(), nil
	}
	return tensor.Shape{out.rows, out.cols}, nil
}

func toDims(s tensor.Shape) dims {
	if len(s) == 2 {
		return dims{s[0], s[1]}
	}
	return dims{1, 1}
}

// ReturnsPtr, CallsExtern and OverwritesInput tell gorgonia that Do makes a new
// value each time.
func (o *op) ReturnsPtr() bool     { return false }
func (o *op) CallsExtern() bool    { return false }
func (o *op) OverwritesInput() int { return -1 }

// WriteHash, Hashcode and String identify the operation by its name.
func (o *op) WriteHash(h hash.Hash) { fmt.Fprint(h, "deepbsde/", o.name) }
func (o *op) String() string        { return o.name }
func (o *op) Hashcode() uint32 {
	h := fnv.New32a()
	o.WriteHash(h)
	return h.Sum32()
}

// DiffWRT lists which operands are differentiated.
func (o *op) DiffWRT(inputs int) []bool {
	wrt := make([]bool, inputs)
	for i := range wrt {
		wrt[i] = o.grad != nil
	}
	for _, i := range o.constant {
		wrt[i] = false
	}
	return wrt
}

// SymDiff adds the gradient of the operation to the graph.
func (o *op) SymDiff(inputs gorgonia.Nodes, output, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	if o.grad == nil {
		return nil, fmt.Errorf("autodiff: %s is not differentiable", o.name)
	}
	g := &gradient{in: inputs, out: output, dy: grad}
	grads := o.grad(g)
	return grads, g.err
}

// Do runs the operation on gorgonia values; it allocates its result.
func (o *op) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	if len(in) == 0 || len(in) != o.arity {
		return nil, fmt.Errorf("autodiff: %s of %d operands, want %d", o.name, len(in), o.arity)
	}
	if in[0].Dtype() == tensor.Float32 {
		return do(o, o.f32, in)
	}
	return do(o, o.f64, in)
}

func do[T Float](o *op, f func(*call[T]), in []gorgonia.Value) (gorgonia.Value, error) {
	c := call[T]{in: make([]matrix[T], len(in))}
	shapes := make([]dims, len(in))
	for i, v := range in {
		shapes[i] = toDims(v.Shape())
		data, ok := v.Data().([]T)
		if !ok {
			data = []T{v.Data().(T)}
		}
		c.in[i] = matrix[T]{shapes[i].rows, shapes[i].cols, data}
	}
	shape, err := o.shape(shapes)
	if err != nil {
		return nil, err
	}
	c.out = matrix[T]{shape.rows, shape.cols, make([]T, shape.size())}
	c.hi = shape.rows
	f(&c)
	if o.scalar.out {
		if v, ok := any(c.out.data[0]).(float32); ok {
			return gorgonia.NewF32(v), nil
		}
		return gorgonia.NewF64(float64(c.out.data[0])), nil
	}
	return tensor.New(tensor.WithShape(shape.rows, shape.cols), tensor.WithBacking(c.out.data)), nil
}

// gradient collects what an operation's grad needs; errors stick.
type gradient struct {
	in  gorgonia.Nodes
	out *gorgonia.Node
	dy  *gorgonia.Node
	err error
}

// apply adds an operation to the graph.
func (g *gradient) apply(o *op, in ...*gorgonia.Node) *gorgonia.Node {
	if g.err != nil {
		return nil
	}
	n, err := applyOp(o, in)
	if err != nil {
		g.err = err
	}
	return n
}

// applyOp adds an operation to the graph of its operands. gorgonia merges nodes
// whose 32-bit hashes are equal without comparing their operands; where that has
// merged different ones, the operation is added under another name.
func applyOp(o *op, in []*gorgonia.Node) (*gorgonia.Node, error) {
	for salt := 0; ; salt++ {
		n, err := gorgonia.ApplyOp(o, in...)
		if err != nil || sameOperands(n, in) {
			return n, err
		}
		if salt == 8 {
			return nil, fmt.Errorf("autodiff: %s: gorgonia merges different nodes", o.name)
		}
		renamed := *o
		renamed.name += "'"
		o = &renamed
	}
}

func sameOperands(n *gorgonia.Node, in []*gorgonia.Node) bool {
	i := 0
	for it := n.Graph().From(n.ID()); it.Next(); i++ {
		if i >= len(in) || it.Node().ID() != in[i].ID() {
			return false
		}
	}
	return i == len(in)
}

func (g *gradient) dims(i int) dims { return toDims(g.in[i].Shape()) }
