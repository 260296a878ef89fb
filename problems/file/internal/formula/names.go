package formula

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"

	"github.com/deepbsde/deepbsde/problems/file/internal/source"
	"github.com/expr-lang/expr/ast"
)

// name is a variable, a parameter, a constant or a helper.
func (e *evaluator) name(n *ast.IdentifierNode) Operand {
	if v, ok := e.lookup(n.Value); ok {
		return v
	}
	msg := fmt.Sprintf("unknown name %q in %s", n.Value, e.field)
	_, isFunction := functions[n.Value]
	switch {
	case isFunction:
		msg = fmt.Sprintf("%q is a function, want %s(…)", n.Value, n.Value)
	case slices.Contains(allVariables, n.Value):
		msg = fmt.Sprintf("%s does not depend on %q (known: %s)", e.field, n.Value, strings.Join(e.names(), ", "))
	case otherVariables[n.Value] != "":
		msg += "; " + otherVariables[n.Value]
	default:
		msg += source.DidYouMean(n.Value, e.names())
	}
	e.fail(n, "%s", msg)
	return Operand{}
}

// otherVariables are names that people use for the variables.
var otherVariables = map[string]string{
	"T": "the final time is horizon", "u": "u is y in formulas", "grad": "σᵀ∇u is z in formulas", "gradient": "σᵀ∇u is z in formulas",
	"gradu": "σᵀ∇u is z in formulas", "dW": "the increment of the noise is dw", "X": "the state is x", "Z": "σᵀ∇u is z", "e": "e is exp(1)",
	"dim": "the dimension is d", "n": "the dimension is d", "j": "the index of a component is i", "k": "the index of a component is i",
	"x0": "the start is not known in formulas; make it a parameter",
}

// lookup finds a name; helpers are evaluated when they are first needed.
func (s *scope) lookup(name string) (Operand, bool) {
	if v, ok := s.variables[name]; ok {
		s.used[name] = true
		return v, true
	}
	if v, ok := s.Values[name]; ok {
		return constants(v), true
	}
	if name == "pi" || name == "π" {
		return constants(math.Pi), true
	}
	if m, ok := s.Matrices[name]; ok {
		return Operand{matrix: m}, true
	}
	for k, d := range s.Helpers[:s.visible] {
		if d.Name != name {
			continue
		}
		v, ok := s.defined[name]
		if !ok {
			all := s.visible
			s.visible = k
			v = s.value(d.formula)
			s.visible = all
			s.defined[name] = v
		}
		return v, true
	}
	return Operand{}, false
}

// names lists what a formula may use, the variables first.
func (s *scope) names() []string {
	var variables, rest []string
	for name := range s.variables {
		variables = append(variables, name)
	}
	sort.Strings(variables)
	for name := range s.Values {
		rest = append(rest, name)
	}
	for name := range s.Matrices {
		rest = append(rest, name)
	}
	for _, d := range s.Helpers[:s.visible] {
		rest = append(rest, d.Name)
	}
	sort.Strings(rest)
	return append(append(variables, rest...), "pi")
}
