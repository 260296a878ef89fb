package formula

import (
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/problems"
	"github.com/deepbsde/deepbsde/problems/file/internal/source"
)

// symbols are the variables of formulas, which cannot be names of parameters, helpers, matrices and
// tables: of equations, and of control problems.
var symbols = map[bool][]string{
	false: {"t", "x", "y", "z", "grad", "dw", "d", "i", "j", "pi", "π"},
	true:  {"t", "x", "a", "w", "dw", "p", "d", "m", "i", "j", "pi", "π"},
}

// allVariables are the variables of some field.
var allVariables = []string{"t", "x", "y", "z", "grad", "a", "w", "dw", "p", "i", "d", "m"}

// Helper is a name for a formula.
type Helper struct {
	Name    string
	formula *formula
}

// Instance is what formulas may use, for one dimension and one set of parameters.
type Instance struct {
	Helpers  []Helper
	Dim      int // 0: unknown so far
	Actions  int // of a control problem, 0: unknown so far
	Values   map[string]float64
	Matrices map[string][][]float64
	Tables   map[string]*Table
}

// scope is that of a field in which i is the vector (0, 1, …, n−1).
func (in *Instance) scope(field string, n int) *scope {
	s := &scope{Instance: in, field: field, variables: map[string]Operand{}, used: map[string]bool{}, defined: map[string]Operand{}}
	s.visible = len(in.Helpers)
	if in.Dim > 0 {
		s.variables["d"] = constants(float64(in.Dim))
	}
	if in.Actions > 0 {
		s.variables["m"] = constants(float64(in.Actions))
	}
	if n > 0 {
		i := make([]float64, n)
		for k := range i {
			i[k] = float64(k)
		}
		s.variables["i"] = constants(i...)
	}
	return s
}

// Constants are the n components of a vector that does not depend on variables.
func (in *Instance) Constants(v *Vector, field string, n int) ([]float64, *source.Error) {
	got, wrong := v.evaluate(in.scope(field, n))
	if wrong == nil {
		wrong = v.Fit(got, field, n, true)
	}
	if wrong != nil {
		return nil, wrong
	}
	if wrong := v.Finite(got, field); wrong != nil {
		return nil, wrong
	}
	if len(got.Constant) == 1 {
		return slices.Repeat(got.Constant, n), nil
	}
	return got.Constant, nil
}

// constant is constants for one formula, which may be infinite.
func (in *Instance) constant(f *formula, field string, n int) ([]float64, *source.Error) {
	got, wrong := in.scope(field, 0).evaluate(f)
	switch {
	case wrong != nil:
		return nil, wrong
	case got.condition || len(got.Constant) != n:
		return nil, f.errorAt(0, "%s has %d components, want one number", field, got.Width())
	}
	return got.Constant, nil
}

// Size is a number of components, 0 without a key.
func (in *Instance) Size(v *Vector, what string, otherwise int) (int, *source.Error) {
	if v == nil {
		return otherwise, nil
	}
	c, wrong := in.Constants(v, what, 1)
	if wrong == nil && (c[0] != math.Floor(c[0]) || c[0] < 1 || c[0] > problems.MaxDim) {
		wrong = v.Errorf("%s is %g, want a whole number from 1 to %d", what, c[0], problems.MaxDim)
	}
	if wrong != nil {
		return 0, wrong
	}
	return int(c[0]), nil
}

// Row is row i of a matrix whose entries are given by one formula of the number i and the
// vector j of the columns, and what the row took in entries of intermediate results.
func (in *Instance) Row(entry *Vector, what string, i, columns int) (row []float64, work int, wrong *source.Error) {
	s := in.scope(what, columns)
	s.variables["j"] = s.variables["i"]
	s.variables["i"] = constants(float64(i))
	got, wrong := entry.evaluate(s)
	if wrong == nil {
		wrong = entry.Fit(got, "a row of "+what, columns, true)
	}
	if wrong == nil {
		wrong = entry.Finite(got, "a row of "+what)
	}
	if wrong != nil {
		return nil, 0, wrong
	}
	if row = got.Constant; len(row) != columns {
		row = slices.Repeat(row, columns)
	}
	return row, s.size + operationWork*s.operations, nil
}
