package file

import (
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/problems"
	"github.com/deepbsde/deepbsde/problems/file/internal/source"
	"go.yaml.in/yaml/v4"
)

// value shortens the signatures of closures.
type value = expr.Value

// parameters are the horizon, or the number of stages of a problem in discrete time, and
// those of the section; nil where the first is missing.
func (r *reader) parameters(byName map[string]source.Entry) []problems.Param {
	var list []problems.Param
	h, s := byName["horizon"], byName["stages"]
	switch {
	case h.Key != nil && s.Key != nil:
		r.Fail(s.Key, "both horizon and stages, want horizon in continuous and stages in discrete time")
	case h.Key != nil:
		p := problems.Horizon(r.Number(h.Value, "horizon"))
		if !(p.Default > 0) {
			r.Fail(h.Value, "horizon is %g, want a number above 0", p.Default)
		}
		list = append(list, p)
	case s.Key != nil:
		list = append(list, problems.Param{Name: "stages", Default: float64(r.Whole(s.Value, "stages", 1, maxStages)),
			Doc: "number of stages, a whole number", Min: 1, Max: maxStages})
	default:
		return nil
	}
	e := byName["parameters"]
	if e.Key == nil {
		return list
	}
	for _, p := range r.Mapping(e.Value, "parameters", nil) {
		r.CheckName(p, "parameter")
		if p.Name == list[0].Name {
			r.Fail(p.Key, "%q is a parameter of every problem, set by the key %q at the top", p.Name, p.Name)
		}
		if len(list) > maxNames {
			r.Fail(p.Key, "more than %d parameters", maxNames)
		}
		if r.Err != nil {
			return list
		}
		list = append(list, r.parameter(p))
	}
	return list
}

const maxStages = 100_000

func isParameter(f *problems.Family, name string) bool {
	return slices.ContainsFunc(f.Params, func(p problems.Param) bool { return p.Name == name })
}

// parameter is NAME: NUMBER or a mapping with its range.
func (r *reader) parameter(e source.Entry) problems.Param {
	p := problems.Param{Name: e.Name, Min: math.Inf(-1), Max: math.Inf(1)}
	if e.Value.Kind != yaml.MappingNode {
		p.Default = r.Number(e.Value, "parameter "+e.Name)
		return p
	}
	given := false
	for _, k := range r.Mapping(e.Value, "parameter "+e.Name, []string{"value", "doc", "min", "max", "above"}) {
		what := "parameter " + e.Name + ": " + k.Name
		switch k.Name {
		case "value":
			p.Default, given = r.Number(k.Value, what), true
		case "doc":
			p.Doc = r.OneText(k, false)
		case "max":
			p.Max = r.Number(k.Value, what)
		default:
			if !math.IsInf(p.Min, -1) {
				r.Fail(k.Key, "parameter %s has both min and above, want one of them", e.Name)
			}
			p.Min, p.Open = r.Number(k.Value, what), k.Name == "above"
		}
	}
	switch x := p.Default; {
	case !given:
		r.Fail(e.Value, "parameter %s has no value", e.Name)
	case !(p.Min < p.Max || p.Min == p.Max && !p.Open):
		r.Fail(e.Value, "parameter %s has an empty range, from %g to %g", e.Name, p.Min, p.Max)
	case x < p.Min || x > p.Max || p.Open && x == p.Min:
		r.Fail(e.Value, "parameter %s has the value %g, want %s", e.Name, x, p.Range())
	}
	return p
}

// reference reads a number or a mapping with its origin.
func (r *reader) reference(n *yaml.Node) *pde.Reference {
	ref := &pde.Reference{Method: "stated in the file"}
	ref.Source = r.Document.Name
	if n.Kind != yaml.MappingNode {
		ref.Value = r.Number(n, "reference")
		return ref
	}
	given := false
	for _, e := range r.Mapping(n, "reference", []string{"value", "stderr", "method", "source"}) {
		switch e.Name {
		case "value":
			ref.Value, given = r.Number(e.Value, "reference: value"), true
		case "stderr":
			if ref.StdErr = r.Number(e.Value, "reference: stderr"); ref.StdErr < 0 {
				r.Fail(e.Value, "reference: stderr is %g, want at least 0", ref.StdErr)
			}
		case "method":
			ref.Method = r.OneText(e, false)
		case "source":
			ref.Source = r.OneText(e, false)
		}
	}
	if !given {
		r.Fail(n, "reference has no value")
	}
	return ref
}
