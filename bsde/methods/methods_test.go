package methods_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde"
	_ "github.com/deepbsde/deepbsde/bsde/methods"
	_ "github.com/deepbsde/deepbsde/bsde/methodtest"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde"
)

// withFeature is a problem that has the feature, and as few others as can be.
func withFeature(f bsde.Feature) bsde.Problem {
	square := func(x expr.Value) expr.Value { return x.NormSq() }
	e := pde.Problem{Name: string(f), Dim: 2, Horizon: 1, Start: []float64{1, 0}, Diffusion: pde.Scalar(1), Terminal: square}
	c := control.Problem{
		Name: string(f), StateDim: 2, ActionDim: 2, Horizon: 1, Start: []float64{1, 0}, Diffusion: pde.Scalar(1),
		Drift:        func(_, _, a expr.Value) expr.Value { return a },
		RunningCost:  func(_, x, a expr.Value) expr.Value { return x.NormSq().Add(a.NormSq()) },
		TerminalCost: square,
	}
	switch f {
	case bsde.Equation:
	case bsde.InY:
		e.Generator = func(_, _, y, _ expr.Value) expr.Value { return y.Sin() }
	case bsde.Unscaled:
		e.Generator = func(_, x, _, _ expr.Value) expr.Value { return x.At(0) }
	case bsde.InZ:
		e.Generator = func(_, _, _, z expr.Value) expr.Value { return z.NormSq().Scale(-0.1) }
	case bsde.Exercise:
		e.Obstacle, e.Exercise = func(_, x expr.Value) expr.Value { return square(x) }, []float64{0.5, 1}
	case bsde.Region:
		e.RandomStart = pde.UniformStart([]float64{-1}, []float64{1})
	case bsde.Control:
		return c
	case bsde.RandomState:
		c.RandomStart = func(xi expr.Value) expr.Value { return xi.Scale(0.5) }
		return c
	case bsde.Stages:
		c.Horizon, c.Drift, c.Diffusion, c.Stages = 0, nil, nil, 3
		c.Transition = func(_, x, a, w expr.Value) expr.Value { return x.Add(a).Add(w) }
		return c
	case bsde.Constraints:
		c.Constraints = []control.Constraint{{Name: "low", Weight: 1, Violation: func(_, x, _ expr.Value) expr.Value { return x.At(0) }}}
		return c
	case bsde.ActionNoise:
		c.Diffusion, c.Noise = nil, func(_, _, a, dw expr.Value) expr.Value { return a.AddConst(1).Mul(dw) }
		return c
	}
	return e
}

// TestEveryCell visits every cell of the table of features and methods: what is supported
// is solved, what is not is refused in one sentence that names the methods that can.
func TestEveryCell(t *testing.T) {
	s := &bsde.Settings{Steps: 3, Iterations: 2, Batch: 8, Paths: 64, StartPaths: 64, ValidationPaths: 8}
	for _, f := range bsde.Features() {
		p := withFeature(f)
		features, err := bsde.FeaturesOf(p)
		if err != nil || !slices.Contains(features, f) {
			t.Fatalf("%s: the problem has the features %v, %v", f, features, err)
		}
		able := bsde.Able(features)
		for _, m := range bsde.Methods() {
			r, err := bsde.Solve(t.Context(), p, m, s)
			if slices.Contains(able, m.Name()) {
				if err != nil || r.Status != bsde.IterationLimit && r.Status != bsde.Converged || r.Iterations < 2 {
					t.Errorf("%s is to solve a problem with %s: %+v, %v", m.Name(), f, r, err)
				}
				continue
			}
			var refused *bsde.UnsupportedError
			if !errors.As(err, &refused) {
				t.Errorf("%s is not to solve a problem with %s: %v", m.Name(), f, err)
				continue
			}
			if text := err.Error(); slices.Contains(features, refused.Feature) == refused.Lacking || !strings.Contains(text, "method "+m.Name()+" cannot solve "+string(f)) || len(able) == 0 || !strings.HasSuffix(text, "; "+strings.Join(able, " or ")+" can") {
				t.Errorf("%s, %s: %q, want the feature and the methods %v", m.Name(), f, text, able)
			}
		}
	}
}

// TestSupportsAreFeatures: no method claims what is no feature, and each claims something.
func TestSupportsAreFeatures(t *testing.T) {
	for _, m := range bsde.Methods() {
		for f := range m.Supports() {
			if !slices.Contains(bsde.Features(), f) {
				t.Errorf("%s supports %q, which is no feature", m.Name(), f)
			}
		}
		if len(m.Supports()) == 0 {
			t.Errorf("%s supports nothing", m.Name())
		}
	}
}

// TestOptions: the JSON form of a method makes the same method again, and an unknown name
// is refused with the known ones.
func TestOptions(t *testing.T) {
	for _, p := range []bsde.Problem{withFeature(bsde.InZ), withFeature(bsde.Control), withFeature(bsde.Exercise)} {
		for _, m := range bsde.Methods() {
			if bsde.Check(p, m) != nil {
				continue
			}
			m, err := m.Resolve(p)
			if err != nil {
				t.Fatal(err)
			}
			text, err := bsde.Configuration(bsde.Settings{}, m)
			if err != nil {
				t.Fatal(err)
			}
			again, err := bsde.MethodOf(m.Name(), text)
			if err != nil {
				t.Fatal(err)
			}
			same, err := bsde.Configuration(bsde.Settings{}, again)
			if err != nil || string(same) != string(text) {
				t.Errorf("%s: options %s, read again %s, %v", m.Name(), text, same, err)
			}
		}
	}
	if _, err := bsde.MethodOf("magic", nil); err == nil || !strings.Contains(err.Error(), `"magic", want backward or deep-bsde or log-transform or policy or stopping or zero`) {
		t.Errorf("an unknown method: %v", err)
	}
}
