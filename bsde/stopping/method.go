// Package stopping solves problems with early exercise: equations with an obstacle. It goes
// backward in time and fits the continuation value and the martingale increments together by
// least squares (value iteration: Tsitsiklis, Van Roy 2001; the increments: Belomestny, Bender, Schoenmakers 2009; Huré,
// Pham, Warin 2020; random features: Herrera, Krach, Ruyssen, Teichmann 2023). It delivers them to package exercise, which
// makes bounds from both sides.
package stopping

import (
	"context"
	"fmt"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/pde"
)

func init() { bsde.Register(Method{}) }

// Method is the method with its options. Zero fields mean the defaults.
type Method struct {
	// Fit is LeastSquares (the default), where the rule is that of the fitted values, or Adam, where networks decide on top of
	// them (Becker, Cheridito, Jentzen 2019).
	Fit string `json:"fit"`
	// Width is that of the two hidden layers of a network, default 32, and Passes the number of times that its training goes
	// through the paths of the fit, default 20. They belong to Adam.
	Width  int `json:"width,omitempty"`
	Passes int `json:"passes,omitempty"`
	// Samples is the number of paths of the fit; default 32768, less where they would take more
	// than some 500 MB.
	Samples int `json:"samples"`
	// Outer is the number of paths of the upper bound, and Inner that of the inner paths from
	// each of their dates. Default 2048 and 128, 512 and 64 above 16 dimensions, 256 and 32 above
	// 256. Outer is
	// bsde.Nothing for the upper bound of the fitted martingale alone, which is wider.
	Outer int `json:"outer"`
	Inner int `json:"inner"`
}

// The ways of finding the rule.
const (
	LeastSquares = "least-squares"
	Adam         = "adam"
)

// Name is "stopping".
func (Method) Name() string { return "stopping" }

// Supports lists equations with an obstacle, and any generator.
func (Method) Supports() map[bsde.Feature]string {
	return map[bsde.Feature]string{bsde.Equation: "", bsde.Exercise: "bounds from both sides", bsde.InY: "bounds where f is affine, convex or concave", bsde.InZ: "one bound where f is convex or concave", bsde.Unscaled: ""}
}

// Requires lists early exercise.
func (Method) Requires() []bsde.Feature { return []bsde.Feature{bsde.Exercise} }

// Planned is 0, as the number of time steps depends on the dates of exercise.
func (Method) Planned(bsde.Settings) (steps int, what string) {
	return 0, "time steps by least squares"
}

// manyComponents is the dimension above which inner paths are fewer.
const manyComponents = 16

// Resolve fills in the defaults.
func (m Method) Resolve(p bsde.Problem) (bsde.Method, error) {
	d := bsde.DimOf(p)
	wrong := func(field, format string, args ...any) (bsde.Method, error) {
		return nil, &bsde.SettingsError{Field: field, Reason: fmt.Sprintf(format, args...)}
	}
	if m.Fit == "" {
		m.Fit = LeastSquares
	}
	switch m.Fit {
	case LeastSquares:
		for name, value := range map[string]int{"width": m.Width, "passes": m.Passes} {
			if value != 0 {
				return wrong(name, "%d belongs to the fit %s, not %s", value, Adam, m.Fit)
			}
		}
	case Adam:
		for _, f := range []struct {
			name           string
			value          *int
			most, default_ int
		}{{"width", &m.Width, 4096, 32}, {"passes", &m.Passes, 1 << 16, 20}} {
			if *f.value == 0 {
				*f.value = f.default_
			}
			if *f.value < 1 || *f.value > f.most {
				return wrong(f.name, "%d, want a number from 1 to %d (0 for the default)", *f.value, f.most)
			}
		}
	default:
		return wrong("fit", "%q, want %s or %s", m.Fit, LeastSquares, Adam)
	}
	outer, inner := 2048, 128
	if d > manyComponents {
		outer, inner = 512, 64
	}
	if d > 16*manyComponents {
		outer, inner = 256, 32
	}
	for _, f := range []struct {
		name            string
		value           *int
		least, default_ int
	}{{"samples", &m.Samples, 256, 32768}, {"outer", &m.Outer, 2, outer}, {"inner", &m.Inner, 2, inner}} {
		switch {
		case *f.value == 0:
			*f.value = f.default_
		case *f.value == bsde.Nothing && f.name == "outer":
		case *f.value < f.least || *f.value > 1<<24:
			return wrong(f.name, "%d, want a number of paths from %d to %d (0 for the default)", *f.value, f.least, 1<<24)
		}
	}
	return m, nil
}

// Start simulates the paths of the fit and chooses the functions.
func (m Method) Start(ctx context.Context, p bsde.Problem, e bsde.Env) (bsde.Training, error) {
	return newTraining(ctx, p.(pde.Problem), m, e.Settings, e.Pool)
}
