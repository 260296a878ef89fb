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
	"github.com/deepbsde/deepbsde/bsde/network"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde"
)

func init() { bsde.Register(Method{}) }

// Method is the deep BSDE method with its options.
type Method struct {
	Network network.Network // nil: network.Shared{}

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

// Name is "deep-bsde".
func (Method) Name() string { return "deep-bsde" }

// Supports lists equations with any generator, from fixed and random starts, and control
// problems that have a Hamilton–Jacobi–Bellman equation.
func (Method) Supports() map[bsde.Feature]string {
	return map[bsde.Feature]string{
		bsde.Equation: "", bsde.InY: "", bsde.InZ: "paths follow ∂f/∂z", bsde.Region: "u(0, ·) is trained there",
		bsde.Control: "through the HJB equation",
	}
}

// Resolve fills in the network's defaults, and Uncontrolled where f does not depend on z.
func (m Method) Resolve(p bsde.Problem) (bsde.Method, error) {
	if m.Network == nil {
		m.Network = network.Shared{}
	}
	if err := m.Network.Check(); err != nil {
		return nil, err
	}
	eq, err := equationOf(p)
	if err != nil {
		return nil, err
	}
	m.Network = m.Network.Resolve(eq.Dim)
	m.Uncontrolled = m.Uncontrolled || !eq.UsesZ // v = ∂f/∂z = 0
	return m, nil
}

// equationOf is the problem as an equation, that of a control problem its HJB equation.
func equationOf(p bsde.Problem) (*equation.Equation, error) {
	switch p := p.(type) {
	case pde.Problem:
		return equation.New(p)
	case control.Problem:
		h, err := p.HJB()
		if err != nil {
			return nil, err
		}
		return equation.New(h.Problem)
	}
	return nil, fmt.Errorf("deep-bsde: a problem of type %T", p)
}

// Start builds and compiles the network and the paths of the first batch.
func (m Method) Start(ctx context.Context, p bsde.Problem, e bsde.Env) (bsde.Training, error) {
	eq, err := equationOf(p)
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
	Controlled *bool `json:"controlled,omitempty"`
}

// MarshalJSON is an object with the network and whether paths are controlled.
func (m Method) MarshalJSON() ([]byte, error) {
	controlled := !m.Uncontrolled
	return json.Marshal(options{network.ChoiceOf(m.Network), &controlled})
}

// UnmarshalJSON reads what MarshalJSON writes; what is missing is the default.
func (m *Method) UnmarshalJSON(text []byte) (err error) {
	var o options
	if err := json.Unmarshal(text, &o); err != nil {
		return err
	}
	m.Uncontrolled = o.Controlled != nil && !*o.Controlled
	m.Network, err = o.Make()
	return err
}
