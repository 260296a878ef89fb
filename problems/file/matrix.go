package problems

import "go.yaml.in/yaml/v4"

// matrixSource is a matrix of constants under "matrices", in one of its forms:
//
//	[[1, 2], [3, 4]]               by rows
//	a formula                      of row i and column j, d×d
//	{rows: r, columns: c, entry: a formula}
//	{volatility: v, correlation: c}   diag(v)·L, LLᵀ the correlation matrix, d×d
type matrixSource struct {
	name        string
	node        *yaml.Node
	list        []*vector // rows
	rows, cols  *vector   // of a formula, nil: d
	entry       *vector
	volatility  *vector
	correlation *correlation
}

// matrices reads the section.
func (r *reader) matrices(e entry, f *Family) (list []*matrixSource) {
	if e.key == nil {
		return nil
	}
	for _, m := range r.mapping(e.value, "matrices", nil) {
		r.checkName(m, "matrix")
		if len(list) == maxMatrices {
			r.fail(m.key, "more than %d matrices", maxMatrices)
		}
		if r.err == nil && f.param(m.name) >= 0 {
			r.fail(m.key, "%q is a parameter already, want another name", m.name)
		}
		if r.err != nil {
			return nil
		}
		list = append(list, r.namedMatrix(m))
	}
	return list
}

func (r *reader) namedMatrix(e entry) *matrixSource {
	s, what := &matrixSource{name: e.name, node: e.value}, "the matrix "+e.name
	switch e.value.Kind {
	case yaml.ScalarNode:
		s.entry = r.one(e.value, what)
	case yaml.SequenceNode:
		for _, row := range r.items(e.value, what) {
			if row.Kind != yaml.SequenceNode {
				r.fail(row, "a row of %s is %s, want a list; a matrix by rows is [[1, 2], [3, 4]]", what, kindName(row))
				return s
			}
			if first := e.value.Content[0]; len(row.Content) != len(first.Content) {
				r.fail(row, "a row of %s has %d entries, the first one %d", what, len(row.Content), len(first.Content))
				return s
			}
			s.list = append(s.list, r.vector(row, what))
		}
	default:
		r.matrixKeys(s, what)
	}
	return s
}

func (r *reader) matrixKeys(s *matrixSource, what string) {
	for _, e := range r.mapping(s.node, what, []string{"rows", "columns", "entry", "volatility", "correlation"}) {
		switch field := what + ": " + e.name; e.name {
		case "rows":
			s.rows = r.one(e.value, field)
		case "columns":
			s.cols = r.one(e.value, field)
		case "entry":
			s.entry = r.one(e.value, field)
		case "volatility":
			s.volatility = r.vector(e.value, field)
		case "correlation":
			s.correlation = r.correlation(e.value)
		}
	}
	byFormula, byNoise := s.rows != nil || s.cols != nil || s.entry != nil, s.volatility != nil || s.correlation != nil
	switch {
	case byFormula && byNoise:
		r.fail(s.node, "%s has keys of two forms, want {rows, columns, entry} or {volatility, correlation}", what)
	case byFormula && s.entry == nil:
		r.fail(s.node, "%s has no entry, a formula of row i and column j", what)
	case !byFormula && !byNoise:
		r.fail(s.node, "%s is an empty mapping, want {rows, columns, entry} or {volatility, correlation}", what)
	}
}

// fillMatrices evaluates all of them in order; each may use those above it.
func (in *instance) fillMatrices(list []*matrixSource) *FileError {
	in.matrices = map[string][][]float64{}
	work, entries := 0, 0
	for _, s := range list {
		m, wrong := s.build(in, &work)
		if wrong != nil {
			return wrong
		}
		if entries += len(m) * len(m[0]); entries > maxEntries {
			return s.errorf("the matrices have more than %d entries together", maxEntries)
		}
		in.matrices[s.name] = m
	}
	return nil
}

func (s *matrixSource) errorf(format string, args ...any) *FileError {
	for _, v := range append([]*vector{s.entry, s.volatility}, s.list...) {
		if v != nil {
			return v.parts[0].source.errorAt(s.node.Line, s.node.Column, format, args...)
		}
	}
	return s.correlation.errorf(format, args...)
}

func (s *matrixSource) build(in *instance, work *int) ([][]float64, *FileError) {
	what := "the matrix " + s.name
	switch {
	case s.entry != nil:
		return s.byFormula(in, what, work)
	case s.list != nil:
		m := make([][]float64, len(s.list))
		for k, row := range s.list {
			var wrong *FileError
			if m[k], wrong = in.constants(row, "a row of "+what, len(row.parts)); wrong != nil {
				return nil, wrong
			}
		}
		return m, nil
	}
	v := constantStart(in.dim, 1)
	if s.volatility != nil {
		var wrong *FileError
		if v, wrong = in.constants(s.volatility, what+": volatility", in.dim); wrong != nil {
			return nil, wrong
		}
	}
	if in.dim > maxMatrix {
		return nil, s.errorf("%s has %d rows, want at most %d", what, in.dim, maxMatrix)
	}
	return s.correlation.factor(in, s.volatility, v)
}

// byFormula evaluates the entry row by row, with the number i and the vector j.
func (s *matrixSource) byFormula(in *instance, what string, work *int) ([][]float64, *FileError) {
	rows, wrong := in.size(s.rows, what+": rows", in.dim)
	if wrong != nil {
		return nil, wrong
	}
	columns, wrong := in.size(s.cols, what+": columns", in.dim)
	if wrong != nil {
		return nil, wrong
	}
	if rows > maxMatrix || columns > maxMatrix {
		return nil, s.errorf("%s is %d×%d, want at most %d rows and columns", what, rows, columns, maxMatrix)
	}
	m := make([][]float64, rows)
	for k := range m {
		scope := in.scope(what, columns)
		scope.variables["j"] = scope.variables["i"]
		scope.variables["i"] = constants(float64(k))
		got, wrong := s.entry.evaluate(scope)
		if wrong == nil {
			wrong = s.entry.fit(got, "a row of "+what, columns, true)
		}
		if wrong == nil {
			wrong = s.entry.finite(got, "a row of "+what)
		}
		if wrong != nil {
			return nil, wrong
		}
		if m[k] = got.constant; len(m[k]) != columns {
			m[k] = constantStart(columns, m[k][0])
		}
		if *work += scope.size + operationWork*scope.operations; *work > maxWork {
			return nil, s.errorf("the formulas of the matrices are too long for so many entries, %d by %d here", rows, columns)
		}
	}
	return m, nil
}
