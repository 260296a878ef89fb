package expr

import (
	"errors"
	"fmt"
)

// Value is a batch of row vectors in an expression. Values are immutable and
// cheap to copy; the zero Value carries an error.
type Value struct{ n *node }

// node is an operation with its operands; the graph of nodes is acyclic by
// construction because operands exist before the operation.
type node struct {
	op    Op
	un    Unary
	bin   Binary
	args  []*node
	width int
	lo    int       // OpSlice: first component
	data  []float64 // OpConst: the row; OpLinear: the matrix, row-major width×args[0].width
	spans []span    // OpLinear: of each row of the matrix
	name  string    // OpInput
	err   error
}

// Op is the kind of an operation.
type Op uint8

// The operations. Every method of Value is one of these or composed of them.
const (
	OpInput     Op = iota // a variable, given at evaluation
	OpConst               // a constant row
	OpUnary               // elementwise function of one operand
	OpBinary              // elementwise function of two operands
	OpSelect              // elementwise: second operand where the first is not 0, else the third
	OpSum                 // sum over components, width 1
	OpDot                 // scalar product over components, width 1
	OpNorm                // Euclidean norm over components, width 1
	OpMaxComp             // largest component, width 1
	OpMinComp             // smallest component, width 1
	OpSlice               // components lo … lo+width-1
	OpConcat              // components of all operands in a row
	OpLinear              // A·x for each row x, A a constant matrix
	OpBroadcast           // width 1 repeated to the given width
)

var errZero = errors.New("expr: the zero Value was used; make values with Input, Const or Vector")

// Input returns a variable of the given width. The name appears in errors.
func Input(name string, width int) Value {
	if width < 1 {
		return fail("input %s has width %d, want at least 1", name, width)
	}
	return Value{&node{op: OpInput, name: name, width: width}}
}

// Const returns the constant c, width 1.
func Const(c float64) Value { return Vector([]float64{c}) }

// Vector returns a constant row with the given components, the same for each
// row of the batch. The slice is copied.
func Vector(components []float64) Value {
	if len(components) == 0 {
		return fail("Vector of no components")
	}
	return Value{&node{op: OpConst, width: len(components), data: append([]float64(nil), components...)}}
}

// Width is the number of components, 0 for a Value that carries an error.
func (v Value) Width() int {
	if v.Err() != nil {
		return 0
	}
	return v.n.width
}

// Err is the first error met while building the expression, or nil.
func (v Value) Err() error {
	if v.n == nil {
		return errZero
	}
	return v.n.err
}

// Errorf returns a Value that carries an error, for functions of a problem that
// find their parameters wrong.
func Errorf(format string, args ...any) Value { return fail(format, args...) }

func fail(format string, args ...any) Value {
	return Value{&node{err: fmt.Errorf("expr: "+format, args...)}}
}

// build makes a node unless an operand already carries an error.
func build(n node, args ...Value) Value {
	n.args = make([]*node, len(args))
	for i, a := range args {
		if err := a.Err(); err != nil {
			return Value{&node{err: err}}
		}
		n.args[i] = a.n
	}
	return Value{&n}
}

// broadcastWidth is the common width of elementwise operands.
func broadcastWidth(what string, args ...Value) (int, error) {
	w := 1
	for _, a := range args {
		switch aw := a.Width(); {
		case a.Err() != nil:
			return 0, a.Err()
		case aw == w || aw == 1:
		case w == 1:
			w = aw
		default:
			return 0, fmt.Errorf("expr: %s of widths %d and %d; widths must be equal or 1", what, w, aw)
		}
	}
	return w, nil
}

func elementwise(n node, what string, args ...Value) Value {
	w, err := broadcastWidth(what, args...)
	if err != nil {
		return Value{&node{err: err}}
	}
	n.width = w
	return build(n, args...)
}
