package linearquadratic

import (
	"fmt"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
)

// prove refuses a problem unless the operations of its functions show that the motion is
// affine in (x, a) and in w, the costs are at most quadratic in (x, a), and no coefficient
// depends on the time. That some numbers fit at some points would not do: a control that
// saturates at 3 is linear at every point below.
func (f *finder) prove() error {
	p := f.p
	t, x, a, w := expr.Input("t", 1), expr.Input("x", f.d), expr.Input("a", f.m), expr.Input("w", f.k)
	if p.Stages > 0 {
		if err := f.proveDegree("Transition", p.Transition(t, x, a, w), 1, t, x, a, w); err != nil {
			return err
		}
	}
	if p.Drift != nil {
		if err := f.proveDegree("Drift", p.Drift(t, x, a), 1, t, x, a, w); err != nil {
			return err
		}
	}
	noise := "Diffusion"
	if p.Noise != nil {
		noise = "Noise"
	}
	if p.Stages == 0 {
		if err := f.proveDegree(noise, p.NoiseAt(t, x, a, w), 1, t, x, a, w); err != nil {
			return err
		}
	}
	if p.RunningCost != nil {
		if err := f.proveDegree("RunningCost", p.RunningCost(t, x, a), 2, t, x, a, w); err != nil {
			return err
		}
	}
	if p.TerminalCost != nil {
		return f.proveDegree("TerminalCost", p.TerminalCost(x), 2, t, x, a, w)
	}
	return nil
}

// proveDegree refuses a function unless it is shown to be a polynomial of a degree in (x, a), and
// affine in w, without t.
func (f *finder) proveDegree(field string, out expr.Value, most int, in ...expr.Value) error {
	list, err := expr.Nodes(out, in...)
	if err != nil {
		return pde.Errorf(f.p.Name, field, err, "the expression is wrong")
	}
	degree, _ := expr.Degree(list, 1, 2)
	switch {
	case degree >= 0 && degree <= most && expr.Affine(list, 3) && !expr.Contains(list, 0):
		return nil
	case expr.Contains(list, 0):
		return f.isNot(field, most, "it depends on the time")
	case degree > most:
		return f.isNot(field, most, fmt.Sprintf("its degree is %d", degree))
	}
	return f.isNot(field, most, "its operations are not those of a polynomial in state and action")
}

func (f *finder) isNot(field string, most int, why string) error {
	return pde.Errorf(f.p.Name, field, nil, "is not %s with constant coefficients: %s", [...]string{1: "linear", 2: "quadratic"}[most], why)
}
