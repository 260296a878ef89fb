package pde

import (
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// Error says what is wrong with a problem and where.
type Error struct {
	Problem string // name of the problem, may be empty
	Field   string // field of Problem, such as "Generator"
	Reason  string // what was found and what was wanted
	Err     error  // underlying error, may be nil
}

// Error is one line: problem, field, reason.
func (e *Error) Error() string {
	s := e.Field + ": " + e.Reason
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	if e.Problem != "" {
		s = "problem " + e.Problem + ": " + s
	}
	return s
}

// Unwrap is the underlying error.
func (e *Error) Unwrap() error { return e.Err }

// Errorf is an *Error with the reason as a format; err may be nil.
func Errorf(problem, field string, err error, format string, args ...any) error {
	return &Error{Problem: problem, Field: field, Reason: fmt.Sprintf(format, args...), Err: err}
}

// Validate checks dimensions and numbers, calls every function once with
// symbols and compares the widths it returns with those wanted, and evaluates
// all of them at (0, Start), where they must be finite. The error is an *Error.
func (p *Problem) Validate() error {
	if err := p.validateNumbers(); err != nil {
		return err
	}
	d := p.Dim
	t, x, y, z := expr.Input("t", 1), expr.Input("x", d), expr.Input("y", 1), expr.Input("z", d)
	checks := []struct {
		field string
		width int
		call  func() expr.Value
	}{
		{"Drift", d, func() expr.Value { return p.DriftOrZero().At(t, x) }},
		{"Diffusion", d, func() expr.Value { return p.Diffusion.Mul(t, x, z) }},
		{"Terminal", 1, func() expr.Value { return p.Terminal(x) }},
		{"Generator", 1, func() expr.Value { return p.GeneratorAt(t, x, y, z) }},
		{"Obstacle", 1, func() expr.Value {
			if p.Obstacle == nil {
				return expr.Const(0)
			}
			return p.Obstacle(t, x)
		}},
		{"RandomStart", d, func() expr.Value {
			if p.RandomStart == nil {
				return x
			}
			return p.RandomStart(x)
		}},
		{"Exact", 1, func() expr.Value {
			if p.Exact == nil {
				return expr.Const(0)
			}
			return p.Exact(t, x)
		}},
	}
	for _, c := range checks {
		out, err := p.call(c.field, c.call)
		if err != nil {
			return err
		}
		if err := out.Err(); err != nil {
			return p.errorf(c.field, err, "the expression is wrong")
		}
		if out.Width() != c.width {
			return p.errorf(c.field, nil, "returned width %d, want %d (d=%d)", out.Width(), c.width, d)
		}
		f, err := expr.Compile(out, t, x, y, z)
		if err != nil {
			return p.errorf(c.field, err, "the expression is wrong")
		}
		got := make([]float64, c.width)
		if err := f.Eval(1, got, []float64{0}, p.Start, []float64{0.5}, make([]float64, d)); err != nil {
			return p.errorf(c.field, err, "evaluation failed")
		}
		for i, v := range got {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return p.errorf(c.field, nil, "component %d is %g at t=0, x=Start (y=0.5, z=0), want a finite number", i, v)
			}
			if c.field == "Diffusion" && v != 0 {
				return p.errorf(c.field, nil, "component %d of σ·dw is %g for dw=0, want 0: the action must be linear in dw", i, v)
			}
		}
	}
	return nil
}

func (p *Problem) validateNumbers() error {
	switch {
	case p.Dim < 1:
		return p.errorf("Dim", nil, "is %d, want at least 1", p.Dim)
	case !(p.Horizon > 0) || math.IsInf(p.Horizon, 1):
		return p.errorf("Horizon", nil, "is %g, want a positive finite number", p.Horizon)
	case p.StateNames != nil && len(p.StateNames) != p.Dim:
		return p.errorf("StateNames", nil, "has %d names, want %d", len(p.StateNames), p.Dim)
	case p.Diffusion == nil:
		return p.errorf("Diffusion", nil, "is missing; give for example pde.Scalar(1)")
	case p.Terminal == nil:
		return p.errorf("Terminal", nil, "is missing; give g(x) with width 1")
	}
	if err := vector("x0", p.Start, p.Dim); err != nil {
		return p.errorf("Start", err, "does not fit Dim=%d", p.Dim)
	}
	if err := p.validateExercise(); err != nil {
		return err
	}
	for field, part := range map[string]any{"Drift": p.DriftOrZero(), "Diffusion": p.Diffusion} {
		if c, ok := part.(checker); ok {
			if err := c.check(p.Dim); err != nil {
				return p.errorf(field, err, "does not fit Dim=%d", p.Dim)
			}
		}
	}
	return nil
}

// call runs a function of the user's; a panic in it becomes an error.
func (p *Problem) call(field string, f func() expr.Value) (v expr.Value, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = p.errorf(field, nil, "the function panicked: %v", r)
		}
	}()
	return f(), nil
}

func (p *Problem) errorf(field string, err error, format string, args ...any) error {
	return Errorf(p.Name, field, err, format, args...)
}
