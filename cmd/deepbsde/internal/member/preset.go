package member

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/deep"
	"github.com/deepbsde/deepbsde/bsde/methods"
	"github.com/deepbsde/deepbsde/bsde/network"
	"github.com/deepbsde/deepbsde/problems"
)

// Preset is a complete set of settings, as solve uses it without flags.
type Preset struct {
	bsde.Settings
	Method bsde.Method // resolved
}

// JSON is the settings with the options of the method.
func (p Preset) JSON() json.RawMessage {
	text, err := bsde.Configuration(p.Settings, p.Method)
	if err != nil {
		panic(err) // neither has anything that JSON does not
	}
	return text
}

// DefaultMethod is the name of the method for the problem, see methods.Choose.
func (m *Member) DefaultMethod() string {
	method, _ := m.Chosen()
	return method.Name()
}

// choice is the method for a problem, found when it is first asked for.
type choice struct {
	once   sync.Once
	method bsde.Method
	why    string
}

// Chosen is the method for the problem with its default options, and why.
func (m *Member) Chosen() (bsde.Method, string) {
	m.choice.once.Do(func() {
		var err error
		m.choice.method, m.choice.why, err = methods.Choose(context.Background(), m.Solved())
		if err != nil { // which the method itself will say
			m.choice.method, m.choice.why = deep.Method{}, ""
		}
	})
	return m.choice.method, m.choice.why
}

// Others are the methods for where the answer of the chosen one is not trusted.
func (m *Member) Others() []bsde.Alternative {
	chosen, why := m.Chosen()
	if why == "" { // there was no choice
		return nil
	}
	return methods.Others(m.Solved(), chosen)
}

// DefaultNetwork is that of the problem's default method, the first of its Networks.
func (m *Member) DefaultNetwork() string { return m.NetworkOf(m.DefaultMethod()) }

// NetworkOf is the name of the network of a method: the features of an equation are of paths from one
// start. Early exercise is fitted with features of its own, and has the settings of that name.
func (m *Member) NetworkOf(method string) string {
	if method != "policy" && m.Problem.RandomStart == nil {
		return network.Features{}.Name()
	}
	return network.Shared{}.Name()
}

// Networks are the names of those that the default method has.
func (m *Member) Networks() []string {
	switch {
	case m.Control != nil:
		return []string{"shared", "per-step"}
	case m.Problem.Obstacle != nil:
		return []string{network.Features{}.Name()}
	}
	return network.Names
}

// Preset is that of a network with the default method.
func (m *Member) Preset(name string) Preset {
	t := m.TrainingOf(name)
	p := Preset{Settings: SettingsOf(t).DefaultsFor(m.Solved())}
	p.Seed = 1
	chosen, why := m.Chosen()
	if _, planned := chosen.(bsde.Planner); planned {
		p.Settings.Chosen = why
		if name != m.DefaultNetwork() { // which the method does not have
			chosen, p.Settings.Chosen = deep.Method{}, ""
		}
	}
	method, err := MethodOf(chosen.Name(), name, t, 0, nil)
	if err == nil {
		p.Method, err = method.Resolve(m.Solved())
	}
	if err != nil {
		panic(fmt.Sprintf("the tuned settings of %s: %v", m.Family.Name, err)) // a test makes all of them
	}
	if m.Control != nil && m.Control.Problem.Stages > 0 {
		p.Steps = m.Control.Problem.Stages
	}
	return p
}

// TrainingOf is that of the family for a network. What is tuned for an equation in a hundred dimensions is not
// for thousands: there its steps and paths are the defaults.
func (m *Member) TrainingOf(network string) problems.Training {
	t := m.Family.TrainingOf(network)
	if m.Control == nil && m.Problem.Obstacle == nil && m.Problem.Dim >= bsde.ManyDimensions {
		t.Steps, t.Paths = 0, 0
	}
	return t
}

// TunedSteps is N of the default network's preset.
func (m *Member) TunedSteps() int { return m.Preset(m.DefaultNetwork()).Steps }

// SettingsOf is the settings of a training, without a seed.
func SettingsOf(t problems.Training) bsde.Settings {
	s := bsde.Settings{
		Grid: t.Grid, Steps: t.Steps, Iterations: t.Iterations, Batch: t.Batch,
		LearningRate: t.LearningRate, Schedule: t.Schedule, Boundaries: t.Boundaries, Rates: t.Rates,
		ClipNorm: t.ClipNorm, LossClip: t.LossClip, Paths: t.Paths,
	}
	if s.Schedule == "" && len(s.Rates) > 0 {
		s.Schedule = "piecewise"
	}
	return s
}

// MethodOf is a method with the options that a training has for a network; segments is
// the number of pieces of a policy's path, 0 for the default, and others are options by the
// keys of the method's JSON form.
func MethodOf(method, network string, t problems.Training, segments int, others map[string]string) (bsde.Method, error) {
	options := map[string]any{"network": network, "controlled": !t.Uncontrolled, "antithetic": t.Antithetic, "segments": segments}
	switch network {
	case "shared":
		options["hidden"], options["activation"] = t.Hidden, t.Activation
	case "per-step":
		options["hidden"] = t.Hidden
	}
	for key, value := range others {
		if options[key] = value; value != "null" && json.Valid([]byte(value)) { // a number, true, a list
			options[key] = json.RawMessage(value)
		}
	}
	text, err := json.Marshal(options)
	if err != nil {
		return nil, err
	}
	return bsde.MethodOf(method, text)
}
