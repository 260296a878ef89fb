// Package autodiff is gorgonia behind one door: it builds a gorgonia graph from
// layers and from equations written in package expr, lets gorgonia
// differentiate it, and runs value and gradient as a compiled [Program].
//
// Every value is a matrix, one row a path. The operations are gorgonia
// operations of this package's own (gorgonia.Op and gorgonia.SDOp), so a graph
// runs on gorgonia's TapeMachine too; a Program runs it without allocating and
// on all cores. The parameters of a model lie in one flat vector, described by
// a [Layout], and their gradients in another.
package autodiff

// gorgonia panics at start on current Go unless this pin of its dependency,
// newer than the one it asks for, is in go.mod.
import _ "go4.org/unsafe/assume-no-moving-gc"
