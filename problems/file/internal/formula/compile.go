package formula

import (
	"strings"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/problems/file/internal/source"
	"github.com/expr-lang/expr/ast"
)

// Operand is the value of a part of a formula.
type Operand struct {
	expr.Value
	Constant  []float64   // its components where they do not depend on variables, else nil
	condition bool        // a comparison or what and, or, not make of them
	matrix    [][]float64 // of a named matrix, which has no Value
}

func constants(v ...float64) Operand { return Operand{Value: expr.Vector(v), Constant: v} }

// scalar tells whether the operand is a constant number, and which.
func (o Operand) scalar() (float64, bool) {
	if len(o.Constant) != 1 {
		return 0, false
	}
	return o.Constant[0], true
}

// scope is what the names in a formula stand for.
type scope struct {
	*Instance
	field      string // where the formula stands, for messages
	variables  map[string]Operand
	used       map[string]bool    // the variables that were looked up
	defined    map[string]Operand // helpers that were needed so far
	size       int                // components of all intermediate results
	operations int                // intermediate results
	entries    int                // of the matrices in all products
	visible    int                // so many of the helpers: each knows those above it
}

// evaluator turns one formula into an operand. A mistake panics with a *source.Error,
// which scope.evaluate catches: the recursion would drown in error returns.
type evaluator struct {
	*scope
	f    *formula
	memo map[ast.Node]Operand // a chain a < b < c has b twice
}

// evaluate is the value of a formula.
func (s *scope) evaluate(f *formula) (value Operand, wrong *source.Error) {
	defer func() {
		if p := recover(); p != nil {
			e, ok := p.(*source.Error)
			if !ok {
				panic(p)
			}
			wrong = e
		}
	}()
	return s.value(f), nil
}

func (s *scope) value(f *formula) Operand {
	e := &evaluator{s, f, map[ast.Node]Operand{}}
	return e.eval(f.tree)
}

func (e *evaluator) fail(n ast.Node, format string, args ...any) {
	panic(e.f.errorAt(n.Location().From, format, args...))
}

func (e *evaluator) eval(n ast.Node) Operand {
	if v, ok := e.memo[n]; ok {
		return v
	}
	v := e.evalNode(n)
	e.memo[n] = v
	return v
}

func (e *evaluator) evalNode(n ast.Node) Operand {
	switch n := n.(type) {
	case *ast.IntegerNode:
		return constants(float64(n.Value))
	case *ast.FloatNode:
		return constants(n.Value)
	case *ast.BoolNode:
		v := constants(0)
		if n.Value {
			v = constants(1)
		}
		v.condition = true
		return v
	case *ast.IdentifierNode:
		return e.name(n)
	case *ast.UnaryNode:
		return e.unary(n)
	case *ast.BinaryNode:
		return e.binary(n)
	case *ast.ConditionalNode:
		return e.choice(n)
	case *ast.ArrayNode:
		if len(n.Nodes) == 0 {
			e.fail(n, "an empty list, want components")
		}
		return e.join(n, e.numbers(n.Nodes))
	case *ast.MemberNode:
		return e.component(n)
	case *ast.SliceNode:
		return e.slice(n)
	case *ast.BuiltinNode:
		return e.call(n, n.Name, n.Arguments)
	case *ast.CallNode:
		callee, ok := n.Callee.(*ast.IdentifierNode)
		if !ok {
			e.fail(n, "only functions can be called")
		}
		return e.call(n, callee.Value, n.Arguments)
	}
	e.fail(n, "this is no part of a formula")
	return Operand{}
}

// number is the value of a part that must be neither a condition nor a matrix.
func (e *evaluator) number(n ast.Node) Operand {
	v := e.eval(n)
	if v.matrix != nil {
		e.fail(n, "%s", aMatrix)
	}
	if v.condition {
		e.fail(n, "a condition where a number is wanted; write condition ? 1 : 0")
	}
	return v
}

func (e *evaluator) numbers(nodes []ast.Node) []Operand {
	list := make([]Operand, len(nodes))
	for i, n := range nodes {
		list[i] = e.number(n)
	}
	return list
}

// wantCondition is the value of a part that must be a condition.
func (e *evaluator) wantCondition(n ast.Node, of string) Operand {
	v := e.eval(n)
	if !v.condition {
		hint := ""
		if of == "not" {
			hint = "; not binds closer than comparisons: write not (a < b)"
		}
		e.fail(n, "a number where %s wants a condition such as x[0] > 0%s", of, hint)
	}
	return v
}

// result is a new intermediate result of the operands. What depends on constants alone
// is computed at once, by the same arithmetic as everything else.
func (e *evaluator) result(n ast.Node, v expr.Value, from ...Operand) Operand {
	if err := v.Err(); err != nil {
		e.fail(n, "%s", strings.TrimPrefix(err.Error(), "expr: "))
	}
	e.operations++
	if e.size += v.Width(); e.size > maxComponents {
		e.fail(n, "the formula has intermediate results of more than %d components together", maxComponents)
	}
	for _, o := range from {
		if o.Constant == nil {
			return Operand{Value: v}
		}
	}
	out := make([]float64, v.Width())
	f, err := expr.Compile(v)
	if err == nil {
		err = f.Eval(1, out)
	}
	if err != nil {
		e.fail(n, "%v", err)
	}
	return constants(out...)
}

// join puts the components of all operands into one row.
func (e *evaluator) join(n ast.Node, parts []Operand) Operand {
	if len(parts) == 1 {
		return parts[0]
	}
	values := make([]expr.Value, len(parts))
	for i, p := range parts {
		values[i] = p.Value
	}
	return e.result(n, expr.Concat(values...), parts...)
}
