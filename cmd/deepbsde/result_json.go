package main

import (
	"math"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/pde"
)

// number is x for JSON: nil, and so absent with omitempty, where x is not known.
func number(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

// jsonReference is a pde.Reference in JSON.
type jsonReference struct {
	Value  *float64 `json:"value,omitempty"`
	StdErr *float64 `json:"stderr,omitempty"`
	Method string   `json:"method,omitempty"`
	Source string   `json:"source,omitempty"`
}

func newJSONReference(r *pde.Reference) *jsonReference {
	if r == nil {
		return nil
	}
	return &jsonReference{number(r.Value), number(r.StdErr), r.Method, r.Source}
}

// jsonResult is the object that solve --json prints.
type jsonResult struct {
	Problem             string             `json:"problem"`
	Kind                string             `json:"kind"`
	Dim                 int                `json:"dim"`
	Method              string             `json:"method"`
	Network             string             `json:"network"`
	Value               *float64           `json:"value,omitempty"`
	StdErr              *float64           `json:"stderr,omitempty"`
	CI95                []float64          `json:"ci95,omitempty"`
	Gradient            []float64          `json:"gradient,omitempty"`
	GradientStdErr      []float64          `json:"gradient_stderr,omitempty"`
	GradientStep        *float64           `json:"gradient_discretization_error,omitempty"`
	GradientBias        *float64           `json:"gradient_network_bias,omitempty"`
	DiscretizationError *float64           `json:"discretization_error,omitempty"`
	NetworkBias         *float64           `json:"network_bias,omitempty"`
	ResidualRatio       *float64           `json:"residual_ratio,omitempty"`
	TrainedValue        *float64           `json:"trained_value,omitempty"`
	RegionError         *float64           `json:"region_error,omitempty"`
	RegionErrorBound    *float64           `json:"region_error_bound,omitempty"`
	Reference           *jsonReference     `json:"reference,omitempty"`
	RelativeError       *float64           `json:"relative_error,omitempty"`
	Iterations          int                `json:"iterations"`
	Paths               int                `json:"paths,omitempty"`
	Seconds             float64            `json:"seconds"`
	Status              string             `json:"status"`
	Seed                uint64             `json:"seed"`
	Precision           string             `json:"precision"`
	Workers             int                `json:"workers"`
	Parameters          map[string]float64 `json:"parameters"`
	Settings            jsonSettings       `json:"settings"`
}

func newJSONResult(m *member, r *bsde.Result) jsonResult {
	return jsonResult{
		Problem: r.Problem, Kind: "pde", Dim: r.Dim, Method: r.Method.Name(), Network: r.Method.Network.Name(),
		Value: number(r.Value), StdErr: number(r.StdErr),
		CI95: finite(r.CI95[:]), Gradient: finite(r.Gradient), GradientStdErr: finite(r.GradientStdErr),
		GradientStep: number(r.GradientDiscretization), GradientBias: number(r.GradientNetworkBias), RegionError: number(r.RegionError), RegionErrorBound: number(r.RegionErrorBound),
		DiscretizationError: number(r.DiscretizationError), NetworkBias: number(r.NetworkBias),
		ResidualRatio: number(r.ResidualRatio), TrainedValue: number(r.TrainedValue),
		Reference:     newJSONReference(m.problem.Reference),
		RelativeError: number(relativeError(r.Value, m.problem.Reference)),
		Iterations:    r.Iterations, Paths: r.Paths, Seconds: r.Elapsed.Seconds(), Status: r.Status.String(),
		Seed: r.Settings.Seed, Precision: r.Settings.Precision, Workers: r.Settings.Workers,
		Parameters: m.parameters,
		Settings:   newJSONSettings(r.Method, r.Settings),
	}
}

// finite is x, or nil if a component is not known.
func finite(x []float64) []float64 {
	for _, v := range x {
		if number(v) == nil {
			return nil
		}
	}
	return x
}

// relativeError is |value − reference| / |reference|, NaN where there is none.
func relativeError(value float64, r *pde.Reference) float64 {
	if r == nil {
		return math.NaN()
	}
	return math.Abs(value-r.Value) / math.Abs(r.Value)
}
