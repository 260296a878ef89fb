package problems

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/parser/lexer"
	"go.yaml.in/yaml/v4"
)

// formula is a parsed formula of a problem file.
type formula struct {
	source *source
	node   *yaml.Node
	text   string
	tree   ast.Node
}

// formula parses the text of a node; nil where there is an error.
func (r *reader) formula(n *yaml.Node, what string) *formula {
	switch {
	case r.err != nil:
	case n.Kind != yaml.ScalarNode:
		r.fail(n, "%s is %s, want a number or a formula; a formula with [ ] must be in quotes", what, kindName(n))
	case empty(n):
		r.fail(n, "%s is empty, want a number or a formula, or no such key", what)
	case len(n.Value) > maxFormula:
		r.fail(n, "the formula has %d bytes, want at most %d", len(n.Value), maxFormula)
	}
	if r.err != nil {
		return nil
	}
	f := &formula{source: r.source, node: n, text: n.Value}
	if plainNumber.MatchString(f.text) { // most entries of a large matrix
		if v, err := strconv.ParseFloat(f.text, 64); err == nil {
			f.tree = &ast.FloatNode{Value: v}
			return f
		}
	}
	if r.err = f.parse(); r.err != nil {
		return nil
	}
	return f
}

// plainNumber is a number that needs no parser; other forms of numbers go through it.
var plainNumber = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?(e-?[0-9]{1,2})?$`)

// theEnd is the place after the last character of any formula.
const theEnd = math.MaxInt32

// errorAt is an error at a character of the formula.
func (f *formula) errorAt(at int, format string, args ...any) *FileError {
	line, column := f.node.Line, f.node.Column
	if places := f.source.places(f.node); len(places) > 0 {
		p := places[min(max(at, 0), len(places)-1)]
		line, column = p[0], p[1]
		if at >= len(places) {
			column++
		}
	}
	return f.source.errorAt(line, column, format, args...)
}

// places finds every character of a scalar in the file, nil where it cannot: they stand there in
// the same order, whatever the style, but for blanks, line breaks, and escapes in double
// quotes, for which there are no places.
func (s *source) places(n *yaml.Node) [][2]int {
	line, column := n.Line, n.Column
	switch {
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		line, column = line+1, 1
	case n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
		column++
	}
	var here []rune
	load := func() {
		here = nil
		if line <= len(s.lines) {
			here = []rune(s.lines[line-1])
		}
	}
	load()
	var places [][2]int
	last := [2]int{line, column}
	for _, c := range strings.TrimRight(n.Value, " \t\r\n") {
		if unicode.IsSpace(c) {
			places = append(places, [2]int{last[0], last[1] + 1})
			continue
		}
		for line <= len(s.lines) && (column > len(here) || unicode.IsSpace(here[column-1])) {
			if column++; column > len(here) {
				line, column = line+1, 1
				load()
			}
		}
		if line > len(s.lines) || here[column-1] != c {
			return nil
		}
		last = [2]int{line, column}
		places = append(places, last)
		column++
	}
	return places
}

// parse fills in the tree. The tokens are looked at first: they give better messages
// than the parser for what formulas here do not have, and bound the parser's recursion.
func (f *formula) parse() *FileError {
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

func (f *formula) checkTokens(tokens []lexer.Token) *FileError {
	depth := 0
	var before lexer.Token
	for _, t := range tokens {
		switch t.Kind {
		case lexer.String, lexer.Bytes:
			return f.errorAt(t.From, "a text in quotes inside a formula, want numbers and names")
		case lexer.Operator, lexer.Bracket:
			if !contains(formulaOperators, t.Value) {
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
func (f *formula) parserError(err error) *FileError {
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
		msg, at = "the formula ends too early: a value or a closing bracket is missing", theEnd
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
		msg = fmt.Sprintf("the formula has more than %d operations and operands", maxNodes)
	}
	return f.errorAt(at, "%s", msg)
}
