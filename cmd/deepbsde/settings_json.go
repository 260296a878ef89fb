package main

import "github.com/deepbsde/deepbsde/bsde"

// jsonSettings is bsde.Settings with the fields of the method and the network.
type jsonSettings struct {
	bsde.Settings
	TimeLimit  string `json:"time_limit,omitempty"` // hides the nanoseconds of bsde.Settings
	Hidden     []int  `json:"hidden,omitempty"`
	Activation string `json:"activation,omitempty"`
	Controlled *bool  `json:"controlled,omitempty"` // of deep-bsde
	Antithetic *bool  `json:"antithetic,omitempty"` // of policy
	Segments   int    `json:"segments,omitempty"`   // of policy
}

func newJSONSettings(m bsde.Method, s bsde.Settings) jsonSettings {
	j := jsonSettings{Settings: s}
	if s.TimeLimit > 0 {
		j.TimeLimit = s.TimeLimit.String()
	}
	switch n := networkOf(m).(type) {
	case bsde.Shared:
		j.Hidden, j.Activation = n.Hidden, n.Activation
	case bsde.PerStep:
		j.Hidden = n.Hidden
	}
	switch m := m.(type) {
	case bsde.DeepBSDE:
		controlled := !m.Uncontrolled
		j.Controlled = &controlled
	case bsde.Policy:
		j.Antithetic, j.Segments = &m.Antithetic, m.Segments
	}
	return j
}

// networkOf is the network of a method.
func networkOf(m bsde.Method) bsde.Network {
	switch m := m.(type) {
	case bsde.DeepBSDE:
		return m.Network
	case bsde.Policy:
		return m.Network
	}
	return nil
}
