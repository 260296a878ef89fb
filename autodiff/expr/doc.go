// Package expr is the language in which equations are written.
//
// A [Value] stands for a batch of row vectors: B rows (one path a row) of
// Width() components. The functions of a PDE or control problem take Values
// and return Values; nothing is computed until the expression is evaluated:
//
//	f := func(t, x, y, z expr.Value) expr.Value { return y.Sub(y.PowConst(3)) }
//
// The same expression is evaluated plainly in float64 ([Compile], [Func.Eval]),
// along a line together with its first and second derivative ([Func.Jet]), and
// is turned into a differentiable graph by package autodiff.
//
// # Shapes
//
// The number of rows is not part of an expression. Where two operands of an
// elementwise operation differ in width, one of them must have width 1 and is
// repeated over the components of the other.
//
// # Errors
//
// Errors are sticky: an operation with a wrong shape gives a Value that carries
// an error, every Value made from it carries the same error, and [Value.Err]
// reads it once at the end. No operation panics and none prints.
//
// # Derivatives at kinks
//
// Where a function has no derivative the toolkit takes 0 for |x|, sign, relu
// and the norm at 0; of min(a, b) and max(a, b) at a = b the derivative of a; of
// the largest and smallest component the derivative of the first that attains
// it; comparisons and floor have derivative 0.
package expr
