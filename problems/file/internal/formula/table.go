package formula

import (
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/expr-lang/expr/ast"
)

// Table is a function of one number by its values at points, which rise; it stays at the first
// value before the first point and at the last behind the last.
type Table struct {
	Points []float64
	Values [][]float64 // one or several components for each point
	Steps  bool        // the value stays until the next point, in place of a straight line
}

// ofTable is NAME(t), one component, or as many as the table has: those of each number where it has one.
func (e *evaluator) ofTable(n ast.Node, name string, nodes []ast.Node) Operand {
	if len(nodes) != 1 {
		e.fail(n, "the table %s has %s, want 1, where it is read", name, arguments(len(nodes)))
	}
	table, arg := e.Tables[name], e.number(nodes[0])
	if width := len(table.Values[0]); width > 1 && arg.Width() > 1 {
		e.fail(n, "the table %s has %s and is read at %d numbers, want one number", name, components(width), arg.Width())
	}
	e.size += len(table.Points) * max(arg.Width(), len(table.Values[0]))
	return e.result(n, table.at(arg.Value), arg)
}

// at is the first value with what each interval adds.
func (t *Table) at(v expr.Value) expr.Value {
	width := max(v.Width(), len(t.Values[0]))
	sum := row(t.Values[0], width)
	last := len(t.Points) - 1
	// A date of the time grid that is one of the table comes with a rounding error.
	slack := 1e-9 * (t.Points[last] - t.Points[0])
	for k := range last {
		change := make([]float64, len(t.Values[k]))
		moves := false
		for j, from := range t.Values[k] {
			change[j] = t.Values[k+1][j] - from
			moves = moves || change[j] != 0
		}
		if !moves {
			continue
		}
		lo, hi := t.Points[k], t.Points[k+1]
		var share expr.Value // from 0 before the interval to 1 behind it
		if t.Steps {
			share = v.GreaterEq(expr.Const(hi - slack))
		} else {
			share = v.AddConst(-lo).Scale(1 / (hi - lo)).Max(expr.Const(0)).Min(expr.Const(1))
		}
		sum = sum.Add(share.Broadcast(width).Mul(row(change, width)))
	}
	return sum
}

// row is constants, one of which stands for all.
func row(v []float64, width int) expr.Value { return expr.Vector(v).Broadcast(width) }
