package formula

import (
	"fmt"
	"math"
	"sort"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/problems"
	"github.com/deepbsde/deepbsde/problems/file/internal/source"
	"github.com/expr-lang/expr/ast"
)

// function is one function of formulas.
type function struct {
	least, most int // arguments
	apply       func(e *evaluator, n ast.Node, args []Operand) expr.Value
}

const anyNumberOfArguments = 1000

// functions are all functions of formulas: the elementwise ones of package expr under
// its names, and those between and over components.
var functions = func() map[string]function {
	table := map[string]function{
		"min":       {2, anyNumberOfArguments, pairwise(expr.Min)},
		"max":       {2, anyNumberOfArguments, pairwise(expr.Max)},
		"pow":       {2, 2, pairwise(expr.Pow)},
		"atan2":     {2, 2, pairwise(expr.Atan2)},
		"sum":       {1, 1, reduction(expr.Value.Sum)},
		"mean":      {1, 1, reduction(expr.Value.Mean)},
		"norm":      {1, 1, reduction(expr.Value.Norm)},
		"normsq":    {1, 1, reduction(expr.Value.NormSq)},
		"maximum":   {1, 1, reduction(expr.Value.MaxComponent)},
		"minimum":   {1, 1, reduction(expr.Value.MinComponent)},
		"dot":       {2, 2, func(_ *evaluator, _ ast.Node, a []Operand) expr.Value { return a[0].Dot(a[1].Value) }},
		"concat":    {1, anyNumberOfArguments, func(e *evaluator, n ast.Node, a []Operand) expr.Value { return e.join(n, a).Value }},
		"broadcast": {2, 2, broadcast},
	}
	table[transposeName] = function{1, 1, nil} // of a matrix, not of values
	for fn := expr.Abs; fn <= expr.NormCDF; fn++ {
		u := expr.Unary{Fn: fn}
		table[u.Name()] = function{1, 1, func(_ *evaluator, _ ast.Node, a []Operand) expr.Value { return u.Apply(a[0].Value) }}
	}
	return table
}()

// FunctionNames lists the functions in order.
func FunctionNames() []string {
	var names []string
	for name := range functions {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// otherNames are names that people use for the functions.
var otherNames = map[string]string{
	"ln": "log", "Phi": "normcdf", "phi": "normcdf", "Φ": "normcdf", "cdf": "normcdf", "logistic": "sigmoid", "avg": "mean",
	"average": "mean", "len": "d", "length": "norm", "inner": "dot", "positive": "relu", "arctan": "atan", "arcsin": "asin",
	"arccos": "acos", "tg": "tan", "sgn": "sign", "norm2": "normsq", "maximal": "maximum", "int": "floor", "fabs": "abs",
	"power": "pow", "swish": "silu", "append": "concat", "repeat": "broadcast", "total": "sum",
}

func (e *evaluator) call(n ast.Node, name string, nodes []ast.Node) Operand {
	f, ok := functions[name]
	if e.Tables[name] != nil {
		return e.ofTable(n, name, nodes)
	}
	if !ok {
		_, isName := e.lookup(name)
		switch other := otherNames[name]; {
		case isName:
			e.fail(n, "%q is not a function; write * before the bracket for a product", name)
		case otherVariables[name] != "":
			e.fail(n, "unknown function %q; %s", name, otherVariables[name])
		case other != "":
			e.fail(n, "unknown function %q, did you mean %q?", name, other)
		}
		known := FunctionNames()
		for table := range e.Tables {
			known = append(known, table)
		}
		sort.Strings(known)
		e.fail(n, "unknown function %q%s", name, source.DidYouMean(name, known))
	}
	if len(nodes) < f.least || len(nodes) > f.most {
		e.fail(n, "%s has %s, want %s%s", name, arguments(len(nodes)), f.arity(), insteadOf(name, len(nodes)))
	}
	if name == transposeName {
		return e.transposed(nodes[0])
	}
	args := e.numbers(nodes)
	if f.least == 2 && name != "broadcast" {
		e.widths(n, args...)
	}
	return e.result(n, f.apply(e, n, args), args...)
}

// insteadOf helps where min and maximum are mixed up.
func insteadOf(name string, count int) string {
	switch {
	case count == 1 && name == "min":
		return "; minimum(x) is the smallest component"
	case count == 1 && name == "max":
		return "; maximum(x) is the largest component"
	case name == "minimum", name == "maximum":
		return fmt.Sprintf("; %s(a, b) is that of two values", name[:3])
	}
	return ""
}

func arguments(n int) string {
	if n == 1 {
		return "1 argument"
	}
	return fmt.Sprintf("%d arguments", n)
}

func (f function) arity() string {
	switch {
	case f.least == f.most:
		return fmt.Sprint(f.least)
	case f.most == anyNumberOfArguments:
		return fmt.Sprintf("at least %d", f.least)
	}
	return fmt.Sprintf("%d or %d", f.least, f.most)
}

func reduction(f func(expr.Value) expr.Value) func(*evaluator, ast.Node, []Operand) expr.Value {
	return func(_ *evaluator, _ ast.Node, a []Operand) expr.Value { return f(a[0].Value) }
}

// pairwise applies a function of two operands from left to right. A constant exponent
// goes into the operation.
func pairwise(f expr.Binary) func(*evaluator, ast.Node, []Operand) expr.Value {
	return func(_ *evaluator, _ ast.Node, args []Operand) expr.Value {
		if c, ok := args[1].scalar(); ok && f == expr.Pow {
			return args[0].PowConst(c)
		}
		v := args[0].Value
		for _, a := range args[1:] {
			v = f.Apply(v, a.Value)
		}
		return v
	}
}

// broadcast repeats one component.
func broadcast(e *evaluator, n ast.Node, args []Operand) expr.Value {
	c, ok := args[1].scalar()
	if !ok || c != math.Floor(c) || c < 1 || c > problems.MaxDim {
		e.fail(n, "broadcast wants a constant whole number from 1 to %d as its second argument", problems.MaxDim)
	}
	if args[0].Width() != 1 {
		e.fail(n, "broadcast repeats one component, got %d", args[0].Width())
	}
	return args[0].Broadcast(int(c))
}
