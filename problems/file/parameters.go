package problems

import (
	"math"
	"strings"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/expr-lang/expr/parser/utils"
	"go.yaml.in/yaml/v4"
)

// value shortens the signatures of closures.
type value = expr.Value

// parameters are the horizon, or the number of stages of a problem in discrete time, and
// those of the section; nil where the first is missing.
func (r *reader) parameters(byName map[string]entry) []Param {
	var list []Param
	h, s := byName["horizon"], byName["stages"]
	switch {
	case h.key != nil && s.key != nil:
		r.fail(s.key, "both horizon and stages, want horizon in continuous and stages in discrete time")
	case h.key != nil:
		p := horizon(r.number(h.value, "horizon"))
		if !(p.Default > 0) {
			r.fail(h.value, "horizon is %g, want a number above 0", p.Default)
		}
		list = append(list, p)
	case s.key != nil:
		list = append(list, Param{Name: "stages", Default: float64(r.whole(s.value, "stages", 1, maxStages)),
			Doc: "number of stages, a whole number", Min: 1, Max: maxStages})
	default:
		return nil
	}
	e := byName["parameters"]
	if e.key == nil {
		return list
	}
	for _, p := range r.mapping(e.value, "parameters", nil) {
		r.checkName(p, "parameter")
		if p.name == list[0].Name {
			r.fail(p.key, "%q is a parameter of every problem, set by the key %q at the top", p.name, p.name)
		}
		if len(list) > maxNames {
			r.fail(p.key, "more than %d parameters", maxNames)
		}
		if r.err != nil {
			return list
		}
		list = append(list, r.parameter(p))
	}
	return list
}

const maxStages = 100_000

// parameter is NAME: NUMBER or a mapping with its range.
func (r *reader) parameter(e entry) Param {
	p := anyNumber(e.name, 0, "")
	if e.value.Kind != yaml.MappingNode {
		p.Default = r.number(e.value, "parameter "+e.name)
		return p
	}
	given := false
	for _, k := range r.mapping(e.value, "parameter "+e.name, []string{"value", "doc", "min", "max", "above"}) {
		what := "parameter " + e.name + ": " + k.name
		switch k.name {
		case "value":
			p.Default, given = r.number(k.value, what), true
		case "doc":
			p.Doc = r.oneText(k, false)
		case "max":
			p.Max = r.number(k.value, what)
		default:
			if !math.IsInf(p.Min, -1) {
				r.fail(k.key, "parameter %s has both min and above, want one of them", e.name)
			}
			p.Min, p.Open = r.number(k.value, what), k.name == "above"
		}
	}
	switch x := p.Default; {
	case !given:
		r.fail(e.value, "parameter %s has no value", e.name)
	case !(p.Min < p.Max || p.Min == p.Max && !p.Open):
		r.fail(e.value, "parameter %s has an empty range, from %g to %g", e.name, p.Min, p.Max)
	case x < p.Min || x > p.Max || p.Open && x == p.Min:
		r.fail(e.value, "parameter %s has the value %g, want %s", e.name, x, p.Range())
	}
	return p
}

// checkName refuses names that formulas could not use or that mean something else there.
func (r *reader) checkName(e entry, what string) {
	_, isFunction := functions[e.name]
	words := strings.Fields("not and or in let matches contains startsWith endsWith true false nil")
	switch {
	case !utils.IsValidIdentifier(e.name) || strings.Contains(e.name, "$") || len(e.name) > 60:
		r.fail(e.key, "the name %s of a %s, want letters (Greek ones too), digits and _", quoted(e.name), what)
	case contains(reservedNames, e.name):
		r.fail(e.key, "%q cannot be the name of a %s: it is a variable of formulas (%s)", e.name, what, strings.Join(reservedNames, ", "))
	case isFunction:
		r.fail(e.key, "%q cannot be the name of a %s: it is a function", e.name, what)
	case contains(words, e.name):
		r.fail(e.key, "%q cannot be the name of a %s: it is a word of the language", e.name, what)
	}
}

// reference reads a number or a mapping with its origin.
func (r *reader) reference(n *yaml.Node) *pde.Reference {
	ref := &pde.Reference{Method: "stated in the file"}
	ref.Source = r.name
	if n.Kind != yaml.MappingNode {
		ref.Value = r.number(n, "reference")
		return ref
	}
	given := false
	for _, e := range r.mapping(n, "reference", []string{"value", "stderr", "method", "source"}) {
		switch e.name {
		case "value":
			ref.Value, given = r.number(e.value, "reference: value"), true
		case "stderr":
			if ref.StdErr = r.number(e.value, "reference: stderr"); ref.StdErr < 0 {
				r.fail(e.value, "reference: stderr is %g, want at least 0", ref.StdErr)
			}
		case "method":
			ref.Method = r.oneText(e, false)
		case "source":
			ref.Source = r.oneText(e, false)
		}
	}
	if !given {
		r.fail(n, "reference has no value")
	}
	return ref
}
