// Package policy trains policies for stochastic control problems (Han, E 2016): the action
// is a network of the state at each time step, stacked along the simulated path into a
// residual network again, and the expected cost itself is the loss. It delivers the
// action.
package policy

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/network"
	"github.com/deepbsde/deepbsde/control"
)

func init() { bsde.Register(Method{}) }

// Method is the method of Han, E (2016) with its options: a network gives the
// action for the state at each time step, the networks of all steps are stacked along
// the simulated path, and the expected cost itself is the loss,
//
//	a_n = π_θ(t_n, X_n),   minimise over θ   E[Σ L(t_n, X_n, a_n) h + G(X_N)]
//
// The whole path is differentiated, through the dynamics.
type Method struct {
	Network network.Network // nil: network.Shared{}

	// Antithetic gives the second half of a batch the negative noise of the first. That
	// takes out of the gradient what is odd in the noise; but of what is even, such as
	// the covariances that decide the gains of a linear-quadratic problem, the second
	// half then tells nothing new.
	Antithetic bool

	// NoVariate leaves the noise of later steps in the gradient. Otherwise, where the
	// noise of the problem is additive, it is taken out as far as it is linear, by a
	// control variate that is learnt along the way (docs/control.md): all of it for a
	// linear-quadratic problem, for two more matrix products a step.
	NoVariate bool

	// NoStructure leaves out what the formulas of the costs say of the policy: functions of
	// their gradients that are the same for every component (docs/control.md). The network
	// Shared has them otherwise, where the state has five components or more and a gradient is
	// not linear. It leaves out the trained factor of actions between bounds too.
	NoStructure bool

	// Segments is the number of pieces into which the path is cut to save memory: only
	// the states between them are kept, and each piece is computed again for its
	// gradient. The memory of a batch is then that of N/Segments steps and of Segments
	// states, least near √N. 0: one piece, nothing is computed twice. The gradient is
	// the same but for rounding.
	Segments int
}

// Name is "policy".
func (Method) Name() string { return "policy" }

// Supports lists all control problems, in continuous and discrete time.
func (Method) Supports() map[bsde.Feature]string {
	return map[bsde.Feature]string{
		bsde.Control: "", bsde.Stages: "", bsde.Constraints: "by penalties", bsde.ActionNoise: "", bsde.RandomState: "",
	}
}

// Resolve fills in the defaults.
func (m Method) Resolve(p bsde.Problem) (bsde.Method, error) {
	if m.Network == nil {
		m.Network = network.Shared{}
	}
	if err := m.Network.Check(); err != nil {
		return nil, err
	}
	m.Network = m.Network.Resolve(bsde.DimOf(p))
	if m.Segments == 0 {
		m.Segments = 1
	}
	return m, nil
}

// Start builds and compiles the network and the rollout.
func (m Method) Start(ctx context.Context, p bsde.Problem, e bsde.Env) (bsde.Training, error) {
	c := p.(control.Problem)
	g, err := e.Settings.GridOf(c)
	if err != nil {
		return nil, err
	}
	d, err := c.On(g)
	if err != nil {
		return nil, err
	}
	if m.Segments < 1 || m.Segments > d.Steps {
		return nil, &bsde.SettingsError{Field: "segments", Reason: fmt.Sprintf("%d, want a number from 1 to the number of steps, %d", m.Segments, d.Steps)}
	}
	if e.Settings.Precision == "float64" {
		return newEngine[float64](ctx, d, m, &e.Settings, e.Pool)
	}
	return newEngine[float32](ctx, d, m, &e.Settings, e.Pool)
}

// options is the JSON form of a Method.
type options struct {
	network.Choice
	Antithetic  bool `json:"antithetic"`
	NoVariate   bool `json:"no_variate"`
	NoStructure bool `json:"no_structure"`
	Segments    int  `json:"segments"`
}

// MarshalJSON is an object with the network and the other options.
func (m Method) MarshalJSON() ([]byte, error) {
	if m.Network == nil {
		m.Network = network.Shared{}
	}
	return json.Marshal(options{network.ChoiceOf(m.Network), m.Antithetic, m.NoVariate, m.NoStructure, max(m.Segments, 1)})
}

// UnmarshalJSON reads what MarshalJSON writes; what is missing is the default.
func (m *Method) UnmarshalJSON(text []byte) error {
	var o options
	if err := json.Unmarshal(text, &o); err != nil {
		return err
	}
	net, err := o.Make()
	*m = Method{net, o.Antithetic, o.NoVariate, o.NoStructure, o.Segments}
	return err
}
