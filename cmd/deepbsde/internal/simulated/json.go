package simulated

import "github.com/deepbsde/deepbsde/bsde/words"

// JSON is the object that simulate --json prints.
func (s *Simulation) JSON() any {
	type policy struct {
		Policy        string    `json:"policy"`
		Cost          *float64  `json:"cost,omitempty"`
		StdErr        *float64  `json:"stderr,omitempty"`
		Quantiles     []float64 `json:"quantiles,omitempty"` // 5, 50 and 95 %
		Violation     []float64 `json:"violation,omitempty"`
		ViolationMean []float64 `json:"violation_mean,omitempty"`
	}
	out := struct {
		Problem    string             `json:"problem"`
		Dim        int                `json:"dim"`
		Parameters map[string]float64 `json:"parameters"`
		States     []string           `json:"state_names,omitempty"`
		Actions    []string           `json:"action_names,omitempty"`
		Steps      int                `json:"steps"`
		Paths      int                `json:"paths"`
		Policies   []policy           `json:"policies"`
		Difference *float64           `json:"difference,omitempty"` // trained less optimal
		DiffStdErr *float64           `json:"difference_stderr,omitempty"`
	}{Problem: s.Problem, Dim: s.Dim, Parameters: s.Parameters, States: s.Grid.StateNames, Actions: s.Grid.ActionNames, Steps: s.Grid.Steps, Paths: s.Policies[0].Paths}
	for _, p := range s.Policies {
		q := quantiles(p.Costs)
		out.Policies = append(out.Policies, policy{p.Name, words.Number(p.Cost), words.Number(p.StdErr), words.Finite(q[:]), words.Finite(p.Violation), words.Finite(p.ViolationMean)})
	}
	if len(s.Policies) == 2 {
		mean, stderr := s.difference()
		out.Difference, out.DiffStdErr = words.Number(mean), words.Number(stderr)
	}
	return out
}
