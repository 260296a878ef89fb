package points

import "github.com/deepbsde/deepbsde/bsde/words"

// JSONPoint is a point of what eval --json prints.
type JSONPoint struct {
	T              float64   `json:"t"`
	X              []float64 `json:"x"`
	Value          *float64  `json:"value,omitempty"`
	Error          *float64  `json:"error,omitempty"`
	CI95           []float64 `json:"ci95,omitempty"`
	Trust          string    `json:"trust,omitempty"`
	Reasons        []string  `json:"reasons,omitempty"`
	Lower          *float64  `json:"lower,omitempty"`
	Upper          *float64  `json:"upper,omitempty"`
	NoBounds       string    `json:"no_bounds,omitempty"`
	StdErr         *float64  `json:"stderr,omitempty"`
	Step           *float64  `json:"discretization_error,omitempty"`
	Network        *float64  `json:"network_error,omitempty"`
	Bias           *float64  `json:"network_bias,omitempty"`
	Trained        *float64  `json:"trained_value,omitempty"`
	Exact          *float64  `json:"exact,omitempty"`
	Gradient       []float64 `json:"gradient,omitempty"`
	GradientStdErr []float64 `json:"gradient_stderr,omitempty"`
	GradientStep   *float64  `json:"gradient_discretization_error,omitempty"`
	GradientBias   *float64  `json:"gradient_network_bias,omitempty"`
	ExactGradient  []float64 `json:"exact_gradient,omitempty"`
	Action         []float64 `json:"action,omitempty"`
	Obstacle       *float64  `json:"obstacle,omitempty"` // at a date of exercise
	Rule           string    `json:"rule,omitempty"`     // stop or continue, there
	Paths          int       `json:"paths,omitempty"`
}

// JSON is the object that eval --json prints.
func (e *Evaluation) JSON() any {
	list := []JSONPoint{}
	for _, p := range e.Values {
		list = append(list, JSONPoint{
			T: p.Time, X: p.State, Value: words.Number(p.Value), Error: words.Number(p.Error), CI95: words.Finite(p.CI95[:]),
			Trust: p.Trust, Reasons: p.Reasons, Lower: words.Number(p.Lower), Upper: words.Number(p.Upper), NoBounds: p.NoBounds,
			StdErr: words.Number(p.StdErr), Step: words.Number(p.Step), Network: words.Number(p.Network), Bias: words.Number(p.Bias), Trained: words.Number(p.Trained), Exact: words.Number(p.Exact),
			Gradient: words.Finite(p.Gradient), GradientStdErr: words.Finite(p.GradientStdErr), GradientStep: words.Number(p.GradientStep), GradientBias: words.Number(p.GradientBias),
			ExactGradient: words.Finite(p.ExactGradient), Action: words.Finite(p.Action), Obstacle: p.Obstacle, Rule: p.Rule, Paths: p.Paths,
		})
	}
	return struct {
		Problem    string             `json:"problem"`
		Kind       string             `json:"kind"`
		Dim        int                `json:"dim"`
		Method     string             `json:"method"`
		Parameters map[string]float64 `json:"parameters"`
		States     []string           `json:"state_names,omitempty"`
		Actions    []string           `json:"action_names,omitempty"`
		Iterations int                `json:"iterations"`
		Points     []JSONPoint        `json:"points"`
	}{e.Problem, e.Kind, e.Dim, e.Method, e.Parameters, e.States, e.Actions, e.Iterations, list}
}
