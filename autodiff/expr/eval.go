package expr

import (
	"fmt"
	"sync"
)

// Func is an expression compiled for plain evaluation. It is immutable and may
// be used from several goroutines.
type Func struct {
	nodes  []Node
	inputs []Node // width and name of each input
	pool   sync.Pool
}

// blockRows is the number of rows evaluated at a time, so that the intermediate
// rows of one block stay in the cache.
const blockRows = 128

// Compile prepares out, an expression in the given inputs, for evaluation.
func Compile(out Value, inputs ...Value) (*Func, error) {
	nodes, err := Nodes(out, inputs...)
	if err != nil {
		return nil, err
	}
	f := &Func{nodes: nodes}
	for _, in := range inputs {
		f.inputs = append(f.inputs, Node{Name: in.n.name, Width: in.n.width})
	}
	f.pool.New = func() any {
		return &scratch{
			work: make([][]float64, len(nodes)), values: make([]operand, len(nodes)), args: make([]operand, len(inputs)),
		}
	}
	return f, nil
}

// scratch is the memory of one evaluation.
type scratch struct {
	rows   int         // that work has room for
	work   [][]float64 // results of the operations, a block of rows each
	values []operand
	args   []operand
}

// grow makes room for so many rows, of one where no more are evaluated: a wide
// expression needs 128 times as much for a whole block.
func (s *scratch) grow(nodes []Node, rows int) {
	if rows <= s.rows {
		return
	}
	for i, n := range nodes {
		if n.Op != OpInput && n.Op != OpConst {
			s.work[i] = make([]float64, rows*n.Width)
		}
	}
	s.rows = rows
}

// Width is the number of components of the result.
func (f *Func) Width() int { return f.nodes[len(f.nodes)-1].Width }

// operand is a batch during evaluation; stride 0 repeats one row.
type operand struct {
	data   []float64
	width  int
	stride int
}

func (o operand) row(i int) []float64 { return o.data[i*o.stride : i*o.stride+o.width] }

// Eval evaluates the expression for the given number of rows into dst
// (rows×Width()). Every input is rows×width in row-major order, or a single row
// that is repeated.
func (f *Func) Eval(rows int, dst []float64, in ...[]float64) error {
	s := f.pool.Get().(*scratch)
	defer f.pool.Put(s)
	if err := f.operands(s.args, rows, in); err != nil {
		return err
	}
	if len(dst) != rows*f.Width() {
		return fmt.Errorf("expr: result has %d numbers, want %d rows × %d", len(dst), rows, f.Width())
	}
	s.grow(f.nodes, min(rows, blockRows))
	values := s.values
	for lo := 0; lo < rows; lo += blockRows {
		n := min(blockRows, rows-lo)
		for i := range f.nodes {
			node := &f.nodes[i]
			switch node.Op {
			case OpInput:
				a := s.args[node.Input]
				values[i] = operand{a.data[lo*a.stride:], a.width, a.stride}
			case OpConst:
				values[i] = operand{node.Data, node.Width, 0}
			default:
				values[i] = operand{s.work[i], node.Width, node.Width}
				if repeated(node, values) { // the same in all rows, such as what depends on t alone
					values[i].stride = 0
					evalNode(node, 1, values, values[i])
					continue
				}
				evalNode(node, n, values, values[i])
			}
		}
		out, w := values[len(values)-1], f.Width()
		for r := range n {
			copy(dst[(lo+r)*w:(lo+r+1)*w], out.row(r))
		}
	}
	return nil
}

func (f *Func) operands(args []operand, rows int, in [][]float64) error {
	if len(in) != len(f.inputs) {
		return fmt.Errorf("expr: %d inputs given, want %d", len(in), len(f.inputs))
	}
	for i, data := range in {
		w := f.inputs[i].Width
		switch len(data) {
		case rows * w:
			args[i] = operand{data, w, w}
		case w:
			args[i] = operand{data, w, 0}
		default:
			return fmt.Errorf("expr: input %s has %d numbers, want %d rows × %d or one row", f.inputs[i].Name, len(data), rows, w)
		}
	}
	return nil
}

// at is the index into a row of an elementwise operand: component j, or 0 where
// a width of 1 is repeated.
func at(row []float64, j int) float64 {
	if len(row) == 1 {
		return row[0]
	}
	return row[j]
}

// repeated tells whether all operands are one row that is repeated.
func repeated(n *Node, values []operand) bool {
	for _, a := range n.Args {
		if values[a].stride != 0 {
			return false
		}
	}
	return true
}

// evalLong evaluates functions of elements over all rows at once, where the operands have
// the shape of the result or are a number.
func evalLong(n *Node, rows int, values []operand, out operand) bool {
	if n.Op != OpUnary && n.Op != OpBinary {
		return false
	}
	var in [2][]float64
	for k, arg := range n.Args {
		a := values[arg]
		switch {
		case a.width == 1 && a.stride == 0:
			in[k] = a.data[:1]
		case a.width == out.width && a.stride == out.width:
			in[k] = a.data[:rows*a.width]
		default:
			return false
		}
	}
	o := out.data[:rows*out.width]
	if n.Op == OpBinary {
		evalBinary(n.Bin, o, in[0], in[1])
		return true
	}
	def, c := unaryDefs[n.Unary.Fn].f, n.Unary.C
	for j, v := range in[0] {
		o[j] = def(v, c)
	}
	return true
}

func evalNode(n *Node, rows int, values []operand, out operand) {
	a := values[n.Args[0]]
	if n.Op == OpLinear {
		evalLinear(n, rows, a, out)
		return
	}
	if evalLong(n, rows, values, out) {
		return
	}
	var b operand
	if len(n.Args) > 1 {
		b = values[n.Args[1]]
	}
	for r := range rows {
		o, x := out.row(r), a.row(r)
		switch n.Op {
		case OpUnary:
			def, c := unaryDefs[n.Unary.Fn].f, n.Unary.C
			for j, v := range x {
				o[j] = def(v, c)
			}
		case OpBinary:
			evalBinary(n.Bin, o, x, b.row(r))
		case OpSelect:
			y, z := b.row(r), values[n.Args[2]].row(r)
			for j := range o {
				if at(x, j) != 0 {
					o[j] = at(y, j)
				} else {
					o[j] = at(z, j)
				}
			}
		case OpSum, OpDot, OpNorm, OpMaxComp, OpMinComp:
			y := x
			if n.Op == OpDot {
				y = b.row(r)
			}
			o[0] = reduceRow(n.Op, x, y)
		case OpSlice:
			copy(o, x[n.Lo:])
		case OpConcat:
			k := 0
			for _, arg := range n.Args {
				k += copy(o[k:], values[arg].row(r))
			}
		case OpBroadcast:
			for j := range o {
				o[j] = x[0]
			}
		}
	}
}

func evalBinary(f Binary, o, x, y []float64) {
	if len(x) == len(o) && len(y) == len(o) {
		switch f {
		case Add:
			for j := range o {
				o[j] = x[j] + y[j]
			}
			return
		case Sub:
			for j := range o {
				o[j] = x[j] - y[j]
			}
			return
		case Mul:
			for j := range o {
				o[j] = x[j] * y[j]
			}
			return
		}
	}
	def := binaryDefs[f].f
	for j := range o {
		o[j] = def(at(x, j), at(y, j))
	}
}
