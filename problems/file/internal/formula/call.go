package formula

import (
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/problems/file/internal/source"
)

// Function is a vector as a function of variables.
type Function struct {
	Instance *Instance
	Vector   *Vector
	Field    string             // where it stands, for messages
	N        int                // components
	Spread   bool               // one number may stand for all of them
	Names    []string           // of the variables
	Fixed    map[string]float64 // further names, such as t in a terminal condition
}

// Try evaluates the function with symbols and checks the number of its components.
func (f *Function) Try(widths ...int) (got Operand, used map[string]bool, wrong *source.Error) {
	if got, used, wrong = f.Any(widths...); wrong == nil {
		wrong = f.Vector.Fit(got, f.Field, f.N, f.Spread)
	}
	return got, used, wrong
}

// Any is Try with any number of components.
func (f *Function) Any(widths ...int) (got Operand, used map[string]bool, wrong *source.Error) {
	args := make([]expr.Value, len(widths))
	for k, w := range widths {
		args[k] = expr.Input(f.Names[k], w)
	}
	s := f.scope(args)
	got, wrong = f.Vector.evaluate(s)
	return got, s.used, wrong
}

func (f *Function) scope(args []expr.Value) *scope {
	vector := f.N
	for k, name := range f.Names { // a function with one value knows i as the index of x, or of d components beside a single state
		if vector == 1 && name == "x" {
			vector = args[k].Width()
		}
	}
	if vector == 1 {
		vector = max(f.Instance.Dim, 1)
	}
	s := f.Instance.scope(f.Field, vector)
	for k, name := range f.Names {
		s.variables[name] = Operand{Value: args[k]}
	}
	for name, v := range f.Fixed {
		s.variables[name] = constants(v)
	}
	return s
}

// Call is the value for the given variables.
func (f *Function) Call(args ...expr.Value) expr.Value {
	for _, a := range args {
		if a.Err() != nil {
			return a
		}
	}
	got, wrong := f.Vector.evaluate(f.scope(args))
	if wrong != nil {
		return expr.Errorf("%s", wrong.Message)
	}
	if f.Spread {
		return got.Broadcast(f.N)
	}
	return got.Value
}
