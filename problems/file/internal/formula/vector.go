package formula

import (
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/problems/file/internal/source"
	"go.yaml.in/yaml/v4"
)

// Vector is one formula, or several below one another that give components in a row.
type Vector struct {
	node  *yaml.Node
	parts []*formula
	list  bool
}

// evaluate is the value of all parts in a row.
func (v *Vector) evaluate(s *scope) (value Operand, wrong *source.Error) {
	list := make([]Operand, len(v.parts))
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
		if p, ok := recover().(*source.Error); ok {
			wrong = p
		}
	}()
	return e.join(v.parts[0].tree, list), nil
}

// List tells whether the formulas stand in a list, which may be of one.
func (v *Vector) List() bool { return v.list }

// Len is the number of formulas.
func (v *Vector) Len() int { return len(v.parts) }

// Errorf is an error at the vector as a whole.
func (v *Vector) Errorf(format string, args ...any) *source.Error {
	return v.ErrorAt(v.node, format, args...)
}

// ErrorAt is an error at another node of the same file.
func (v *Vector) ErrorAt(n *yaml.Node, format string, args ...any) *source.Error {
	return v.parts[0].source.ErrorAt(n.Line, n.Column, format, args...)
}

// Fit checks the number of components. Where spread is true a single number stands for
// all of them.
func (v *Vector) Fit(got Operand, field string, n int, spread bool) *source.Error {
	w := got.Width()
	if w == n || w == 1 && spread && !v.list {
		return nil
	}
	return v.Errorf("%s has %s, want %d", field, components(w), n)
}

func components(n int) string {
	if n == 1 {
		return "1 component"
	}
	return fmt.Sprintf("%d components", n)
}

// Finite refuses constants that are not.
func (v *Vector) Finite(got Operand, field string) *source.Error {
	for k, c := range got.Constant {
		if math.IsNaN(c) || math.IsInf(c, 0) {
			return v.Errorf("%s has %g as component %d, want finite numbers", field, c, k)
		}
	}
	return nil
}
