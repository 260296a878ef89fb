package file

import (
	"slices"

	"github.com/deepbsde/deepbsde/problems"
	"github.com/deepbsde/deepbsde/problems/file/internal/formula"
	"github.com/deepbsde/deepbsde/problems/file/internal/source"
	"go.yaml.in/yaml/v4"
)

// matrixSource is a matrix of constants under "matrices", in one of its forms:
//
//	[[1, 2], [3, 4]]               by rows
//	a formula                      of row i and column j, d×d
//	{rows: r, columns: c, entry: a formula}
//	{volatility: v, correlation: c}   diag(v)·L, LLᵀ the correlation matrix, d×d
type matrixSource struct {
	name        string
	node        *yaml.Node
	list        []*formula.Vector // rows
	rows, cols  *formula.Vector   // of a formula, nil: d
	entry       *formula.Vector
	volatility  *formula.Vector
	correlation *correlation
}

// matrices reads the section.
func (r *reader) matrices(e source.Entry, f *problems.Family) (list []*matrixSource) {
	if e.Key == nil {
		return nil
	}
	for _, m := range r.Mapping(e.Value, "matrices", nil) {
		r.CheckName(m, "matrix")
		if len(list) == maxMatrices {
			r.Fail(m.Key, "more than %d matrices", maxMatrices)
		}
		if r.Err == nil && isParameter(f, m.Name) {
			r.Fail(m.Key, "%q is a parameter already, want another name", m.Name)
		}
		if r.Err != nil {
			return nil
		}
		list = append(list, r.namedMatrix(m))
	}
	return list
}

func (r *reader) namedMatrix(e source.Entry) *matrixSource {
	s, what := &matrixSource{name: e.Name, node: e.Value}, "the matrix "+e.Name
	switch e.Value.Kind {
	case yaml.ScalarNode:
		s.entry = r.One(e.Value, what)
	case yaml.SequenceNode:
		for _, row := range r.Items(e.Value, what) {
			if row.Kind != yaml.SequenceNode {
				r.Fail(row, "a row of %s is %s, want a list; a matrix by rows is [[1, 2], [3, 4]]", what, source.KindName(row))
				return s
			}
			if first := e.Value.Content[0]; len(row.Content) != len(first.Content) {
				r.Fail(row, "a row of %s has %d entries, the first one %d", what, len(row.Content), len(first.Content))
				return s
			}
			s.list = append(s.list, r.Vector(row, what))
		}
	default:
		r.matrixKeys(s, what)
	}
	return s
}

func (r *reader) matrixKeys(s *matrixSource, what string) {
	for _, e := range r.Mapping(s.node, what, []string{"rows", "columns", "entry", "volatility", "correlation"}) {
		switch field := what + ": " + e.Name; e.Name {
		case "rows":
			s.rows = r.One(e.Value, field)
		case "columns":
			s.cols = r.One(e.Value, field)
		case "entry":
			s.entry = r.One(e.Value, field)
		case "volatility":
			s.volatility = r.Vector(e.Value, field)
		case "correlation":
			s.correlation = r.correlation(e.Value)
		}
	}
	byFormula, byNoise := s.rows != nil || s.cols != nil || s.entry != nil, s.volatility != nil || s.correlation != nil
	switch {
	case byFormula && byNoise:
		r.Fail(s.node, "%s has keys of two forms, want {rows, columns, entry} or {volatility, correlation}", what)
	case byFormula && s.entry == nil:
		r.Fail(s.node, "%s has no entry, a formula of row i and column j", what)
	case !byFormula && !byNoise:
		r.Fail(s.node, "%s is an empty mapping, want {rows, columns, entry} or {volatility, correlation}", what)
	}
}

// fillMatrices evaluates all of them in order; each may use those above it.
func fillMatrices(in *formula.Instance, list []*matrixSource) *source.Error {
	in.Matrices = map[string][][]float64{}
	work, entries := 0, 0
	for _, s := range list {
		m, wrong := s.build(in, &work)
		if wrong != nil {
			return wrong
		}
		if entries += len(m) * len(m[0]); entries > formula.MaxEntries {
			return s.errorf("the matrices have more than %d entries together", formula.MaxEntries)
		}
		in.Matrices[s.name] = m
	}
	return nil
}

func (s *matrixSource) errorf(format string, args ...any) *source.Error {
	for _, v := range append([]*formula.Vector{s.entry, s.volatility}, s.list...) {
		if v != nil {
			return v.ErrorAt(s.node, format, args...)
		}
	}
	return s.correlation.errorf(format, args...)
}

func (s *matrixSource) build(in *formula.Instance, work *int) ([][]float64, *source.Error) {
	what := "the matrix " + s.name
	switch {
	case s.entry != nil:
		return s.byFormula(in, what, work)
	case s.list != nil:
		m := make([][]float64, len(s.list))
		for k, row := range s.list {
			var wrong *source.Error
			if m[k], wrong = in.Constants(row, "a row of "+what, row.Len()); wrong != nil {
				return nil, wrong
			}
		}
		return m, nil
	}
	v := slices.Repeat([]float64{1}, in.Dim)
	if s.volatility != nil {
		var wrong *source.Error
		if v, wrong = in.Constants(s.volatility, what+": volatility", in.Dim); wrong != nil {
			return nil, wrong
		}
	}
	if in.Dim > formula.MaxMatrix {
		return nil, s.errorf("%s has %d rows, want at most %d", what, in.Dim, formula.MaxMatrix)
	}
	return s.correlation.factor(in, s.volatility, v)
}

// byFormula evaluates the entry row by row, with the number i and the vector j.
func (s *matrixSource) byFormula(in *formula.Instance, what string, work *int) ([][]float64, *source.Error) {
	rows, wrong := in.Size(s.rows, what+": rows", in.Dim)
	if wrong != nil {
		return nil, wrong
	}
	columns, wrong := in.Size(s.cols, what+": columns", in.Dim)
	if wrong != nil {
		return nil, wrong
	}
	if rows > formula.MaxMatrix || columns > formula.MaxMatrix {
		return nil, s.errorf("%s is %d×%d, want at most %d rows and columns", what, rows, columns, formula.MaxMatrix)
	}
	m := make([][]float64, rows)
	for k := range m {
		row, took, wrong := in.Row(s.entry, what, k, columns)
		if wrong != nil {
			return nil, wrong
		}
		m[k] = row
		if *work += took; *work > maxWork {
			return nil, s.errorf("the formulas of the matrices are too long for so many entries, %d by %d here", rows, columns)
		}
	}
	return m, nil
}
