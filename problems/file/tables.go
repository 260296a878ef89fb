package file

import (
	"slices"

	"github.com/deepbsde/deepbsde/problems"
	"github.com/deepbsde/deepbsde/problems/file/internal/formula"
	"github.com/deepbsde/deepbsde/problems/file/internal/source"
	"go.yaml.in/yaml/v4"
)

// tableSource is data in a file that formulas read as a function of time, or of any number.
type tableSource struct {
	source *source.Document
	name   string
	node   *yaml.Node
	times  *formula.Vector
	values []*formula.Vector // one for each time
	steps  bool
}

// The limits of tables.
const maxTables, maxPoints = 20, 200

// tables reads the section.
func (r *reader) tables(e source.Entry, f *problems.Family, matrices []*matrixSource) (list []*tableSource) {
	if e.Key == nil {
		return nil
	}
	for _, t := range r.Mapping(e.Value, "tables", nil) {
		r.CheckName(t, "table")
		if len(list) == maxTables {
			r.Fail(t.Key, "more than %d tables", maxTables)
		}
		if r.Err == nil && (isParameter(f, t.Name) || slices.ContainsFunc(matrices, func(m *matrixSource) bool { return m.name == t.Name })) {
			r.Fail(t.Key, "%q is a parameter or a matrix already, want another name", t.Name)
		}
		if r.Err != nil {
			return nil
		}
		list = append(list, r.table(t))
	}
	return list
}

func (r *reader) table(e source.Entry) *tableSource {
	s := &tableSource{source: r.Document, name: e.Name, node: e.Value}
	what := "the table " + e.Name
	for _, k := range r.Mapping(e.Value, what, []string{"times", "values", "between"}) {
		switch k.Name {
		case "times":
			if r.Items(k.Value, what+": times") != nil {
				s.times = r.Vector(k.Value, what+": times")
			}
		case "values":
			for _, n := range r.Items(k.Value, what+": values") {
				s.values = append(s.values, r.Vector(n, what+": values"))
			}
		case "between":
			s.steps = r.OneOf(k, what+": between", []string{"lines", "steps"}) == "steps"
		}
	}
	switch {
	case r.Err != nil:
	case s.times == nil || s.values == nil:
		r.Fail(e.Value, "%s wants times and values, two lists", what)
	case s.times.Len() < 2 || s.times.Len() > maxPoints:
		r.Fail(e.Value, "%s has %d times, want from 2 to %d", what, s.times.Len(), maxPoints)
	case len(s.values) != s.times.Len():
		r.Fail(e.Value, "%s has %d values for %d times, want one for each", what, len(s.values), s.times.Len())
	}
	return s
}

// fillTables evaluates all of them.
func fillTables(in *formula.Instance, list []*tableSource) *source.Error {
	in.Tables = map[string]*formula.Table{}
	for _, s := range list {
		t, wrong := s.build(in)
		if wrong != nil {
			return wrong
		}
		in.Tables[s.name] = t
	}
	return nil
}

func (s *tableSource) build(in *formula.Instance) (*formula.Table, *source.Error) {
	what := "the table " + s.name
	points, wrong := in.Constants(s.times, what+": times", s.times.Len())
	if wrong != nil {
		return nil, wrong
	}
	for k := 1; k < len(points); k++ {
		if !(points[k-1] < points[k]) {
			return nil, s.times.Errorf("%s: time %g comes after %g, want times that rise", what, points[k], points[k-1])
		}
	}
	t := &formula.Table{Points: points, Steps: s.steps}
	for k, v := range s.values {
		row, wrong := in.Constants(v, what+": values", v.Len())
		if wrong != nil {
			return nil, wrong
		}
		if k > 0 && len(row) != len(t.Values[0]) {
			return nil, v.Errorf("%s: a value has %d components, the first one %d", what, len(row), len(t.Values[0]))
		}
		t.Values = append(t.Values, row)
	}
	return t, nil
}
