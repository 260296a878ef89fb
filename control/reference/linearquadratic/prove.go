package linearquadratic

import (
	"fmt"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
)

// prove refuses a problem unless the operations of its functions show that the motion is
// affine in (x, a) and in w, and the costs are at most quadratic in (x, a). That some numbers
// fit at some points would not do: a control that saturates at 3 is linear at every point
// below. Coefficients may depend on the time.
func (f *finder) prove() error {
	p := f.p
	t, x, a, w := expr.Input("t", 1), expr.Input("x", f.d), expr.Input("a", f.m), expr.Input("w", f.k)
	degrees := func(field string, out expr.Value, most int) (degree int, err error) {
		list, err := expr.Nodes(out, t, x, a, w)
		if err != nil {
			return 0, pde.Errorf(p.Name, field, err, "the expression is wrong")
		}
		degree, _ = expr.Degree(list, 1, 2)
		f.varies = f.varies || expr.Contains(list, 0)
		switch {
		case degree > most:
			err = f.isNot(field, most, fmt.Sprintf("its degree is %d", degree))
		case degree < 0 || !expr.Affine(list, 3):
			err = f.isNot(field, most, "its operations are not those of a polynomial in state and action")
		}
		return degree, err
	}
	if p.Stages > 0 {
		if _, err := degrees("Transition", p.Transition(t, x, a, w), 1); err != nil {
			return err
		}
		f.noisy = true // where it varies; else the numbers tell
	}
	if p.Drift != nil {
		if _, err := degrees("Drift", p.Drift(t, x, a), 1); err != nil {
			return err
		}
	}
	if p.Stages == 0 {
		noise := "Diffusion"
		if p.Noise != nil {
			noise = "Noise"
		}
		degree, err := degrees(noise, p.NoiseAt(t, x, a, w), 1)
		if err != nil {
			return err
		}
		f.noisy = degree > 0
	}
	if p.RunningCost != nil {
		if _, err := degrees("RunningCost", p.RunningCost(t, x, a), 2); err != nil {
			return err
		}
	}
	if p.TerminalCost != nil {
		if _, err := degrees("TerminalCost", p.TerminalCost(x), 2); err != nil {
			return err
		}
	}
	f.noisy = f.noisy && f.varies
	return nil
}

func (f *finder) isNot(field string, most int, why string) error {
	return pde.Errorf(f.p.Name, field, nil, "is not %s: %s", [...]string{1: "linear", 2: "quadratic"}[most], why)
}
