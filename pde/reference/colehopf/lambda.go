package colehopf

import (
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/internal/probe"
)

// Lambda is the λ of a generator f = −λ‖z‖²/2, as f has it for z = e₁ at the start.
// That f is of this kind is for the methods to check, which take λ.
func Lambda(p pde.Problem) (float64, error) {
	if err := p.Validate(); err != nil {
		return 0, err
	}
	z := expr.Input("z", p.Dim)
	f, err := expr.Compile(p.GeneratorAt(expr.Const(0), expr.Vector(p.Start), expr.Const(0), z), z)
	if err != nil {
		return 0, err
	}
	unit, out := make([]float64, p.Dim), make([]float64, 1)
	unit[0] = 1
	if err := f.Eval(1, out, unit); err != nil {
		return 0, err
	}
	if lambda := -2 * out[0]; lambda != 0 && !math.IsNaN(lambda) && !math.IsInf(lambda, 0) {
		return lambda, nil
	}
	return 0, fmt.Errorf("needs f = −λ‖z‖²/2 with λ other than 0; at the start, y=0, z=(1, 0, …) f is %.6g", out[0]+0) // + 0: no −0
}

// quadraticInZ checks f = −λ‖z‖²/2, also in states where paths hardly come; a state in
// which f is not finite, as outside of its domain, is passed over there.
func quadraticInZ(pr *probe.Points, lambda float64) error {
	for i := range probe.Count {
		for k, s := range []float64{0, 0.1, 1, 10, 0.1, 1, 3} {
			stretch := 1.0
			if k > 3 {
				stretch = float64(2 * (k - 3))
			}
			if stretch > 1 && pr.Free(probe.InX) {
				break
			}
			f, err := pr.Stretched(i, stretch, pr.Y[3*i]*pr.Size, s, 0)
			if err != nil {
				return err
			}
			if stretch > 1 && (math.IsNaN(f) || math.IsInf(f, 0)) {
				continue
			}
			if want := -0.5 * lambda * s * s * pr.ZZ(i); !(math.Abs(f-want) <= 1e-10*math.Abs(want)) {
				return fmt.Errorf("needs f = −λ‖z‖²/2 with the given λ; at t=%.3g, ‖z‖=%.4g f is %g, expected %g", pr.T[i], s*math.Sqrt(pr.ZZ(i)), f, want)
			}
		}
	}
	return nil
}
