package bsde

import (
	"bytes"
	"encoding/json"
	"math"
	"time"

	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/pde/grid"
)

// settingsFields is Settings without its methods.
type settingsFields Settings

// jsonSettings is the JSON form of Settings: the time limit is a text such as "90s".
type jsonSettings struct {
	settingsFields
	TimeLimit string `json:"time_limit,omitempty"`
}

// MarshalJSON is an object with a key for each field but Progress.
func (s Settings) MarshalJSON() ([]byte, error) {
	j := jsonSettings{settingsFields: settingsFields(s)}
	if s.TimeLimit > 0 {
		j.TimeLimit = s.TimeLimit.String()
	}
	return json.Marshal(j)
}

// UnmarshalJSON reads what MarshalJSON writes, now or in earlier versions; keys that it does
// not know are left to others.
func (s *Settings) UnmarshalJSON(text []byte) error {
	var j jsonSettings
	var earlier struct {
		LearningRate *float64 `json:"learning_rate"`
		Paths        *int     `json:"estimate_paths"`
	}
	if err := json.Unmarshal(text, &j); err != nil {
		return err
	}
	if err := json.Unmarshal(text, &earlier); err != nil {
		return err
	}
	*s = Settings(j.settingsFields)
	if earlier.LearningRate != nil {
		s.LearningRate = *earlier.LearningRate
	}
	if earlier.Paths != nil {
		s.Paths = *earlier.Paths
	}
	if s.Grid == "" {
		s.Grid = grid.Names[0]
	}
	if j.TimeLimit == "" {
		return nil
	}
	limit, err := time.ParseDuration(j.TimeLimit)
	if err != nil {
		return &SettingsError{"time_limit", err.Error()}
	}
	s.TimeLimit = limit
	return nil
}

// NetworkOf is the name of a method's network, "" for a method without one.
func NetworkOf(m Method) string {
	name, _ := Options(m)["network"].(string)
	return name
}

// Configuration is settings and the options of a method as one JSON object: all that a
// run depends on beside its problem.
func Configuration(s Settings, m Method) (json.RawMessage, error) {
	return joined(s, m)
}

// joined is one JSON object with the keys of several.
func joined(parts ...any) (json.RawMessage, error) {
	var all []byte
	for _, p := range parts {
		text, err := json.Marshal(p)
		if err != nil {
			return nil, err
		}
		inner := bytes.TrimSuffix(bytes.TrimPrefix(text, []byte("{")), []byte("}"))
		if len(inner) > 0 && len(all) > 0 {
			all = append(all, ',')
		}
		all = append(all, inner...)
	}
	return append(append([]byte("{"), all...), '}'), nil
}

// JSONResult is the JSON form of a Result. Numbers that are not known are nil, and left
// out.
type JSONResult struct {
	Problem string `json:"problem"`
	Kind    string `json:"kind"`
	Dim     int    `json:"dim"`
	*JSONControl
	Method  string `json:"method"`
	Network string `json:"network,omitempty"` // of a method that has one

	Value    *float64          `json:"value,omitempty"`
	Error    *float64          `json:"error,omitempty"` // half-width of ci95, all errors together
	CI95     []float64         `json:"ci95,omitempty"`
	Trust    string            `json:"trust,omitempty"` // "yes" or "no"
	Reasons  []estimate.Reason `json:"reasons,omitempty"`
	Lower    *float64          `json:"lower,omitempty"`
	Upper    *float64          `json:"upper,omitempty"`
	NoBounds string            `json:"no_bounds,omitempty"`
	StdErr   *float64          `json:"stderr,omitempty"`

	Gradient               []float64 `json:"gradient,omitempty"`
	GradientStdErr         []float64 `json:"gradient_stderr,omitempty"`
	GradientDiscretization *float64  `json:"gradient_discretization_error,omitempty"`
	GradientNetworkBias    *float64  `json:"gradient_network_bias,omitempty"`
	DiscretizationError    *float64  `json:"discretization_error,omitempty"`
	NetworkBias            *float64  `json:"network_bias,omitempty"`
	NetworkError           *float64  `json:"network_error,omitempty"`
	ResidualRatio          *float64  `json:"residual_ratio,omitempty"`
	TrainedValue           *float64  `json:"trained_value,omitempty"`
	RegionError            *float64  `json:"region_error,omitempty"`
	RegionErrorBound       *float64  `json:"region_error_bound,omitempty"`

	Exercise *ExerciseResult `json:"exercise,omitempty"` // of a problem with early exercise

	Accuracy float64 `json:"accuracy,omitempty"` // that was asked for, relative
	Missed   string  `json:"missed,omitempty"`   // why it was not reached
	Retried  string  `json:"retried,omitempty"`  // what the other attempts were
	Attempts int     `json:"attempts,omitempty"` // where there was more than one

	Iterations int             `json:"iterations"`
	Paths      int             `json:"paths,omitempty"`
	Seconds    float64         `json:"seconds"`
	Status     string          `json:"status"`
	Seed       uint64          `json:"seed"`
	Precision  string          `json:"precision"`
	Workers    int             `json:"workers"`
	Settings   json.RawMessage `json:"settings"` // see Configuration
}

// JSONControl is the JSON form of a ControlResult.
type JSONControl struct {
	StateDim      int       `json:"state_dim"`
	ActionDim     int       `json:"action_dim"`
	Maximize      bool      `json:"maximize"`
	Action        []float64 `json:"action,omitempty"`
	Violation     []float64 `json:"violation,omitempty"`
	ViolationMean []float64 `json:"violation_mean,omitempty"`
	Violating     []float64 `json:"violating,omitempty"` // share of paths
	Penalised     *float64  `json:"penalised,omitempty"` // where there are constraints

	GridLoss *float64    `json:"grid_loss,omitempty"` // see estimate.Estimate, as the next
	OnGrid   *JSONOnGrid `json:"on_grid,omitempty"`

	Baselines []estimate.Baseline `json:"baselines,omitempty"` // simple policies on the grid
}

// JSONOnGrid is the JSON form of estimate.OnGrid.
type JSONOnGrid struct {
	Value  *float64 `json:"value,omitempty"`
	StdErr *float64 `json:"stderr,omitempty"`
	Lower  *float64 `json:"lower,omitempty"`
	Upper  *float64 `json:"upper,omitempty"`
}

// onGrid is the JSON form of what stands in Grid, nil for nil.
func onGrid(g *estimate.OnGrid) *JSONOnGrid {
	if g == nil {
		return nil
	}
	return &JSONOnGrid{known(g.Value), known(g.StdErr), known(g.Lower), known(g.Upper)}
}

// plain is the inverse of onGrid.
func (j *JSONOnGrid) plain() *estimate.OnGrid {
	if j == nil {
		return nil
	}
	return &estimate.OnGrid{Value: orNaN(j.Value), StdErr: orNaN(j.StdErr), Lower: orNaN(j.Lower), Upper: orNaN(j.Upper)}
}

// JSON is the result with the numbers that are known, the settings and the options of the
// method. History and what the method delivered are not in it.
func (r *Result) JSON() (JSONResult, error) {
	if r.Method == nil {
		return JSONResult{}, &SettingsError{"method", "is not known: it is registered nowhere, or has a network of one's own"}
	}
	configuration, err := Configuration(r.Settings, r.Method)
	if err != nil {
		return JSONResult{}, err
	}
	j := JSONResult{
		Problem: r.Problem, Kind: r.Kind, Dim: r.Dim, Method: r.Method.Name(), Network: NetworkOf(r.Method),
		Value: known(r.Value), Error: known(r.Error), CI95: allKnown(r.CI95[:]), Reasons: r.Reasons,
		Lower: known(r.Lower), Upper: known(r.Upper), NoBounds: r.NoBounds, StdErr: known(r.StdErr),
		Gradient: allKnown(r.Gradient), GradientStdErr: allKnown(r.GradientStdErr),
		GradientDiscretization: known(r.GradientDiscretization), GradientNetworkBias: known(r.GradientNetworkBias),
		DiscretizationError: known(r.DiscretizationError), NetworkBias: known(r.NetworkBias), NetworkError: known(r.NetworkError),
		ResidualRatio: known(r.ResidualRatio), TrainedValue: known(r.Trained),
		RegionError: known(r.RegionError), RegionErrorBound: known(r.RegionErrorBound),
		Exercise: r.Exercise, Accuracy: r.Accuracy, Missed: r.Missed, Retried: r.Retried, Attempts: r.Attempts,
		Iterations: r.Iterations, Paths: r.Paths, Seconds: r.Elapsed.Seconds(), Status: r.Status.String(),
		Seed: r.Settings.Seed, Precision: r.Settings.Precision, Workers: r.Settings.Workers, Settings: configuration,
	}
	if j.Trust = "no"; r.Trusted() {
		j.Trust = "yes"
	}
	if c := r.Control; c != nil {
		j.JSONControl = &JSONControl{c.StateDim, c.ActionDim, c.Maximize, allKnown(c.Action), allKnown(c.Violation), allKnown(c.ViolationMean), allKnown(c.Violating), nil, nil, onGrid(r.Grid), r.Baselines}
		if r.Grid != nil {
			j.GridLoss = known(r.GridLoss)
		}
		if len(c.Violation) > 0 {
			j.Penalised = known(c.Penalised)
		}
	}
	return j, nil
}

// MarshalJSON is that of JSON.
func (r *Result) MarshalJSON() ([]byte, error) {
	j, err := r.JSON()
	if err != nil {
		return nil, err
	}
	return json.Marshal(j)
}

// UnmarshalJSON reads what MarshalJSON writes. Numbers that are missing are NaN; a method
// that is not registered is nil.
func (r *Result) UnmarshalJSON(text []byte) error {
	var j JSONResult
	if err := json.Unmarshal(text, &j); err != nil {
		return err
	}
	e := estimate.Unknown()
	e.Value, e.StdErr, e.Gradient, e.GradientStdErr, e.Paths = orNaN(j.Value), orNaN(j.StdErr), j.Gradient, j.GradientStdErr, j.Paths
	e.GradientDiscretization, e.GradientNetworkBias = orNaN(j.GradientDiscretization), orNaN(j.GradientNetworkBias)
	e.Error, e.Reasons, e.Lower, e.Upper, e.NoBounds = orNaN(j.Error), j.Reasons, orNaN(j.Lower), orNaN(j.Upper), j.NoBounds
	e.DiscretizationError, e.NetworkBias, e.ResidualRatio = orNaN(j.DiscretizationError), orNaN(j.NetworkBias), orNaN(j.ResidualRatio)
	e.NetworkError = orNaN(j.NetworkError)
	e.Trained = orNaN(j.TrainedValue)
	if c := j.JSONControl; c != nil {
		if e.Grid, e.Baselines = c.OnGrid.plain(), c.Baselines; e.Grid != nil {
			e.GridLoss = orNaN(c.GridLoss)
		}
	}
	*r = Result{
		Problem: j.Problem, Kind: j.Kind, Dim: j.Dim, Estimate: *e, RegionError: orNaN(j.RegionError), RegionErrorBound: orNaN(j.RegionErrorBound),
		Iterations: j.Iterations, Elapsed: time.Duration(j.Seconds * float64(time.Second)), Status: statusOf(j.Status),
		Exercise: j.Exercise, Accuracy: j.Accuracy, Missed: j.Missed, Retried: j.Retried, Attempts: j.Attempts,
	}
	if len(j.CI95) == 2 && (j.Error != nil || j.Kind == "control") { // that of an earlier version is of sampling alone
		r.CI95 = [2]float64(j.CI95)
	}
	if c := j.JSONControl; c != nil && j.Kind == "control" {
		r.Control = &ControlResult{c.StateDim, c.ActionDim, c.Maximize, c.Action, c.Violation, c.ViolationMean, c.Violating, orNaN(c.Penalised)}
		if len(c.Violation) == 0 {
			r.Control.Penalised = r.OnGrid().Value
		}
	}
	if len(j.Settings) == 0 {
		return nil
	}
	if err := json.Unmarshal(j.Settings, &r.Settings); err != nil {
		return err
	}
	if m, err := SavedMethod(j.Method, j.Network, j.Settings); err == nil {
		r.Method = m
	}
	return nil
}

// statusOf is the status with the given name; an unknown one is Diverged.
func statusOf(name string) Status {
	for s := IterationLimit; s <= StillFalling; s++ {
		if s.String() == name {
			return s
		}
	}
	return Diverged
}

// known is x for JSON: nil, and so absent, where x is not known.
func known(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

// orNaN is the inverse of known.
func orNaN(x *float64) float64 {
	if x == nil {
		return math.NaN()
	}
	return *x
}

// allKnown is x, or nil if a component is not known.
func allKnown(x []float64) []float64 {
	for _, v := range x {
		if known(v) == nil {
			return nil
		}
	}
	return x
}
