package formula

import (
	"github.com/deepbsde/deepbsde/problems/internal/matrix"
	"github.com/expr-lang/expr/ast"
)

// aMatrix says what can be done with a matrix.
const aMatrix = "a matrix where a value with components is wanted; write A*x for its product with one, c*(A*x) for a multiple"

const transposeName = "transpose"

// product is a matrix times a value.
func (e *evaluator) product(n *ast.BinaryNode, m [][]float64) Operand {
	if e.eval(n.Right).matrix != nil {
		e.fail(n, "a product of two matrices; write A*(B*x)")
	}
	v := e.number(n.Right)
	if v.Width() != len(m[0]) {
		e.fail(n, "a %d×%d matrix meets %s, want %d", len(m), len(m[0]), components(v.Width()), len(m[0]))
	}
	e.count(n, m)
	return e.result(n, v.Linear(m), v)
}

// transposed is the argument of transpose.
func (e *evaluator) transposed(n ast.Node) Operand {
	m := e.eval(n).matrix
	if m == nil {
		e.fail(n, "transpose is for matrices, under the key matrices; values have no rows and columns")
	}
	e.count(n, m)
	out := matrix.Zeros(len(m[0]), len(m))
	for i, row := range m {
		for j, v := range row {
			out[j][i] = v
		}
	}
	return Operand{matrix: out}
}

// count bounds the copies of matrices that a formula makes.
func (e *evaluator) count(n ast.Node, m [][]float64) {
	if e.entries += len(m) * len(m[0]); e.entries > MaxEntries {
		e.fail(n, "the products of matrices in the formula have more than %d entries together", MaxEntries)
	}
}

// Matrix is the matrix that the vector names, nil where it is something else.
func (v *Vector) Matrix(in *Instance) [][]float64 {
	name, ok := v.parts[0].tree.(*ast.IdentifierNode)
	if v.list || !ok {
		return nil
	}
	return in.Matrices[name.Value]
}
