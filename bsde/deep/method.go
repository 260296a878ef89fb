// Package deep is the deep BSDE method (E, Han, Jentzen 2017; Han, Jentzen, E 2018): Y0
// and the functions Z_n of the recursion
//
//	Y_{n+1} = Y_n − f(t_n, X_n, Y_n, Z_n) h_n + Z_n·ΔW_n
//
// are trained together so that Y_N meets the terminal condition in mean square. Each time
// step is a layer with a skip connection. It delivers Z.
package deep

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"github.com/deepbsde/deepbsde/bsde/network"
)

func init() { bsde.Register(Method{}) }

// Method is the deep BSDE method with its options.
type Method struct {
	Network network.Network // nil: network.Features{}

	// Fit is how the parameters are found: LeastSquares, Adam or Both; "": LeastSquares for
	// Features, Adam for other networks.
	Fit string
	// Passes is the largest number of Gauss–Newton steps of a fit by least squares, each on
	// PassPaths fresh paths; it ends earlier when a pass changes nothing. Default 24, and 4096 paths,
	// fewer from d = 2000 on, but at least 8 for each unknown.
	Passes, PassPaths int

	// Uncontrolled simulates X as the problem states it. Otherwise, where f
	// depends on z, paths have the drift μ + σv with v = ∂f/∂z at the current Z,
	// and the recursion accordingly:
	//
	//	dX = (μ + σv) dt + σ dW,   dY = −(f − Z·v) dt + Z·dW
	//
	// By Girsanov's theorem this is the same equation for any v. The paths go
	// where a generator nonlinear in z makes the value (for a
	// Hamilton–Jacobi–Bellman equation v is the optimal control), and the bias
	// of Y0 is of second order in the error of Z instead of first.
	Uncontrolled bool
}

// The ways of finding the parameters.
const (
	// LeastSquares fits the coefficients of Features exactly, by Gauss–Newton's method on the loss.
	LeastSquares = "least-squares"
	// Adam takes Iterations gradient steps.
	Adam = "adam"
	// Both fits features first, and has Adam train the network on what is left.
	Both = "both"
)

// Name is "deep-bsde".
func (Method) Name() string { return "deep-bsde" }

// Supports lists equations with any generator, from fixed and random starts, and control
// problems that have a Hamilton–Jacobi–Bellman equation.
func (Method) Supports() map[bsde.Feature]string {
	return map[bsde.Feature]string{
		bsde.Equation: "", bsde.InY: "", bsde.InZ: "paths follow ∂f/∂z", bsde.Unscaled: "", bsde.Region: "u(0, ·) is trained there",
		bsde.Control: "through the HJB equation",
	}
}

// Resolve fills in the network's defaults, and Uncontrolled where f does not depend on z.
func (m Method) Resolve(p bsde.Problem) (bsde.Method, error) {
	eq, err := equation.Of(p)
	if err != nil {
		return nil, err
	}
	if m.Network == nil {
		m.Network = network.Features{}
		if eq.Random != nil || m.Uncontrolled && eq.UsesZ || m.Fit == Adam || m.Fit == Both {
			m.Network = network.Shared{}
		}
	}
	if err := m.Network.Check(); err != nil {
		return nil, err
	}
	m.Network = m.Network.Resolve(eq.Dim)
	m.Uncontrolled = m.Uncontrolled || !eq.UsesZ // v = ∂f/∂z = 0
	return m.resolveFit(eq)
}

// resolveFit fills in how the parameters are found, and checks it.
func (m Method) resolveFit(eq *equation.Equation) (bsde.Method, error) {
	wrong := func(field, format string, args ...any) (bsde.Method, error) {
		return nil, &bsde.SettingsError{Field: field, Reason: fmt.Sprintf(format, args...)}
	}
	_, bends := m.Network.(network.Bender)
	switch m.Fit {
	case "":
		m.Fit = Adam
		if bends {
			m.Fit = LeastSquares
		}
	case LeastSquares:
		if !bends {
			return wrong("fit", "least-squares fits the network features, and not %s; want adam or both", m.Network.Name())
		}
	case Both:
		if bends {
			return wrong("fit", "both trains a network on top of the features; want least-squares, or the network shared")
		}
	case Adam:
	default:
		return wrong("fit", "%q, want %s, %s or %s", m.Fit, LeastSquares, Adam, Both)
	}
	if eq.Random != nil && m.Fit != Adam {
		return wrong("fit", "%s knows one start, and the start is random; want adam", m.Fit)
	}
	if papers := m.Uncontrolled && eq.UsesZ; papers && m.Fit != Adam {
		return wrong("fit", "%s follows the control ∂f/∂z; with uncontrolled paths want adam", m.Fit)
	}
	if m.Passes < 0 || m.Passes > 1000 {
		return wrong("passes", "%d, want 1 to 1000", m.Passes)
	}
	if m.PassPaths < 0 || m.PassPaths > 1<<26 {
		return wrong("pass_paths", "%d, want 1 to %d", m.PassPaths, 1<<26)
	}
	if m.Fit == Adam {
		m.Passes, m.PassPaths = 0, 0
		return m, nil
	}
	if m.Passes == 0 {
		m.Passes = 24
	}
	if m.PassPaths == 0 {
		m.PassPaths = walk.Fewer(4096, eq.Dim)
	}
	return m, nil
}

// parts are what is fitted and what Adam trains on top of it, either of which may be nil.
func (m Method) parts() (base network.Bender, top network.Network) {
	if b, ok := m.Network.(network.Bender); ok {
		return b, nil
	}
	if m.Fit == Both {
		base = network.Features{}
	}
	return base, m.Network
}

// Refine is a fit on that many times the paths; Adam takes more iterations instead.
func (m Method) Refine(factor int) (bsde.Method, bool) {
	m.PassPaths *= factor
	return m, m.Fit != Adam
}

// Start builds and compiles the network and the paths of the first batch.
func (m Method) Start(ctx context.Context, p bsde.Problem, e bsde.Env) (bsde.Training, error) {
	eq, err := equation.Of(p)
	if err != nil {
		return nil, err
	}
	if e.Settings.Precision == "float64" {
		return start[float64](ctx, eq, m, e)
	}
	return start[float32](ctx, eq, m, e)
}

// options is the JSON form of a Method.
type options struct {
	network.Choice
	Fit        string `json:"fit,omitempty"`
	Passes     int    `json:"passes,omitempty"`
	PassPaths  int    `json:"pass_paths,omitempty"`
	Controlled *bool  `json:"controlled,omitempty"`
}

// MarshalJSON is an object with the network and whether paths are controlled.
func (m Method) MarshalJSON() ([]byte, error) {
	controlled := !m.Uncontrolled
	if m.Network == nil {
		m.Network = network.Features{}
	}
	return json.Marshal(options{network.ChoiceOf(m.Network), m.Fit, m.Passes, m.PassPaths, &controlled})
}

// UnmarshalJSON reads what MarshalJSON writes; what is missing is the default.
func (m *Method) UnmarshalJSON(text []byte) (err error) {
	var o options
	if err := json.Unmarshal(text, &o); err != nil {
		return err
	}
	m.Uncontrolled = o.Controlled != nil && !*o.Controlled
	m.Fit, m.Passes, m.PassPaths = o.Fit, o.Passes, o.PassPaths
	m.Network, err = o.Make()
	return err
}
