// Package backward goes backward in time: from u(T, ·) = g it fits, one step after the other, the conditional
// mean of u at the next time, with Z and Γ, by one linear least squares problem a step,
//
//	V_{n+1}(X_{n+1}) ≈ c_n(X_n) + Z_n·ΔW + ½ Σ Γ_i (ΔW_i² − h),   V_n = c_n + φ(h r) h f(t_n, x, c_n, Z_n)
//
// with r = ∂f/∂y at c_n and φ(a) = (e^a − 1)/a: DBDP1 of Huré, Pham, Warin (2020), Math. Comp. 89, fitted exactly on the
// features of the problem, with a step of the exponential Euler method in y. An error in V does not grow where f
// decays in y, so that stiff reactions, penalties and long horizons do no harm. Networks on top of the features, trained by
// Adam, are there too, and other targets. It delivers U = V and Z.
package backward

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
)

func init() { bsde.Register(Method{}) }

// Method is the backward method with its options.
type Method struct {
	// Target is what is fitted at each step: Joint (the default), Splitting or Multistep.
	Target string
	// Fit is what fits: LeastSquares (the default), Adam, which trains a network with two hidden layers on top of the
	// features, or Both, which trains it from what least squares have found.
	Fit string
	// Width is that of the hidden layers, default 32, and Passes the number of times that the training of a step goes
	// through the paths of its sweep, default 20. They belong to Adam and Both.
	Width, Passes int
	// Paths is the number of paths of a sweep, 0 for the default, 8192, fewer from d = 2000 on; at least 6 for each unknown of a step are taken.
	Paths int
}

// The targets.
const (
	// Joint is V_{n+1} at the next state: DBDP1.
	Joint = "joint"
	// Splitting is V_{n+1} at the next state with f of the step taken there: deep splitting (Beck, Becker, Cheridito,
	// Jentzen, Neufeld 2021), but that Z comes from the regression.
	Splitting = "splitting"
	// Multistep is g and all that f, Z and Γ of the later steps add along the path, with f linear about the fitted
	// values (Gobet, Turkedjiev 2016): errors of the fits do not add up, and the noise is larger.
	Multistep = "multistep"
)

// targets are the names, the default first.
var targets = []string{Joint, Splitting, Multistep}

// The ways of fitting a step.
const (
	LeastSquares = "least-squares"
	Adam         = "adam"
	Both         = "both"
)

var fits = []string{LeastSquares, Adam, Both}

// Name is "backward".
func (Method) Name() string { return "backward" }

// Supports lists equations with any generator from one start, and control problems that have a Hamilton–Jacobi–Bellman
// equation.
func (Method) Supports() map[bsde.Feature]string {
	return map[bsde.Feature]string{
		bsde.Equation: "", bsde.InY: "stiff ones too", bsde.InZ: "", bsde.Unscaled: "", bsde.Control: "through the HJB equation",
	}
}

// Resolve fills in the defaults.
func (m Method) Resolve(p bsde.Problem) (bsde.Method, error) {
	if m.Target == "" {
		m.Target = Joint
	}
	if !slices.Contains(targets, m.Target) {
		return nil, &bsde.SettingsError{Field: "target", Reason: fmt.Sprintf("%q, want %s", m.Target, strings.Join(targets, " or "))}
	}
	if err := m.fit(); err != nil {
		return nil, err
	}
	if m.Paths < 0 || m.Paths > 1<<26 {
		return nil, &bsde.SettingsError{Field: "sweep_paths", Reason: fmt.Sprintf("%d, want 1 to %d", m.Paths, 1<<26)}
	}
	if m.Paths == 0 {
		m.Paths = walk.Fewer(8192, bsde.DimOf(p))
	}
	return m, nil
}

// fit fills in the defaults of the fit.
func (m *Method) fit() error {
	if m.Fit == "" {
		m.Fit = LeastSquares
	}
	if !slices.Contains(fits, m.Fit) {
		return &bsde.SettingsError{Field: "fit", Reason: fmt.Sprintf("%q, want %s", m.Fit, strings.Join(fits, " or "))}
	}
	for _, f := range []struct {
		name        string
		value       *int
		most, usual int
	}{{"width", &m.Width, 4096, 32}, {"passes", &m.Passes, 1 << 16, 20}} {
		switch {
		case m.Fit == LeastSquares && *f.value != 0:
			return &bsde.SettingsError{Field: f.name, Reason: fmt.Sprintf("%d, which belongs to the fits %s and %s", *f.value, Adam, Both)}
		case *f.value < 0 || *f.value > f.most:
			return &bsde.SettingsError{Field: f.name, Reason: fmt.Sprintf("%d, want 1 to %d", *f.value, f.most)}
		case m.Fit != LeastSquares && *f.value == 0:
			*f.value = f.usual
		}
	}
	return nil
}

// Refine is a fit on that many times the paths.
func (m Method) Refine(factor int) (bsde.Method, bool) {
	m.Paths *= factor
	return m, true
}

// Planned is a sweep for each level of the estimate.
func (m Method) Planned(s bsde.Settings) (steps int, what string) {
	words := map[string]string{Adam: "sweeps of Adam", Both: "sweeps of least squares and Adam"}
	return len(estimate.Strides(s.WithDefaults().Steps)), cmp.Or(words[m.Fit], "sweeps of least squares")
}

// Start builds the features and simulates what they need to know.
func (m Method) Start(ctx context.Context, p bsde.Problem, e bsde.Env) (bsde.Training, error) {
	eq, err := equation.Of(p)
	if err != nil {
		return nil, err
	}
	if levels := len(estimate.Strides(e.Settings.Steps)); e.Settings.Iterations < levels {
		return nil, &bsde.SettingsError{Field: "iterations", Reason: fmt.Sprintf("%d, want at least %d, a sweep for each level", e.Settings.Iterations, levels)}
	}
	if e.Settings.Precision == "float64" {
		return start[float64](ctx, eq, m, e)
	}
	return start[float32](ctx, eq, m, e)
}

// options is the JSON form of a Method.
type options struct {
	Target string `json:"target,omitempty"`
	Fit    string `json:"fit,omitempty"`
	Width  int    `json:"width,omitempty"`
	Passes int    `json:"passes,omitempty"`
	Paths  int    `json:"sweep_paths,omitempty"`
}

// MarshalJSON is an object with the options.
func (m Method) MarshalJSON() ([]byte, error) { return json.Marshal(options(m)) }

// UnmarshalJSON reads what MarshalJSON writes; what is missing is the default.
func (m *Method) UnmarshalJSON(text []byte) error {
	var o options
	err := json.Unmarshal(text, &o)
	*m = Method(o)
	return err
}
