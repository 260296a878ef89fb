package problems

import (
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"go.yaml.in/yaml/v4"
)

// reservedNames cannot be names of parameters and helpers.
var reservedNames = []string{"t", "x", "y", "z", "a", "w", "dw", "p", "d", "m", "i", "j", "pi", "π"}

// allVariables are the variables of some field.
var allVariables = []string{"t", "x", "y", "z", "a", "w", "dw", "p", "i", "d", "m"}

// definition is a helper of a problem file, a name for a formula.
type definition struct {
	name    string
	formula *formula
}

// instance is a problem file for one dimension and one set of parameters.
type instance struct {
	helpers  []definition
	dim      int // 0: unknown so far
	actions  int // of a control problem, 0: unknown so far
	values   values
	matrices map[string][][]float64
}

// scope is that of a field in which i is the vector (0, 1, …, n−1).
func (in *instance) scope(field string, n int) *scope {
	s := &scope{instance: in, field: field, variables: map[string]operand{}, used: map[string]bool{}, defined: map[string]operand{}}
	s.visible = len(in.helpers)
	if in.dim > 0 {
		s.variables["d"] = constants(float64(in.dim))
	}
	if in.actions > 0 {
		s.variables["m"] = constants(float64(in.actions))
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

// vector is one formula, or several below one another that give components in a row.
type vector struct {
	node  *yaml.Node
	parts []*formula
	list  bool
}

// vector reads one.
func (r *reader) vector(n *yaml.Node, what string) *vector {
	v := &vector{node: n}
	if n.Kind != yaml.SequenceNode {
		v.parts = []*formula{r.formula(n, what)}
		return v
	}
	v.list = true
	for _, c := range r.items(n, what) {
		v.parts = append(v.parts, r.formula(c, "a component of "+what))
	}
	return v
}

// evaluate is the value of all parts in a row.
func (v *vector) evaluate(s *scope) (value operand, wrong *FileError) {
	list := make([]operand, len(v.parts))
	for k, f := range v.parts {
		if list[k], wrong = s.evaluate(f); wrong != nil {
			return value, wrong
		}
		if list[k].matrix != nil {
			return value, f.errorAt(0, "%s is %s", s.field, aMatrix)
		}
		if list[k].condition {
			return value, f.errorAt(0, "%s is a condition, want a number; write condition ? 1 : 0", s.field)
		}
	}
	e := &evaluator{scope: s, f: v.parts[0]}
	defer func() {
		if p, ok := recover().(*FileError); ok {
			wrong = p
		}
	}()
	return e.join(v.parts[0].tree, list), nil
}

// errorf is an error at the vector as a whole.
func (v *vector) errorf(format string, args ...any) *FileError {
	return v.parts[0].source.errorAt(v.node.Line, v.node.Column, format, args...)
}

// fit checks the number of components. Where spread is true a single number stands for
// all of them.
func (v *vector) fit(got operand, field string, n int, spread bool) *FileError {
	w := got.Width()
	if w == n || w == 1 && spread && !v.list {
		return nil
	}
	return v.errorf("%s has %s, want %d", field, components(w), n)
}

func components(n int) string {
	if n == 1 {
		return "1 component"
	}
	return fmt.Sprintf("%d components", n)
}

// finite refuses constants that are not.
func (v *vector) finite(got operand, field string) *FileError {
	for k, c := range got.constant {
		if math.IsNaN(c) || math.IsInf(c, 0) {
			return v.errorf("%s has %g as component %d, want finite numbers", field, c, k)
		}
	}
	return nil
}

// constants are the n components of a vector that does not depend on variables.
func (in *instance) constants(v *vector, field string, n int) ([]float64, *FileError) {
	got, wrong := v.evaluate(in.scope(field, n))
	if wrong == nil {
		wrong = v.fit(got, field, n, true)
	}
	if wrong != nil {
		return nil, wrong
	}
	if wrong := v.finite(got, field); wrong != nil {
		return nil, wrong
	}
	if len(got.constant) == 1 {
		return constantStart(n, got.constant[0]), nil
	}
	return got.constant, nil
}

// constant is constants for one formula, which may be infinite.
func (in *instance) constant(f *formula, field string, n int) ([]float64, *FileError) {
	got, wrong := in.scope(field, 0).evaluate(f)
	switch {
	case wrong != nil:
		return nil, wrong
	case got.condition || len(got.constant) != n:
		return nil, f.errorAt(0, "%s has %d components, want one number", field, got.Width())
	}
	return got.constant, nil
}

// fileFunction is a vector as a function of variables.
type fileFunction struct {
	in     *instance
	v      *vector
	field  string
	n      int
	spread bool
	names  []string
	fixed  map[string]operand // further names, such as t in a terminal condition
}

// try evaluates the function with symbols and checks the number of its components.
func (f *fileFunction) try(widths ...int) (got operand, used map[string]bool, wrong *FileError) {
	if got, used, wrong = f.any(widths...); wrong == nil {
		wrong = f.v.fit(got, f.field, f.n, f.spread)
	}
	return got, used, wrong
}

// any is try with any number of components.
func (f *fileFunction) any(widths ...int) (got operand, used map[string]bool, wrong *FileError) {
	args := make([]expr.Value, len(widths))
	for k, w := range widths {
		args[k] = expr.Input(f.names[k], w)
	}
	s := f.scope(args)
	got, wrong = f.v.evaluate(s)
	return got, s.used, wrong
}

func (f *fileFunction) scope(args []expr.Value) *scope {
	vector := f.n
	for k, name := range f.names { // a function with one value knows i as the index of x
		if vector == 1 && name == "x" {
			vector = args[k].Width()
		}
	}
	s := f.in.scope(f.field, vector)
	for k, name := range f.names {
		s.variables[name] = operand{Value: args[k]}
	}
	for name, v := range f.fixed {
		s.variables[name] = v
	}
	return s
}

// call is the value for the given variables.
func (f *fileFunction) call(args ...expr.Value) expr.Value {
	for _, a := range args {
		if a.Err() != nil {
			return a
		}
	}
	got, wrong := f.v.evaluate(f.scope(args))
	if wrong != nil {
		return expr.Errorf("%s", wrong.Message)
	}
	if f.spread {
		return got.Broadcast(f.n)
	}
	return got.Value
}
