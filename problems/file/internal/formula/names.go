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
	case e.Tables[n.Value] != nil:
		msg = fmt.Sprintf("%q is a table, want where it is read: %s(t)", n.Value, n.Value)
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
	"u_xx": secondDerivative, "uxx": secondDerivative, "u_xy": secondDerivative, "hessian": secondDerivative, "Hess": secondDerivative, "hess": secondDerivative,
	"laplace": secondDerivative, "laplacian": secondDerivative, "D2u": secondDerivative,
	"u_x": "∇u is grad in formulas, and σᵀ∇u is z", "ux": "∇u is grad in formulas, and σᵀ∇u is z",
	"u_t": "∂u/∂t cannot stand in a formula; solve the equation for it",
	"law": lawOfX, "mu_t": lawOfX, "E": lawOfX, "expectation": lawOfX, "EX": lawOfX,
	"dN": jumpOfX, "jump": jumpOfX, "jumps": jumpOfX,
	"inf": "infinity stands in the bounds of action-set alone; write a large number",
	"T":   "the final time is horizon", "u": "u is y in formulas", "gradient": "∇u is grad in formulas, and σᵀ∇u is z",
	"gradu": "∇u is grad in formulas, and σᵀ∇u is z", "dW": "the increment of the noise is dw", "X": "the state is x", "Z": "σᵀ∇u is z", "e": "e is exp(1)",
	"dim": "the dimension is d", "n": "the dimension is d", "j": "the index of a component is i", "k": "the index of a component is i",
	"x0": "the start is not known in formulas; make it a parameter",
}

// What cannot be written, and the nearest thing that can.
const (
	secondDerivative = "second derivatives cannot stand in f. A linear term a·∂²u/∂x² is more diffusion: add 2a to σ² and take it out of f. " +
		"Where the coefficient is a choice, as in a volatility that is uncertain, write a control problem whose action is the volatility, with noise-action"
	lawOfX  = "laws and expectations of X cannot be written. Nearest: dim particles of one law, whose average is mean(x)"
	jumpOfX = "jumps cannot be written, paths are continuous. Nearest: a default or a change of state at rate λ as the term λ*(value there - y) of the generator"
)

// Beyond says what stands for a key that problem files do not have.
func Beyond(key string) string {
	switch key {
	case "jumps", "jump", "jump-rate", "intensity", "levy", "poisson":
		return jumpOfX
	case "law", "mean-field", "distribution", "interaction", "mckean":
		return lawOfX
	case "hessian", "second-derivative", "u_xx":
		return secondDerivative
	case "boundary", "boundaries", "walls", "wall", "domain", "barrier", "reflect", "reflecting", "reflection", "absorbing", "killing", "dirichlet", "neumann":
		return "walls cannot be written, x runs through all of ℝᵈ. Nearest: for absorption at a wall b a strong rate beyond it, -K*relu(x[0] - b)*(y - value there) in the generator, " +
			"with --method backward and K doubled until the answer stays; for reflection a steep drift back, or a variable without walls, such as log(x)"
	}
	return ""
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
