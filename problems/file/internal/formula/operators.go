package formula

import (
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/expr-lang/expr/ast"
)

var comparisons = map[string]expr.Binary{
	"<": expr.Less, "<=": expr.LessEq, ">": expr.Greater, ">=": expr.GreaterEq, "==": expr.Equal, "!=": expr.Equal,
}

func (e *evaluator) unary(n *ast.UnaryNode) Operand {
	switch n.Operator {
	case "+":
		return e.number(n.Node)
	case "-":
		v := e.number(n.Node)
		if c, ok := v.scalar(); ok {
			return constants(-c)
		}
		return e.result(n, v.Neg(), v)
	}
	return e.not(n, e.wantCondition(n.Node, "not"))
}

func (e *evaluator) not(n ast.Node, c Operand) Operand {
	v := e.result(n, c.Value.Neg().AddConst(1), c)
	v.condition = true
	return v
}

// binary is an operator between two operands. Constants go into the operation: c·v is
// one operation of one operand, as one would write it in Go.
func (e *evaluator) binary(n *ast.BinaryNode) Operand {
	op := n.Operator
	switch op {
	case "and", "&&", "or", "||":
		a, b := e.wantCondition(n.Left, op), e.wantCondition(n.Right, op)
		e.widths(n, a, b)
		both := a.Mul(b.Value)
		if op == "or" || op == "||" {
			both = a.Max(b.Value)
		}
		v := e.result(n, both, a, b)
		v.condition = true
		return v
	}
	if m := e.eval(n.Left); m.matrix != nil && op == "*" {
		return e.product(n, m.matrix)
	}
	a, b := e.number(n.Left), e.number(n.Right)
	e.widths(n, a, b)
	if c, ok := comparisons[op]; ok {
		v := e.result(n, c.Apply(a.Value, b.Value), a, b)
		v.condition = true
		if op == "!=" {
			return e.not(n, v)
		}
		return v
	}
	return e.result(n, e.arithmetic(n, a, b), a, b)
}

func (e *evaluator) arithmetic(n *ast.BinaryNode, a, b Operand) expr.Value {
	left, leftIs := a.scalar()
	right, rightIs := b.scalar()
	if leftIs && rightIs { // folded by result, by the operation of two operands
		leftIs, rightIs = false, n.Operator == "^" || n.Operator == "**"
	}
	switch n.Operator {
	case "+":
		switch {
		case rightIs:
			return a.AddConst(right)
		case leftIs:
			return b.AddConst(left)
		}
		return a.Add(b.Value)
	case "-":
		switch {
		case rightIs:
			return a.AddConst(-right)
		case leftIs:
			return b.Neg().AddConst(left)
		}
		return a.Sub(b.Value)
	case "*":
		switch {
		case rightIs:
			return a.Scale(right)
		case leftIs:
			return b.Scale(left)
		}
		return a.Mul(b.Value)
	case "/":
		switch {
		case rightIs && powerOfTwo(right): // the only numbers with an exact inverse
			return a.Scale(1 / right)
		case leftIs && left == 1:
			return b.Inv()
		}
		return a.Div(b.Value)
	case "^", "**":
		if rightIs {
			return a.PowConst(right)
		}
		return a.Pow(b.Value)
	}
	e.fail(n, "%q is not an operator of formulas", n.Operator)
	return expr.Value{}
}

func powerOfTwo(v float64) bool {
	fraction, exponent := math.Frexp(math.Abs(v))
	return fraction == 0.5 && exponent > -1000 && exponent < 1000
}

// widths refuses operands that neither have the same number of components nor one.
func (e *evaluator) widths(n ast.Node, list ...Operand) {
	most := 1
	for _, o := range list {
		w := o.Width()
		if w != 1 && most != 1 && w != most {
			e.fail(n, "%d components meet %d, want the same number or one", most, w)
		}
		most = max(most, w)
	}
}

// choice is condition ? a : b. A constant condition takes one of them as it is: what is
// not taken may be infinite.
func (e *evaluator) choice(n *ast.ConditionalNode) Operand {
	c := e.wantCondition(n.Cond, "?")
	a, b := e.eval(n.Exp1), e.eval(n.Exp2)
	if a.matrix != nil || b.matrix != nil {
		e.fail(n.Exp1, "a branch of ? : is a matrix; write condition ? A*x : B*x")
	}
	if a.condition != b.condition {
		e.fail(n.Exp2, "one branch of ? : is a condition and the other a number")
	}
	e.widths(n.Cond, c, a, b)
	if v, ok := c.scalar(); ok {
		if v != 0 {
			return a
		}
		return b
	}
	v := e.result(n.Cond, expr.Select(c.Value, a.Value, b.Value), c, a, b)
	v.condition = a.condition
	return v
}

// component is v[k], counted from 0, or from the end where k < 0.
func (e *evaluator) component(n *ast.MemberNode) Operand {
	if _, isField := n.Property.(*ast.StringNode); isField || n.Optional || n.Method {
		e.fail(n, "values have no fields; write x[0] for a component")
	}
	v := e.number(n.Node)
	k := e.index(n.Property, v.Width())
	if k >= v.Width() {
		e.fail(n.Property, "component %d of a value with %d; they are counted from 0, and from the end as -1, -2, …", k, v.Width())
	}
	return e.result(n, v.At(k), v)
}

// slice is v[from:to], without the component to.
func (e *evaluator) slice(n *ast.SliceNode) Operand {
	v := e.number(n.Node)
	from, to := 0, v.Width()
	if n.From != nil {
		from = e.index(n.From, v.Width())
	}
	if n.To != nil {
		to = e.index(n.To, v.Width())
	}
	if from >= to {
		e.fail(n, "components %d up to but not %d of a value with %d: none is left", from, to, v.Width())
	}
	return e.result(n, v.Slice(from, to), v)
}

// index is a constant whole number from 0 to width, or as much below the end.
func (e *evaluator) index(n ast.Node, width int) int {
	c, ok := e.number(n).scalar()
	if !ok || c != math.Floor(c) {
		e.fail(n, "an index must be a constant whole number")
	}
	k := c
	if k < 0 {
		k += float64(width)
	}
	if k < 0 || k > float64(width) {
		e.fail(n, "index %g in a value with %d components; they are counted from 0, and from the end as -1, -2, …", c, width)
	}
	return int(k)
}
