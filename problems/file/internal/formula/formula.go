// Package formula is the language of formulas in files: it parses them, and evaluates them
// with the names that stand for parameters, helpers, matrices and variables.
package formula

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/deepbsde/deepbsde/problems/file/internal/source"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/parser/lexer"
	"go.yaml.in/yaml/v4"
)

// The limits of formulas. They keep a hostile file from filling the memory or the day and
// are far above what a real one needs.
const (
	maxFormula    = 10_000                    // bytes of one formula
	maxBrackets   = 100                       // nested in a formula
	maxNodes      = 10_000                    // operations and operands of a formula
	maxComponents = 1 << 20                   // of all intermediate results of a formula and what it uses
	MaxMatrix     = 3000                      // rows of a dense matrix
	MaxEntries    = 4 * MaxMatrix * MaxMatrix // of the named matrices together, and of those that a formula uses
	operationWork = 500                       // what one operation on a row takes beside its entries, in entries
)

// formula is a parsed formula.
type formula struct {
	source *source.Document
	node   *yaml.Node
	text   string
	tree   ast.Node
}

// errorAt is an error at a character of the formula.
func (f *formula) errorAt(at int, format string, args ...any) *source.Error {
	return f.source.ErrorIn(f.node, at, format, args...)
}

// parse fills in the tree. The tokens are looked at first: they give better messages
// than the parser for what formulas here do not have, and bound the parser's recursion.
func (f *formula) parse() *source.Error {
	for _, comment := range []string{"//", "/*"} {
		if i := strings.Index(f.text, comment); i >= 0 {
			return f.errorAt(len([]rune(f.text[:i])), "%q begins a comment, want one operator; comments of the file begin with #", comment)
		}
	}
	tokens, err := lexer.Lex(file.NewSource(f.text))
	if err != nil {
		return f.parserError(err)
	}
	if wrong := f.checkTokens(tokens); wrong != nil {
		return wrong
	}
	tree, err := parser.ParseWithConfig(f.text, &conf.Config{MaxNodes: maxNodes, DisableIfOperator: true, Functions: plainCalls})
	if err != nil {
		return f.parserError(err)
	}
	f.tree = tree.Node
	return nil
}

// formulaOperators are the signs of formulas.
var formulaOperators = strings.Fields("+ - * / ^ ** < <= > >= == != && || ! not and or ? : , ( ) [ ]")

// instead says how to write what formulas do not have.
var instead = map[string]string{
	"=": "write == to compare", "%": "write a - b*floor(a/b) for the remainder", ".": "write x[0] for a component",
	"&": "write and, or && twice", "|": "write or, or abs(x) for the absolute value", ";": "write helpers under the key define",
	"{": "write ( ) or [ ]", "}": "write ( ) or [ ]", "in": "write comparisons", "let": "write helpers under the key define",
	"..": "write i for (0, 1, …, d−1) and x[1:3] for a slice", "~": "write not",
}

// signs says how to write signs of mathematics.
var signs = map[rune]string{
	'−': "-", '–': "-", '·': "*", '×': "*", '⋅': "*", '÷': "/", '²': "^2", '³': "^3", '₀': "x[0]", '₁': "x[1]", '₂': "x[2]", '≤': "<=", '≥': ">=",
	'≠': "!=", '√': "sqrt(…)", '∧': "and", '∨': "or", '¬': "not", '∑': "sum(…)", '½': "0.5", '‖': "norm(x), or normsq(x) for its square",
	'∞': "a finite number", '’': "nothing", '“': "nothing", '”': "nothing",
}

func (f *formula) checkTokens(tokens []lexer.Token) *source.Error {
	depth := 0
	var before lexer.Token
	for _, t := range tokens {
		switch t.Kind {
		case lexer.String, lexer.Bytes:
			return f.errorAt(t.From, "a text in quotes inside a formula, want numbers and names")
		case lexer.Operator, lexer.Bracket:
			if !slices.Contains(formulaOperators, t.Value) {
				hint := instead[t.Value]
				if hint == "" {
					hint = "formulas have " + strings.Join(formulaOperators, " ")
				}
				return f.errorAt(t.From, "%q is not an operator of formulas; %s", t.Value, hint)
			}
		}
		if t.Is(lexer.Bracket, "(", "[") {
			if depth++; depth > maxBrackets {
				return f.errorAt(t.From, "more than %d brackets within one another", maxBrackets)
			}
		} else if t.Kind == lexer.Bracket {
			depth--
		}
		endsValue := before.Kind == lexer.Number || before.Kind == lexer.Identifier || before.Is(lexer.Bracket, ")", "]")
		call := before.Kind == lexer.Identifier && t.Is(lexer.Bracket, "(")
		if endsValue && !call && (t.Kind == lexer.Number || t.Kind == lexer.Identifier || t.Is(lexer.Bracket, "(")) {
			return f.errorAt(t.From, "%q follows %q without an operator; write * for a product", t.Value, before.Value)
		}
		before = t
	}
	return nil
}

// plainCalls makes the parser treat all functions alike, also those that expr-lang
// itself knows and some of which take more than values.
var plainCalls = func() conf.FunctionsTable {
	table := conf.FunctionsTable{}
	for _, name := range strings.Fields(`all none any one filter map find findIndex findLast findLastIndex count sum
		groupBy sortBy reduce`) {
		table[name] = nil
	}
	return table
}()

var unexpectedToken = regexp.MustCompile(`unexpected token (\w+)\("(.*)"\)`)

// parserError puts an error of the parser into the words of this package.
func (f *formula) parserError(err error) *source.Error {
	e, ok := err.(*file.Error)
	if !ok {
		return f.errorAt(0, "%v", err)
	}
	msg, at := e.Message, e.From
	switch token := unexpectedToken.FindStringSubmatch(msg); {
	case token != nil:
		msg = fmt.Sprintf("unexpected %q, want a value", token[2])
		if token[1] == "Bracket" && strings.Contains(")]", token[2]) {
			msg = fmt.Sprintf("unexpected %q: nothing is open here that it closes, or a value is missing before it", token[2])
		}
	case strings.Contains(msg, "unexpected token EOF"), strings.Contains(msg, "unexpected end"):
		msg, at = "the formula ends too early: a value or a closing bracket is missing", source.TheEnd
	case strings.HasPrefix(msg, "unrecognized character"):
		msg = "a character that formulas do not have"
		if r := []rune(f.text); at >= 0 && at < len(r) {
			msg = fmt.Sprintf("%q is not a character of formulas", string(r[at]))
			if s := signs[r[at]]; s != "" {
				msg += "; write " + s
			}
		}
	case strings.HasPrefix(msg, "bad number syntax"):
		msg = strings.Replace(msg, "bad number syntax:", "bad number", 1) + "; write * between a number and a name"
	case strings.HasPrefix(msg, "invalid"), strings.Contains(msg, "too large"):
		at, msg = max(at-1, 0), "a number that is too large or not one"
	case strings.Contains(msg, "maximum allowed nodes"):
		msg = fmt.Sprintf("the formula has more than %d operations and Operands", maxNodes)
	}
	return f.errorAt(at, "%s", msg)
}
